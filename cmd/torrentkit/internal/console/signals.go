package console

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// ErrInterrupted is the cause of a context that a signal cancelled.
var ErrInterrupted = errors.New("interrupted")

// Interruptible returns a context that the first SIGINT or SIGTERM cancels. From then on the signals have their default
// action back, so that a second Ctrl-C kills at once. A signal that the parent process ignores (nohup, a background job
// of a script) stays ignored.
func Interruptible(parent context.Context) (context.Context, func()) {
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
			cancel(ErrInterrupted)
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// WatchStatus prints one line about the progress of the work on standard error whenever the status signal arrives:
// SIGUSR1, or SIGINFO (Ctrl-T) on the BSDs and macOS. It is installed before any command runs, because the default action of SIGUSR1 is
// to kill. The function it returns ends the watch.
func (con *Console) WatchStatus() func() {
	asked := statusSignals()
	if len(asked) == 0 {
		return func() {}
	}
	start := con.Now()
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, asked...)
	go func() {
		for {
			select {
			case <-signals:
				status(con, start)
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
func status(con *Console, start time.Time) {
	if p := con.progress.Load(); p != nil {
		p.Status()
		return
	}
	fmt.Fprintln(con.env.Err, "torrentkit: working for "+formatDuration(con.Now().Sub(start)))
}
