package internal_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A program in a module of its own, that has nothing but the public packages, makes, edits, judges, verifies, links and
// announces a torrent.
func TestFromOutside(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for from, to := range map[string]string{"testdata/outside/main.go": "main.go", "../go.mod": "go.mod", "../go.sum": "go.sum"} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if to == "go.mod" { // the same versions, of another module
			text = regexp.MustCompile(`(?m)^module .*$`).ReplaceAll(text, []byte("module example.org/outside"))
			text = append(text, "\nrequire github.com/torrentkit/torrentkit v0.0.0\nreplace github.com/torrentkit/torrentkit => "+root+"\n"...)
		}
		if err := os.WriteFile(filepath.Join(dir, to), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, public := range public() {
		if text, _ := os.ReadFile(filepath.Join(dir, "main.go")); !strings.Contains(string(text), `torrentkit/`+public+`"`) {
			t.Errorf("it does not use package %s", public)
		}
	}
	run := exec.Command("go", "run", "-mod=mod", "-ldflags=-s -w", ".")
	run.Dir = dir
	run.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off", "CGO_ENABLED=0")
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"created ", "file 12 a.txt\nfile 0 b.txt\n", "changed announce true\n", "verified a.txt ok\nverified b.txt ok\n", "from memory true\nfrom memory true\nthe same from a disk true\n", "link true 0\n", "index true true\n", "announced 3 1\nannounced 3 1\n"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
