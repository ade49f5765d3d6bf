package verify

import (
	"context"
	"errors"
	"io"

	"github.com/torrentkit/torrentkit/internal/content"
)

const (
	aheadBuffers = 8
	aheadSize    = 256 << 10 // of a buffer: what is copied from it was not yet driven out of the cache
)

// errEnough is why the reading of a stream ends whose rest nobody wants.
var errEnough = errors.New("nobody wants the rest of the stream")

// ahead reads before it is asked to, so that who writes into a pipe need not
// wait for hashing, and lets go of a read that waits once ctx is done. The error is
// the context's cause.
type ahead struct {
	ctx  context.Context
	full chan bite
	free chan []byte
	bite // that is being taken, from its start
	buf  []byte
}

type bite struct {
	data []byte
	err  error
}

func readAhead(ctx context.Context, r io.Reader) *ahead {
	content.WidenPipe(r)
	a := &ahead{ctx: ctx, full: make(chan bite, aheadBuffers), free: make(chan []byte, aheadBuffers)}
	for range aheadBuffers {
		a.free <- nil
	}
	go a.run(r)
	return a
}

func (a *ahead) run(r io.Reader) {
	for {
		var buf []byte
		select {
		case buf = <-a.free:
		case <-a.ctx.Done():
			return
		}
		if buf == nil {
			buf = make([]byte, aheadSize)
		}
		n, err := r.Read(buf)
		a.full <- bite{buf[:n], err} // there is room for all buffers
		if err != nil {
			return
		}
	}
}

func (a *ahead) Read(p []byte) (int, error) {
	if a.ctx.Err() != nil {
		return 0, context.Cause(a.ctx)
	}
	for len(a.data) == 0 {
		if a.err != nil {
			return 0, a.err
		}
		if a.buf != nil {
			a.free <- a.buf[:cap(a.buf)]
			a.buf = nil
		}
		select {
		case a.bite = <-a.full:
			a.buf = a.data
		case <-a.ctx.Done():
			return 0, context.Cause(a.ctx)
		}
	}
	n := copy(p, a.data)
	a.data = a.data[n:]
	return n, nil
}
