package create_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/content"
)

// cached counts, of 64 places in a file, those that are in memory.
func cached(t *testing.T, path string) (n int) {
	t.Helper()
	tree, _, err := content.Scan(context.Background(), []string{path}, content.ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	f, err := tree.Open(0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := range int64(64) {
		yes, known := f.(interface{ Cached(int64) (bool, bool) }).Cached(tree.Files()[0].Size / 64 * i)
		if !known {
			t.Skip("the file system does not tell what is in memory")
		}
		if yes {
			n++
		}
	}
	return n
}

func TestDropCache(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	file(t, path, 4<<20)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil { // what is not on the disk yet cannot be dropped
		t.Fatal(err)
	}
	// The system drops what it can at the moment, so both are tried several times.
	dropped := func(drop func()) bool {
		for range 30 {
			torrent(t, path, create.Options{})
			if drop(); cached(t, path) < 32 {
				return true
			}
		}
		return false
	}
	if !dropped(func() { unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) }) {
		t.Skip("this file system drops nothing")
	}
	if !dropped(func() { torrent(t, path, create.Options{DropCache: true}) }) {
		t.Error("what was read stays in the cache, though nobody wanted it there")
	}
}
