//go:build linux || darwin || freebsd

package content

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func fifo(t *testing.T, at ...string) {
	t.Helper()
	if err := unix.Mkfifo(filepath.Join(at...), 0o644); err != nil {
		t.Skipf("no FIFOs here: %v", err)
	}
}

func TestScanSpecialFiles(t *testing.T) {
	root := makeTree(t, map[string]string{"x": ""})
	fifo(t, root, "fifo")
	symlink(t, "fifo", root, "link")
	symlink(t, "/dev/null", root, "null")
	t.Chdir(root) // the path of a socket is short
	l, err := net.Listen("unix", "socket")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	soon(t, func() {
		tree, notes := scan(t, root, ScanOptions{})
		wantPaths(t, tree, "x")
		const left = ": special"
		wantNotes(t, notes, "fifo"+left, "link"+left, "null"+left, "socket"+left)
		if len(notes) == 4 && (notes[0].Detail != "a FIFO" || notes[2].Detail != "a device" || notes[3].Detail != "a socket") {
			t.Errorf("notes %+v do not say what was left out", notes)
		}
		if _, _, err := Scan(t.Context(), []string{filepath.Join(root, "fifo")}, ScanOptions{}); err == nil || !strings.Contains(err.Error(), "FIFO") {
			t.Errorf("scanning a FIFO: %v", err)
		}
	})
}

func TestLocateSpecialFiles(t *testing.T) {
	t.Parallel()
	root := makeTree(t, nil)
	fifo(t, root, "fifo")
	symlink(t, "fifo", root, "link")
	soon(t, func() {
		for _, p := range []string{"fifo", "link"} {
			if got := found(t, root, Want{Path: p}); got.Kind != WrongType || !strings.Contains(got.Detail, "FIFO") {
				t.Errorf("%q: %+v, want a FIFO of the wrong type", p, got)
			}
		}
		if got := found(t, root, Want{Path: "fifo/x"}); got.Kind != Missing {
			t.Errorf("below a FIFO: %+v", got)
		}
		if got := found(t, filepath.Join(root, "fifo"), Want{Path: "x"}); got.Kind != Missing {
			t.Errorf("a FIFO as root: %+v", got)
		}
		if got := found(t, filepath.Join(root, "fifo"), Want{}); got.Kind != WrongType {
			t.Errorf("a FIFO as the file: %+v", got)
		}
	})
}

func TestReplacedByFIFO(t *testing.T) {
	t.Parallel()
	eachTree(t, func(t *testing.T, tree *Tree, root string) {
		name := filepath.Join(root, "b")
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		fifo(t, name)
		soon(t, func() {
			err := openAndClose(tree, 1)
			wantChanged(t, tree, 1, err)
			if err != nil && !strings.Contains(err.Error(), "FIFO") {
				t.Errorf("error %v does not say what took its place", err)
			}
		})
	})
}

func TestRawNames(t *testing.T) {
	t.Parallel()
	root := makeTree(t, nil)
	name := "\xff\xfe \x1b[31m\n"
	if err := os.WriteFile(filepath.Join(root, name), []byte("raw"), 0o755); err != nil {
		t.Skipf("names are not raw bytes here: %v", err)
	}
	tree, _ := scan(t, root, ScanOptions{})
	wantPaths(t, tree, name)
	if !tree.Files()[0].Executable() {
		t.Error("the file is executable")
	}
	l := locate(t, root, Want{Path: name})
	if got := readAll(t, tree, 0) + readAll(t, l.Tree, 0); got != "rawraw" {
		t.Errorf("content %q", got)
	}
	os.Remove(filepath.Join(root, name))
	if _, err := tree.Open(0); err == nil || strings.ContainsAny(err.Error(), "\x1b\n") {
		t.Errorf("error %q prints a raw name", err)
	}
}

// TestDescriptors counts the open files of the process before and after.
func TestDescriptors(t *testing.T) {
	count := func() int {
		list, err := os.ReadDir("/dev/fd")
		if err != nil {
			t.Skip(err)
		}
		return len(list)
	}
	root := makeTree(t, nil)
	var want []Want
	for i := range 4 * maxFolders {
		p := strings.Repeat("d/", i) + "x"
		put(t, root, p, "1")
		want = append(want, Want{Path: p}, Want{Path: p + "/none"}, Want{Path: "none/" + p})
	}
	fifo(t, root, "fifo")
	before := count()
	tree, _ := scan(t, root, ScanOptions{})
	l := locate(t, root, want...)
	if n := count() - before; n > maxFolders+2 {
		t.Errorf("%d more files are open, want at most %d folders and the root", n, maxFolders)
	}
	for i := range tree.Files() {
		readAll(t, tree, i)
	}
	for i := range want {
		if f, err := l.Open(FileIndex(i)); err == nil {
			f.Close()
		}
		os.Truncate(filepath.Join(root, want[i].Path), 0)
		if err := openAndClose(l.Tree, i); err == nil {
			t.Errorf("%q changed, and nobody said so", want[i].Path)
		}
	}
	l.Close()
	tree.Close()
	if n := count() - before; n != 0 {
		t.Errorf("%d more files are open when all is closed", n)
	}
}
