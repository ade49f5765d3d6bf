package content

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestHolesAreFound(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sparse")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	const mib = 1 << 20
	if _, err := f.WriteAt(make([]byte, mib), 2*mib); err != nil { // zeros, but data
		t.Fatal(err)
	}
	if err := f.Truncate(8 * mib); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	tree, _, err := Scan(context.Background(), []string{path}, ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tree.DropCache()
	r, err := tree.Open(0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	file := r.(*openFile)
	if !tree.files[0].is(sparse) {
		t.Skip("the file system has no holes")
	}
	for _, tt := range []struct{ off, want int64 }{{0, 2 * mib}, {mib, 2 * mib}, {2*mib + 5, 2*mib + 5}, {3 * mib, 8 * mib}, {7 * mib, 8 * mib}, {9 * mib, 9 * mib}} {
		if got := file.NextData(tt.off); got != tt.want {
			t.Errorf("NextData(%d) = %d, want %d", tt.off, got, tt.want)
		}
	}
	buf := make([]byte, mib)
	if _, err := r.ReadAt(buf, 2*mib); err != nil {
		t.Error(err)
	}
	if yes, known := file.Cached(2 * mib); known && !yes {
		t.Log("the page was dropped")
	}
	file.ReadAhead(0, 8*mib)
}

// opened is a file of content, open until the test ends.
func opened(t *testing.T, path string) *openFile {
	t.Helper()
	tree, _, err := Scan(context.Background(), []string{path}, ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := tree.Open(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r.(*openFile)
}

func TestCachedAfterReading(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, make([]byte, 100_000), 0o644); err != nil {
		t.Fatal(err)
	}
	if yes, known := opened(t, path).Cached(50_000); known && !yes {
		t.Error("a file that was just written is not in memory")
	}
}

// What was fetched is in memory, where the system can tell.
func TestFetch(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	const size = 3 << 20
	if err := os.WriteFile(path, bytes.Repeat([]byte("data"), size/4), 0o644); err != nil {
		t.Fatal(err)
	}
	written, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer written.Close()
	if err := written.Sync(); err != nil { // what is to be written cannot be dropped
		t.Fatal(err)
	}
	file := opened(t, path)
	file.raw.drop(0, size)
	for _, part := range []struct{ off, n int64 }{{1 << 20, 1 << 20}, {0, 1}, {size - 100, 100}} {
		there := false
		for range 100 { // the system may drop it again at any time
			file.Fetch(part.off, part.n)
			first, known := file.Cached(part.off)
			last, _ := file.Cached(part.off + part.n - 1)
			if there = first && last || !known; there {
				break
			}
		}
		if !there {
			t.Errorf("%d bytes from %d are not in memory after they were fetched", part.n, part.off)
		}
	}
	file.Fetch(size, 1) // behind the end: nothing to wait for
}

// What is read without waiting is what the file holds, as far as it is in memory.
func TestReadCached(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	data := make([]byte, 300_000)
	for i := range data {
		data[i] = byte(i >> 8)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := openPath(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, off := range []int64{0, 1, 299_999, 300_000, 1 << 40} {
		buf := make([]byte, 100_000)
		n := f.readCached(buf, off)
		if want := data[min(off, 300_000):]; n > min(len(want), len(buf)) || !bytes.Equal(buf[:n], want[:n]) {
			t.Errorf("%d bytes at %d are not those of the file", n, off)
		}
	}
	if n := f.readCached(nil, 0); n != 0 {
		t.Errorf("%d bytes for an empty buffer", n)
	}
	f.close()
	if n := f.readCached(make([]byte, 1), 0); n != 0 {
		t.Errorf("%d bytes of a closed file", n)
	}
}
