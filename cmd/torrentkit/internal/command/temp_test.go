package command

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// leave makes what a process that was killed leaves of an output, however it came by that.
func leave(t *testing.T, path, content string) {
	t.Helper()
	mustWrite(t, path, content, 0o644)
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
}

// A run removes what an earlier one of the same output left, and nothing else: neither what another process has open, nor
// what is no file, nor files with other names.
func TestOutputSweeps(t *testing.T) {
	con, _, _ := consoletest.New()
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	temp := func(n string) string { return filepath.Join(dir, ".x.torrentkit-"+n+".tmp") }
	leave(t, temp("1"), "half")
	leave(t, temp("4"), "")
	want := map[string]string{"x": "data"}
	for _, n := range []string{"5", "11", "abcdefghijkl"} {
		leave(t, temp(n), "random")
		want[filepath.Base(temp(n))] = "random"
	}
	leave(t, filepath.Join(dir, ".y.torrentkit-1.tmp"), "another's")
	want[".y.torrentkit-1.tmp"] = "another's"

	running := &Output{Path: path}
	root, err := running.enter()
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	name, held, err := running.createTemp(root) // the second one: the first is taken until the sweep
	if err != nil || name != filepath.Base(temp("2")) {
		t.Fatalf("%v, %v", name, err)
	}
	defer held.Close()
	want[filepath.Base(temp("2"))] = ""

	out, err := NewOutput(con, path, OutputOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(context.Background(), []byte("data")); err != nil {
		t.Fatal(err)
	}
	checkFolder(t, dir, want)
}

func TestOutputSweepsFilesOnly(t *testing.T) {
	con, _, _ := consoletest.New()
	dir := t.TempDir()
	temp := func(n string) string { return filepath.Join(dir, ".x.torrentkit-"+n+".tmp") }
	leave(t, filepath.Join(dir, "precious"), "precious")
	if err := os.Symlink("precious", temp("1")); err != nil {
		t.Skip(err)
	}
	if err := os.Mkdir(temp("2"), 0o777); err != nil {
		t.Fatal(err)
	}
	kept := []string{filepath.Base(temp("1")), filepath.Base(temp("2")), "precious"}
	leave(t, temp("3"), "another user's")
	if os.Geteuid() == 0 && runtime.GOOS != "windows" {
		if err := os.Chown(temp("3"), 12345, 12345); err != nil {
			t.Fatal(err)
		}
		kept = append(kept, filepath.Base(temp("3")))
	}
	if _, err := NewOutput(con, filepath.Join(dir, "x"), OutputOptions{}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]fs.DirEntry{}
	for _, e := range entries {
		have[e.Name()] = e
	}
	slices.Sort(kept)
	if got := slices.Sorted(maps.Keys(have)); !slices.Equal(got, kept) {
		t.Errorf("the folder has %v, want %v", got, kept)
	}
}

// As many processes as like may write one output at a time: the last one wins, and none takes the file of another for left
// behind.
func TestOutputTogether(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	const writers = 2 * usualTemps
	errs := make(chan error, writers)
	for range writers {
		go func() {
			con, _, _ := consoletest.New()
			out, err := NewOutput(con, path, OutputOptions{Force: true})
			if err == nil {
				err = out.Write(context.Background(), []byte(strings.Repeat("x", 10000)))
			}
			errs <- err
		}()
	}
	for range writers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	checkFolder(t, dir, map[string]string{"x": strings.Repeat("x", 10000)})
}
