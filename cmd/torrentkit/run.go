package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// run is the whole program: it parses args, runs one command and returns the process's exit code.
func run(ctx context.Context, e env, args []string) int {
	ctx, stop := interruptible(ctx)
	defer stop()
	a := newApp(e)
	root := newRoot(a)
	defer a.watchStatus()()
	root.SetArgs(args)
	code := a.report(ctx, explain(root.ExecuteContextC(ctx)))
	return a.finish(code)
}

// finish writes what is still buffered. An answer that could not be written is trouble, whatever the answer was.
func (a *app) finish(code int) int {
	err := a.stdout.Flush()
	if err == nil || isBrokenPipe(err) {
		return code
	}
	return max(code, a.say(err))
}

// streamError is a failure to write the result: a full disk behind "> file", for instance.
type streamError struct{ err error }

func (e *streamError) Error() string {
	return "writing to standard output: " + rootCause(e.err).Error()
}
func (e *streamError) Unwrap() error { return e.err }

// isBrokenPipe tells a reader of standard output that went away (| head) from a real failure.
//
// On Unix torrentkit does what cat, grep and git do: the write raises SIGPIPE, and the process dies of it at once and in
// silence (a shell shows 141). No answer is claimed, neither yes nor no, and the rest of the work is not done for
// nobody. Go's runtime sees to that as long as nobody asks to be notified of SIGPIPE. On Windows, which has no such
// signal, the write fails instead: the command then stops writing and says nothing, and the broken pipe alone does not
// make the exit code other than 0.
func isBrokenPipe(err error) bool {
	var stream *streamError
	return errors.As(err, &stream) && (errors.Is(err, syscall.EPIPE) || isWindowsBrokenPipe(err))
}

// checkedWriter buffers standard output and remembers the first error, so that commands need not check each write:
// run looks once, at the end.
type checkedWriter struct {
	mu  sync.Mutex
	buf *bufio.Writer
	err error
}

func newCheckedWriter(w io.Writer) *checkedWriter {
	return &checkedWriter{buf: bufio.NewWriterSize(w, 32<<10)}
}

// Write implements io.Writer. It fails once any earlier write has failed.
func (c *checkedWriter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.buf.Write(p)
	c.fail(err)
	return n, c.err
}

// Flush writes what is buffered and returns the first error there ever was.
func (c *checkedWriter) Flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.fail(c.buf.Flush())
	}
	return c.err
}

func (c *checkedWriter) fail(err error) {
	if err != nil {
		c.err = &streamError{err}
	}
}

// errInterrupted is the cause of a context that a signal cancelled.
var errInterrupted = errors.New("interrupted")

// interruptible returns a context that the first SIGINT or SIGTERM cancels. From then on the signals have their default
// action back, so that a second Ctrl-C kills at once. A signal that the parent process ignores (nohup, a background job
// of a script) stays ignored.
func interruptible(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	go func() {
		select {
		case <-signals:
			signal.Stop(signals)
			cancel(errInterrupted)
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// watchStatus prints one line about the progress of the work on standard error whenever the status signal arrives:
// SIGUSR1, or SIGINFO (Ctrl-T) on the BSDs and macOS. It is installed before any command runs, because the default action of SIGUSR1 is
// to kill. The function it returns ends the watch.
func (a *app) watchStatus() func() {
	asked := statusSignals()
	if len(asked) == 0 {
		return func() {}
	}
	start := a.now()
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, asked...)
	go func() {
		for {
			select {
			case <-signals:
				a.status(start)
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}

// status prints where the work stands.
func (a *app) status(start time.Time) {
	if p := a.progress.Load(); p != nil {
		p.status()
		return
	}
	fmt.Fprintln(a.env.Err, "torrentkit: working for "+formatDuration(a.now().Sub(start)))
}
