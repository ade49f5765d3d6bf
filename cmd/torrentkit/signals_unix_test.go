//go:build unix

package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program prepares the test binary to run as one of TestMain's commands.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Args = args
	return cmd
}

func killedBy(err error) syscall.Signal {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return status.Signal()
		}
	}
	return 0
}

func TestSecondInterruptKills(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := program(t, "stubborn")
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(stdout)
		for _, want := range []string{"ready", "interrupted"} {
			if !lines.Scan() || lines.Text() != want {
				t.Errorf("%v: printed %q, want %q", s, lines.Text(), want)
			}
			cmd.Process.Signal(s)
		}
		dead := make(chan error, 1)
		go func() { dead <- cmd.Wait() }()
		for killed := false; !killed; { // after the moment in which a signal may be an echo of the first
			select {
			case err := <-dead:
				killed = true
				if killedBy(err) != s {
					t.Errorf("%v: ended by %v", s, err)
				}
			case <-time.After(20 * time.Millisecond):
				cmd.Process.Signal(s)
			}
		}
	}
}

// TestReaderThatWentAwayKills: torrentkit dies of SIGPIPE, as cat and grep do.
func TestReaderThatWentAwayKills(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	cmd := program(t, "torrentkit", "completion", "bash")
	var stderr strings.Builder
	cmd.Stdout, cmd.Stderr = w, &stderr
	err = cmd.Run()
	w.Close()
	if killedBy(err) != syscall.SIGPIPE || stderr.String() != "" {
		t.Errorf("ended by %v, printed %q", err, stderr.String())
	}
}
