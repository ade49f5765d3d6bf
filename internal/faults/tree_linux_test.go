package faults

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// entry is a file, a folder or a symbolic link.
type entry struct {
	kind fs.FileMode
	data []byte // what a file holds, or where a link leads
	perm fs.FileMode
	time time.Time
}

func (e entry) same(o entry) bool { return e.kind == o.kind && bytes.Equal(e.data, o.data) }

// tree is a folder with all that is in it, by path relative to it.
type tree map[string]entry

// readTree reads a folder. What goes away meanwhile is not there.
func readTree(dir string) (tree, error) {
	t := make(tree)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || rel == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		e := entry{kind: info.Mode().Type(), perm: info.Mode().Perm(), time: info.ModTime()}
		switch e.kind {
		case 0:
			e.data, err = os.ReadFile(path)
		case fs.ModeSymlink:
			var to string
			to, err = os.Readlink(path)
			e.data = []byte(to)
		}
		t[rel] = e
		return err
	})
	return t, err
}

// write makes the folder anew.
func (t tree) write(dir string) error {
	for _, rel := range slices.Sorted(maps.Keys(t)) { // folders come before what is in them
		path, e := filepath.Join(dir, rel), t[rel]
		var err error
		switch e.kind {
		case fs.ModeDir:
			err = os.MkdirAll(path, 0o777)
		case fs.ModeSymlink:
			err = os.Symlink(string(e.data), path)
		case 0:
			if err = os.WriteFile(path, e.data, e.perm); err == nil {
				err = os.Chtimes(path, e.time, e.time)
			}
		default:
			err = fmt.Errorf("%s: %v cannot be made", rel, e.kind)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// between tells whether every byte of a file stood there before or stands there afterwards: so is a file that is being
// repaired in place.
func (e entry) between(before, after entry) bool {
	if e.kind != 0 || len(e.data) > max(len(before.data), len(after.data)) {
		return false
	}
	for i, b := range e.data {
		was := i < len(before.data) && before.data[i] == b || i >= len(before.data) && b == 0
		will := i < len(after.data) && after.data[i] == b
		if !was && !will {
			return false
		}
	}
	return true
}

func TestTree(t *testing.T) {
	dir, again := t.TempDir(), t.TempDir()
	was := tree{"a": {kind: fs.ModeDir}, "a/b": {data: []byte("b"), perm: 0o640, time: time.Unix(1e9, 0)}, "c": {kind: fs.ModeSymlink, data: []byte("a/b")}}
	for _, to := range []string{dir, again} {
		if err := was.write(to); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readTree(again)
	if err != nil || !maps.EqualFunc(got, was, entry.same) || !got["a/b"].time.Equal(was["a/b"].time) {
		t.Errorf("%v, %v", got, err)
	}
	before, after := entry{data: []byte("abc")}, entry{data: []byte("aBcd")}
	for text, want := range map[string]bool{"abc": true, "aBc": true, "aBcd": true, "ab": true, "axc": false, "abce": false, "abc\x00": true, "abcde": false} {
		if got := (entry{data: []byte(text)}).between(before, after); got != want {
			t.Errorf("%q is between: %v", text, got)
		}
	}
}
