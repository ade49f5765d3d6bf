package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// sample is what one run of a program took.
type sample struct {
	Seconds float64 `json:"seconds"`     // wall time
	CPU     float64 `json:"cpu_seconds"` // user and system time of all its threads
	User    float64 `json:"user_seconds"`
	Server  float64 `json:"server_cpu_seconds,omitempty"` // CPU time of the server that it asked
	Peak    int64   `json:"peak_bytes"`                   // peak resident memory, 0 where the system does not tell
	Floor   int64   `json:"floor_bytes"`                  // what Peak is at least, however little the program uses
}

// child runs a command and measures it. What it prints goes to a file in
// scratch, so that nothing here runs meanwhile; the end of it is returned.
func child(ctx context.Context, scratch string, args []string) (sample, []byte, error) {
	said, err := os.Create(filepath.Join(scratch, "output"))
	if err != nil {
		return sample{}, nil, err
	}
	defer said.Close()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = scratch
	cmd.Stdout, cmd.Stderr = said, said
	start := time.Now()
	err = cmd.Run()
	s := sample{Seconds: time.Since(start).Seconds()}
	if state := cmd.ProcessState; state != nil {
		s.User = state.UserTime().Seconds()
		s.CPU = s.User + state.SystemTime().Seconds()
		s.Peak = peak(state)
	}
	if ctx.Err() != nil {
		return s, nil, ctx.Err()
	}
	text := tail(said, 4<<10)
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", filepath.Base(args[0]), err, lastLine(text))
	}
	return s, text, err
}

func tail(f *os.File, n int64) []byte {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil
	}
	text := make([]byte, min(end, n))
	got, _ := f.ReadAt(text, end-int64(len(text)))
	return text[:got]
}

func lastLine(text []byte) []byte {
	text = bytes.TrimSpace(text)
	return text[bytes.LastIndexByte(text, '\n')+1:]
}

// executable is the name of a program's file.
func executable(name string) string {
	if os.PathSeparator == '\\' {
		return name + ".exe"
	}
	return name
}
