package verify

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// limiter lets bytes through at a rate. All readers of a run share one; nil
// has no limit.
type limiter struct {
	ctx  context.Context
	rate float64 // bytes a second

	mu   sync.Mutex
	free time.Time // when everything that was let through is paid for
}

func newLimiter(ctx context.Context, rate int64) *limiter {
	if rate <= 0 {
		return nil
	}
	return &limiter{ctx: ctx, rate: float64(rate)}
}

// wait pays for n bytes.
func (l *limiter) wait(n int) error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	now := time.Now()
	if l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(time.Duration(float64(n) / l.rate * float64(time.Second)))
	pause := l.free.Sub(now)
	l.mu.Unlock()
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-l.ctx.Done():
		return l.ctx.Err()
	}
}

// maxBite is how much is read at a time under a limit.
const maxBite = 64 << 10

// reader reads from r at the rate.
func (l *limiter) reader(r io.Reader) io.Reader {
	if l == nil {
		return r
	}
	return &limitedReader{l, r}
}

type limitedReader struct {
	l *limiter
	r io.Reader
}

func (r *limitedReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p[:min(len(p), maxBite)])
	if e := r.l.wait(n); e != nil {
		return n, e
	}
	return n, err
}

// file reads from a file, unless it could not be opened, at the rate.
func (l *limiter) file(f piecehash.File, err error) (piecehash.File, error) {
	if l == nil || err != nil {
		return f, err
	}
	return limitedFile{f, l}, nil
}

type limitedFile struct {
	piecehash.File
	l *limiter
}

func (f limitedFile) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		n := min(len(p)-done, maxBite)
		k, err := f.File.ReadAt(p[done:done+n], off+int64(done))
		done += k
		if err != nil {
			return done, err
		}
		if err := f.l.wait(n); err != nil {
			return done, err
		}
	}
	return done, nil
}
