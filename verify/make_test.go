package verify

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify/internal/treetest"
)

type files = treetest.Files

func formats() []metainfo.Format { return treetest.Formats() }

func put(t testing.TB, path string, data []byte) { t.Helper(); treetest.Put(t, path, data) }

func noise(rng *rand.Rand, n int) []byte { return treetest.Noise(rng, n) }

func flipAt(data []byte, at int) []byte { return treetest.FlipAt(data, at) }

func makeTorrent(t testing.TB, root string, format metainfo.Format, pieceLength int64, fields metainfo.Fields) []byte {
	t.Helper()
	return treetest.Torrent(t, root, format, pieceLength, fields)
}

// data verifies, and fails the test on an error.
func data(t testing.TB, torrent []byte, path string, o Options) *Report {
	t.Helper()
	r, err := Data(context.Background(), torrent, path, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// proved is how many bytes of a file are proved.
func (r *Report) proved(path string) int64 {
	return r.Proved(slices.IndexFunc(r.Files, func(f FileReport) bool { return f.Path == path }))
}

func (r *Report) file(t testing.TB, path string) *FileReport {
	t.Helper()
	for i := range r.Files {
		if r.Files[i].Path == path {
			return &r.Files[i]
		}
	}
	t.Fatalf("no file %q in the report", path)
	return nil
}

func renameFile(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// stopAfter is a source that cancels a context after some reads.
type stopAfter struct {
	source
	cancel func()
	left   int
}

func (s *stopAfter) Open(i layout.FileIndex) (piecehash.File, error) {
	f, err := s.source.Open(i)
	return stopAfterFile{f, s}, err
}

type stopAfterFile struct {
	piecehash.File
	s *stopAfter
}

func (f stopAfterFile) ReadAt(p []byte, off int64) (int, error) {
	if f.s.left--; f.s.left == 0 {
		f.s.cancel()
	}
	return f.File.ReadAt(p, off)
}
