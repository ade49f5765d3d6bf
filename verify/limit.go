package verify

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// limiter lets bytes through at a rate: a bucket that fills with time, from empty at
// the start of a run, so that what was lost by waiting too long is caught up with.
// All readers of a run share one; nil has no limit.
type limiter struct {
	ctx  context.Context
	rate float64 // bytes a second

	mu   sync.Mutex
	free time.Time // when everything that was let through is paid for
}

const (
	maxCredit = time.Second      // how much may be caught up with: what was slow for long is not followed by a flood
	minPause  = time.Millisecond // shorter ones take longer than they should
)

func newLimiter(ctx context.Context, rate int64) *limiter {
	if rate <= 0 {
		return nil
	}
	return &limiter{ctx: ctx, rate: float64(rate), free: time.Now()}
}

// wait pays for n bytes.
func (l *limiter) wait(n int) error {
	if l == nil {
		return nil
	}
	pause := l.pay(n)
	if pause < minPause {
		return l.ctx.Err()
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-l.ctx.Done():
		return l.ctx.Err()
	}
}

// pay takes n bytes out of the bucket, and tells how long it will be until it is not
// overdrawn.
func (l *limiter) pay(n int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if least := now.Add(-maxCredit); l.free.Before(least) {
		l.free = least
	}
	l.free = l.free.Add(time.Duration(float64(n) / l.rate * float64(time.Second)))
	return l.free.Sub(now)
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
