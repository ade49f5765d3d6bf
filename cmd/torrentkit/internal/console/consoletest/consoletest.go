// Package consoletest makes consoles of buffers, for tests. It speaks with no terminal.
package consoletest

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Buffer is a buffer that the progress goroutine and a test may use at once.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *Buffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *Buffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// Env is a world of buffers: no terminal, 80 columns, no environment, and a clock that stands still.
func Env() (e console.Env, out, err *Buffer) {
	out, err = &Buffer{}, &Buffer{}
	return console.Env{
		In: strings.NewReader(""), Out: out, Err: err, ANSI: true,
		Width:  func() int { return 80 },
		Getenv: func(string) string { return "" },
		Now:    func() time.Time { return time.Unix(1700000000, 0) },
	}, out, err
}

// New is an app in such a world.
func New() (con *console.Console, out, err *Buffer) {
	e, out, err := Env()
	return console.New(e), out, err
}

// InterruptedContext is a context that a signal has cancelled.
func InterruptedContext() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(console.ErrInterrupted)
	return ctx
}
