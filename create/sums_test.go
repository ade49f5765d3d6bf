package create_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// bytesRead is how many bytes this process has read from files; 0 where the system does not count them.
func bytesRead(t *testing.T) (n int64) {
	t.Helper()
	if data, err := os.ReadFile("/proc/self/io"); err == nil && runtime.GOOS == "linux" { // Wine shows the account of its server
		if _, err := fmt.Sscanf(string(data), "rchar: %d", &n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// Checksums cost no reading, for one torrent or several: the content is read once.
func TestChecksumsAreOfTheSameRead(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	file(t, filepath.Join(root, "large"), longtest.Rounds(24, 40)<<20)
	file(t, filepath.Join(root, "other"), 9<<20+5)
	for i := range 50 {
		file(t, filepath.Join(root, "small", fmt.Sprint(i)), 10000+i)
	}
	sums := []metainfo.Checksum{metainfo.MD5, metainfo.SHA256}
	for name, options := range map[string][]create.Options{
		"one":                  {{Checksums: sums}},
		"of one shape":         {{Checksums: sums[:1]}, {Checksums: sums[1:], Fields: metainfo.Fields{Source: "x"}}},
		"of several shapes":    {{Checksums: sums[:1]}, {PieceLength: 4 << 20}, {PieceLength: 4 << 20, Format: metainfo.Hybrid, Checksums: sums}},
		"longer than a window": {{}, {Checksums: sums, PieceLength: 32 << 20}},
	} {
		plans := together(t, root, options...)
		before := bytesRead(t)
		raws, err := create.Torrents(context.Background(), plans)
		if err != nil {
			t.Fatal(err)
		}
		if n, total := bytesRead(t)-before, plans[0].TotalLength; n > 0 && (n < total || n > total+1<<20) {
			t.Errorf("%s: %d bytes were read, the content has %d", name, n, total)
		}
		for i, o := range options {
			if !bytes.Equal(raws[i].Raw(), torrent(t, root, o)) {
				t.Errorf("%s: torrent %d is another one than alone", name, i)
			}
		}
	}
}

// With a journal that knows the pieces, files are read for their checksums, once.
func TestChecksumsOfKnownPieces(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	file(t, filepath.Join(root, "a"), 9<<20)
	file(t, filepath.Join(root, "b"), 100)
	settle()
	o := create.Options{PieceLength: 65536, Journals: []string{filepath.Join(dir, "j")}}
	made(t, plan(t, root, o))
	file(t, filepath.Join(root, "c"), 5<<20)
	settle()
	o.Checksums = []metainfo.Checksum{metainfo.CRC32}
	before := bytesRead(t)
	got, p := make1(t, root, o)
	if n := bytesRead(t) - before; n > 0 && (n < p.TotalLength || n > p.TotalLength+1<<20) || p.Reused.Pieces < 100 {
		t.Errorf("%d bytes were read of %d, reused %+v", n, p.TotalLength, p.Reused)
	}
	if want := torrent(t, root, create.Options{PieceLength: 65536, Checksums: o.Checksums}); !bytes.Equal(got, want) {
		t.Error("another torrent")
	}
}
