package console

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"
)

// fakeBuffer is a buffer that the progress goroutine and a test may use at once.
type fakeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *fakeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *fakeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// fakeEnv is a world of buffers: no terminal, 80 columns, no environment, and a clock that stands still.
func fakeEnv() (e Env, out, err *fakeBuffer) {
	out, err = &fakeBuffer{}, &fakeBuffer{}
	return Env{
		In: strings.NewReader(""), Out: out, Err: err, ANSI: true,
		Width:  func() int { return 80 },
		Getenv: func(string) string { return "" },
		Now:    func() time.Time { return time.Unix(1700000000, 0) },
	}, out, err
}

// fake is an app in such a world.
func fake() (con *Console, out, err *fakeBuffer) {
	e, out, err := fakeEnv()
	return New(e), out, err
}

// interruptedContext is a context that a signal has cancelled.
func interruptedContext() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(ErrInterrupted)
	return ctx
}
