package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocsLibrary builds and runs the programs in Go that pages show, in a folder that has what they read.
func TestDocsLibrary(t *testing.T) {
	ran := 0
	for _, name := range pages(t) {
		all, err := blocks(pageText(t, name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, b := range all {
			if b.language != "go" {
				continue
			}
			ran++
			dir := t.TempDir()
			source, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "program.exe")
			if err := os.WriteFile(source, []byte(b.text), 0o666); err != nil {
				t.Fatal(err)
			}
			build := exec.Command("go", "build", "-ldflags=-s -w", "-o", program, source)
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%s, line %d: %v\n%s", name, b.line, err, out)
			}
			if err := os.Mkdir(filepath.Join(dir, "album"), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "album", "01.flac"), seededBytes(1<<20, 1), 0o666); err != nil {
				t.Fatal(err)
			}
			run := exec.Command(program)
			run.Dir = dir
			out, err := run.CombinedOutput()
			if err != nil || !strings.HasSuffix(string(out), "64 of 64 pieces are good\n") {
				t.Errorf("%s, line %d: %v\n%s", name, b.line, err, out)
			}
		}
	}
	if ran == 0 {
		t.Error("no page shows a program")
	}
}
