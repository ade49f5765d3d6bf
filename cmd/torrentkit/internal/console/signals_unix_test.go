//go:build unix

package console

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestInterruptCancels(t *testing.T) {
	ctx, stop := Interruptible(context.Background())
	defer stop()
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Minute):
		t.Fatal("the context is not cancelled")
	}
	if !errors.Is(context.Cause(ctx), ErrInterrupted) {
		t.Errorf("the cause is %v", context.Cause(ctx))
	}
}

// A wrapper that hands the signal on, which came from the terminal already, does not kill what would still say what is kept.
func TestEchoOfAnInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		signals, letGo := make(chan os.Signal, 1), make(chan time.Time, 1)
		start := time.Now()
		go interrupt(ctx, cancel, signals, func() { letGo <- time.Now() })
		signals <- os.Interrupt
		<-ctx.Done()
		if d := time.Since(start); d > 0 {
			t.Errorf("the context is cancelled after %v", d)
		}
		if d := (<-letGo).Sub(start); d < 50*time.Millisecond || d > time.Second {
			t.Errorf("signals are let go after %v", d)
		}
	})
}

func TestStatusSignal(t *testing.T) {
	con, _, stderr := fake()
	defer con.WatchStatus()()
	p := con.StartProgress("hashing")
	defer p.Finish()
	p.Set(1<<20, 4<<20)
	if err := syscall.Kill(os.Getpid(), syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	const want = "torrentkit: hashing: 1 MiB of 4 MiB (25 %)\n"
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if stderr.String() == want {
			return
		}
	}
	t.Errorf("printed %q, want %q", stderr.String(), want)
}
