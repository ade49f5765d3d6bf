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

// cached tells whether the middle of a file is in memory, where the system knows.
func cached(t *testing.T, path string) bool {
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
	yes, known := f.(interface{ Cached(int64) (bool, bool) }).Cached(tree.Files()[0].Size / 2)
	if !known {
		t.Skip("the file system does not tell what is in memory")
	}
	return yes
}

func TestDropCache(t *testing.T) {
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
	if err := unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil || cached(t, path) {
		t.Skip("this file system is one in memory")
	}
	if torrent(t, path, create.Options{}); !cached(t, path) {
		t.Skip("the system is short of memory")
	}
	if torrent(t, path, create.Options{DropCache: true}); cached(t, path) {
		t.Error("what was read is in the cache, though nobody wanted it there")
	}
}
