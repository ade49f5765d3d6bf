//go:build unix

package console

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
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
