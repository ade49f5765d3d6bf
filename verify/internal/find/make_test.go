package find

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
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

// contentAt tells what verifying would of the content in a folder.
func contentAt(t *testing.T, torrent []byte, root string) *Content {
	t.Helper()
	parsed, err := metainfo.Parse(torrent)
	if err != nil {
		t.Fatal(err)
	}
	l := parsed.Layout()
	read := map[int]bool{}
	c := &Content{Torrent: parsed, Skipped: func(int) bool { return false }, Unread: func(p int) bool { return !read[p] }}
	c.Open = func(k int) (piecehash.File, error) { return inPlace{parsed, root}.Open(c.Files[k].Index) }
	damaged, good := map[layout.FileIndex]bool{}, map[int]bool{}
	c.Good = func(p int) bool { return good[p] }
	for p, err := range (piecehash.Job{Layout: l, Source: inPlace{parsed, root}}).Pieces(context.Background()) {
		read[p.Index] = err == nil
		good[p.Index] = err == nil && parsed.Check(p.Index, p.SHA1, p.Root) == metainfo.Good
		for span := range l.Spans(p.Index) {
			if err == nil && !good[p.Index] {
				damaged[span.File] = true
			}
		}
	}
	for i := range l.NumFiles() {
		f := File{Index: i, Path: parsed.Files[i].Path, Length: parsed.Files[i].Length}
		if parsed.Files[i].Pad() {
			continue
		}
		f.At = filepath.Join(root, filepath.FromSlash(f.Path))
		if info, err := os.Stat(f.At); err == nil {
			f.Readable, f.Size = true, info.Size()
		}
		f.Wanted = f.Length > 0 && (!f.Readable || f.Size != f.Length || damaged[i])
		c.Files = append(c.Files, f)
	}
	return c
}

// inPlace is a Source of the files of a torrent below a folder.
type inPlace struct {
	torrent *metainfo.Torrent
	root    string
}

func (s inPlace) Open(i layout.FileIndex) (piecehash.File, error) {
	return os.Open(filepath.Join(s.root, filepath.FromSlash(s.torrent.Files[i].Path)))
}
