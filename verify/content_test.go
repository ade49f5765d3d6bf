//go:build unix

package verify_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// PATH may be the content, the folder that holds it, or a link to either.
func TestPath(t *testing.T) {
	for _, format := range formats {
		dir := t.TempDir()
		root := filepath.Join(dir, "holder", "tree")
		// The folder has a subfolder of its own name, with a file of its own name.
		write(t, root, map[string]int{"a": 40000, "tree/a": 10, "tree/tree": 20})
		torrent := torrentOf(t, root, format)
		do(t, os.Symlink(root, filepath.Join(dir, "link")))
		do(t, os.Symlink(filepath.Dir(root), filepath.Join(dir, "link to holder")))
		do(t, os.Mkdir(filepath.Join(dir, "elsewhere"), 0o755))
		do(t, os.Symlink(root, filepath.Join(dir, "elsewhere", "tree")))
		for _, path := range []string{"holder/tree", "holder/tree/", "holder", "link", "link to holder", "elsewhere", "elsewhere/tree", "holder/../holder/tree/tree/.."} {
			if r := check(t, torrent, filepath.Join(dir, "x")[:len(dir)+1]+path); !r.OK() {
				t.Errorf("%v at %s: %s", format, path, states(r))
			}
		}
		t.Chdir(root)
		if r := check(t, torrent, "."); !r.OK() {
			t.Errorf("%v at .: %s", format, states(r))
		}
		// Also where most of it is broken, so that sizes do not help.
		do(t, os.Truncate(filepath.Join(root, "a"), 5))
		do(t, os.Remove(filepath.Join(root, "tree", "tree")))
		beside := map[bool]string{true: "unchecked", false: "ok"}[format == metainfo.V1] // it shares a piece with them
		for _, path := range []string{".", root, filepath.Dir(root)} {
			if s := states(check(t, torrent, path)); s != "a short, tree/a "+beside+", tree/tree missing" {
				t.Errorf("%v at %s: %s", format, path, s)
			}
		}
		t.Chdir(dir)
	}
}

// A folder under another name is known by what is in it, though it be damaged.
func TestRenamedFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "old"), map[string]int{"a": 1000, "b": 1000})
	torrent := torrentOf(t, filepath.Join(dir, "old"), metainfo.V1)
	path := filepath.Join(dir, "new")
	do(t, os.Rename(filepath.Join(dir, "old"), path))
	if r := check(t, torrent, path); !r.OK() {
		t.Error(states(r))
	}
	do(t, os.Truncate(filepath.Join(path, "a"), 10))
	do(t, os.Remove(filepath.Join(path, "b")))
	if s := states(check(t, torrent, path)); s != "a short, b missing" {
		t.Error(s)
	}
	// Of many files only the last is left.
	many := map[string]int{}
	for i := range longtest.Rounds(1100, 2100) { // folders are read in parts of 1024 names
		many["f"+strings.Repeat("x", i%10)+string(rune('a'+i%26))+strings.Repeat("y", i/26)] = 5
	}
	many["zz"] = 6
	write(t, filepath.Join(dir, "many"), many)
	torrent = torrentOf(t, filepath.Join(dir, "many"), metainfo.V2)
	r := check(t, torrent, filepath.Join(dir, "many"))
	if !r.OK() || len(r.Files) != len(many) {
		t.Errorf("%d of %d files", len(r.Files), len(many))
	}
}

func TestSingleFile(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		dir := t.TempDir()
		write(t, dir, map[string]int{"film": 50000})
		torrent := torrentOf(t, filepath.Join(dir, "film"), format)
		do(t, os.Symlink("film", filepath.Join(dir, "link")))
		do(t, os.WriteFile(filepath.Join(dir, "other name"), readFile(t, filepath.Join(dir, "film")), 0o644))
		for _, path := range []string{dir, filepath.Join(dir, "film"), filepath.Join(dir, "link"), filepath.Join(dir, "other name")} {
			if r := check(t, torrent, path); !r.OK() || states(r) != "film ok" {
				t.Errorf("%v at %s: %s", format, path, states(r))
			}
		}
		do(t, os.Remove(filepath.Join(dir, "film")))
		for _, path := range []string{dir, filepath.Join(dir, "film")} {
			if s := states(check(t, torrent, path)); s != "film missing" {
				t.Errorf("%v at %s: %s", format, path, s)
			}
		}
		do(t, os.Mkdir(filepath.Join(dir, "film"), 0o755))
		for _, path := range []string{dir, filepath.Join(dir, "film")} {
			if s := states(check(t, torrent, path)); s != "film wrong type" {
				t.Errorf("%v at %s: %s", format, path, s)
			}
		}
	}
}

func TestNoPath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "tree"), map[string]int{"a": 10, "b": 0})
	torrent := torrentOf(t, filepath.Join(dir, "tree"), metainfo.V1)
	if _, err := verify.Data(context.Background(), torrent, filepath.Join(dir, "nowhere"), verify.Options{}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("error is %v", err)
	}
	if _, err := verify.Data(context.Background(), torrent, filepath.Join(dir, "tree", "a"), verify.Options{}); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("error is %v", err)
	}
	do(t, os.RemoveAll(filepath.Join(dir, "tree")))
	do(t, os.Mkdir(filepath.Join(dir, "empty"), 0o755))
	for _, path := range []string{filepath.Join(dir, "tree"), dir, filepath.Join(dir, "empty")} {
		r := check(t, torrent, path)
		if s := states(r); s != "a missing, b missing" || r.OK() || r.GoodBytes != 0 {
			t.Errorf("at %s: %s", path, s)
		}
	}
	if _, err := verify.Data(context.Background(), []byte("d4:infode"), dir, verify.Options{}); err == nil {
		t.Error("half a torrent is verified")
	}
}

// Bytes behind the end and files that should be empty count too.
func TestSizesCount(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		dir := t.TempDir()
		root := filepath.Join(dir, "tree")
		write(t, root, map[string]int{"a": 16384, "empty": 0, "none": 0, "z": 100})
		torrent := torrentOf(t, root, format)
		write(t, root, map[string]int{"empty": 1})
		do(t, os.Remove(filepath.Join(root, "none")))
		data := readFile(t, filepath.Join(root, "z"))
		do(t, os.WriteFile(filepath.Join(root, "z"), bytes.Repeat(data, 2), 0o644))
		r := check(t, torrent, root)
		if s := states(r); s != "a ok, empty long, none missing, z long" || r.OK() || r.GoodPieces != r.Pieces {
			t.Errorf("%v: %s; %d of %d pieces, ok: %v", format, s, r.GoodPieces, r.Pieces, r.OK())
		}
	}
}
