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

// echoes is how long a signal may come twice for one key that was pressed: what wraps a program (timeout, make, a runner of
// scripts) hands on what the terminal has sent to the program, too.
const echoes = 200 * time.Millisecond

// Interruptible returns a context that the first SIGINT or SIGTERM cancels. Soon after, the signals have their default
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
	go interrupt(ctx, cancel, signals, func() { signal.Stop(signals) })
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// interrupt cancels the context at the first signal, and lets those go that come after its echoes.
func interrupt(ctx context.Context, cancel context.CancelCauseFunc, signals <-chan os.Signal, letGo func()) {
	select {
	case <-signals:
		cancel(ErrInterrupted)
		time.Sleep(echoes)
		letGo()
	case <-ctx.Done():
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
