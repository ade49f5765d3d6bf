package verify

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// files are a folder's content by slash path.
type files map[string][]byte

func (f files) paths() []string {
	var list []string
	for name := range f {
		list = append(list, name)
	}
	slices.SortFunc(list, layout.ComparePaths)
	return list
}

// write makes the files below a folder.
func (f files) write(t testing.TB, dir string) string {
	t.Helper()
	for name, data := range f {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), data)
	}
	return dir
}

func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func noise(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// makeTorrent makes a torrent of a file or folder.
func makeTorrent(t testing.TB, root string, format metainfo.Format, pieceLength int64, fields metainfo.Fields) []byte {
	t.Helper()
	tree, _, err := content.Scan(context.Background(), root, content.ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	var list []metainfo.File
	for _, f := range tree.Files() {
		list = append(list, metainfo.File{Path: f.Path, Length: f.Size})
	}
	d, err := metainfo.NewDraft(metainfo.Shape{Format: format, Name: filepath.Base(root), PieceLength: pieceLength}, list, fields)
	if err != nil {
		t.Fatal(err)
	}
	index := make([]int32, len(d.Files()))
	next := int32(0)
	for i := range d.Files() {
		if f := d.Files()[i]; !f.Pad() {
			index[i] = next
			next++
		}
	}
	job := piecehash.Job{Layout: d.Layout(), Source: scanned{tree, index}}
	for p, err := range job.Pieces(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		d.Set(p.Index, p.SHA1, p.Root)
	}
	return d.Encode()
}

type scanned struct {
	tree  *content.Tree
	index []int32
}

func (s scanned) Open(i int) (piecehash.File, error) { return s.tree.Open(int(s.index[i])) }

// data verifies, and fails the test on an error.
func data(t testing.TB, torrent []byte, path string, o Options) *Report {
	t.Helper()
	r, err := Data(context.Background(), torrent, path, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
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
	onDisk
	cancel func()
	left   int
}

func (s *stopAfter) Open(i int) (piecehash.File, error) {
	f, err := s.onDisk.Open(i)
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
