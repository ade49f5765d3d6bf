package main

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"
)

// syncBuffer is a buffer that the progress goroutine and a test may use at once.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// testEnv is a world of buffers: no terminal, 80 columns, no environment, and a clock that stands still.
func testEnv() (e env, out, err *syncBuffer) {
	out, err = &syncBuffer{}, &syncBuffer{}
	return env{
		In: strings.NewReader(""), Out: out, Err: err, ANSI: true,
		Width:  func() int { return 80 },
		Getenv: func(string) string { return "" },
		Now:    func() time.Time { return time.Unix(1700000000, 0) },
	}, out, err
}

// testApp is an app in such a world.
func testApp() (a *app, out, err *syncBuffer) {
	e, out, err := testEnv()
	return newApp(e), out, err
}

// interruptedContext is a context that a signal has cancelled.
func interruptedContext() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errInterrupted)
	return ctx
}
