// Package treetest writes folders of files and makes their torrents, for tests
// that verify them. It verifies nothing itself.
package treetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Files are a folder's content by slash path.
type Files map[string][]byte

// Paths lists them in the order of a torrent.
func (f Files) Paths() []string {
	var list []string
	for name := range f {
		list = append(list, name)
	}
	slices.SortFunc(list, layout.ComparePaths)
	return list
}

// Write makes the files below a folder.
func (f Files) Write(t testing.TB, dir string) string {
	t.Helper()
	for name, data := range f {
		Put(t, filepath.Join(dir, filepath.FromSlash(name)), data)
	}
	return dir
}

// Put writes a file, and makes its folder.
func Put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Links tells whether symbolic links can be made: Windows wants a right for that, and Wine makes none in silence.
var Links = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "links")
	if err != nil {
		return false
	}
	defer os.RemoveAll(dir)
	link := filepath.Join(dir, "link")
	err = os.Symlink("there", link)
	to, e := os.Readlink(link)
	return err == nil && e == nil && to == "there"
})

// Noise is n random bytes.
func Noise(rng *rand.Rand, n int) []byte {
	b := make([]byte, (n+7)/8*8)
	for i := 0; i < n; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], rng.Uint64())
	}
	return b[:n:n]
}

// Torrent makes a torrent of a file or folder.
func Torrent(t testing.TB, root string, format metainfo.Format, pieceLength int64, fields metainfo.Fields) []byte {
	t.Helper()
	tree, _, err := content.Scan(context.Background(), []string{root}, content.ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	var list []metainfo.File
	for _, f := range tree.Files() {
		list = append(list, metainfo.File{Path: f.Path, Length: f.Size})
	}
	return hashed(t, metainfo.Shape{Format: format, Name: filepath.Base(root), PieceLength: pieceLength}, list, fields, func(k int) (piecehash.File, error) { return tree.Open(content.FileIndex(k)) })
}

// Torrent makes the torrent of the files in a folder named tree, without a disk.
func (f Files) Torrent(t testing.TB, format metainfo.Format, pieceLength int64, fields metainfo.Fields) []byte {
	t.Helper()
	var list []metainfo.File
	for _, name := range f.Paths() {
		list = append(list, metainfo.File{Path: name, Length: int64(len(f[name]))})
	}
	return hashed(t, metainfo.Shape{Format: format, Name: "tree", PieceLength: pieceLength}, list, fields, func(i int) (piecehash.File, error) {
		return inMemory{bytes.NewReader(f[list[i].Path])}, nil
	})
}

// InOrder makes a v1 torrent of files in a folder, in the order in which they are named.
func InOrder(t testing.TB, root string, names []string, pieceLength int64) []byte {
	t.Helper()
	list := make([]metainfo.File, len(names))
	for i, name := range names {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		list[i] = metainfo.File{Path: name, Length: info.Size()}
	}
	return hashed(t, metainfo.Shape{Format: metainfo.V1, Name: filepath.Base(root), PieceLength: pieceLength}, list, metainfo.Fields{}, func(i int) (piecehash.File, error) {
		return os.Open(filepath.Join(root, names[i]))
	})
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

type opener func(i int) (piecehash.File, error)

// hashed makes a torrent of files that open opens.
func hashed(t testing.TB, shape metainfo.Shape, list []metainfo.File, fields metainfo.Fields, open opener) []byte {
	t.Helper()
	d, err := metainfo.NewDraft(shape, list, fields)
	if err != nil {
		t.Fatal(err)
	}
	src := withoutPadding{open, make([]int, d.Layout().NumFiles())}
	next := 0
	for i := range d.Content() {
		src.index[i] = next
		next++
	}
	for p, err := range (piecehash.Job{Layout: d.Layout(), Source: src}).Pieces(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		d.Set(p.Index, p.SHA1, p.Root)
	}
	raw, _ := d.Encode()
	return raw
}

// withoutPadding opens the files of a layout that are no padding by their number among such.
type withoutPadding struct {
	open  opener
	index []int
}

func (s withoutPadding) Open(i layout.FileIndex) (piecehash.File, error) { return s.open(s.index[i]) }

// FlipAt returns a copy of data in which one byte is another.
func FlipAt(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 0x55
	return data
}

// Formats are all there are.
func Formats() []metainfo.Format { return []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} }
