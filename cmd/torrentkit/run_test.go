package main

import (
	"context"
	"io/fs"
	"syscall"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// failingWriter takes room bytes, and then fails.
type failingWriter struct {
	room int
	err  error
}

func (f *failingWriter) Write(p []byte) (int, error) {
	if len(p) > f.room {
		return f.room, f.err
	}
	f.room -= len(p)
	return len(p), nil
}

func TestFullDiskIsTrouble(t *testing.T) {
	full := &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
	for _, args := range [][]string{{"version"}, {"version", "--json"}, {"--help"}, {"completion", "bash"}} {
		e, _, stderr := consoletest.Env()
		e.Out = &failingWriter{3, full}
		code := run(context.Background(), e, args)
		want := "torrentkit: error: writing to standard output: " + syscall.ENOSPC.Error() + "\n"
		if code != 2 || stderr.String() != want {
			t.Errorf("%v: code %d, printed %q, want 2 and %q", args, code, stderr.String(), want)
		}
	}
}

func TestReaderThatWentAwayIsQuiet(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"version", "--json"}, {"completion", "bash"}} {
		e, _, stderr := consoletest.Env()
		e.Out = &failingWriter{3, &fs.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}}
		if code := run(context.Background(), e, args); code != 0 || stderr.String() != "" {
			t.Errorf("%v: code %d, printed %q", args, code, stderr.String())
		}
	}
}
