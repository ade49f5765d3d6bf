package create

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// randomTree is a folder of files, in memory.
func randomTree(r *rand.Rand) fstest.MapFS {
	tree := fstest.MapFS{}
	for range 1 + r.IntN(12) {
		name := "root"
		for range r.IntN(3) {
			name += "/" + string(rune('a'+r.IntN(3))) + "d"
		}
		data := make([]byte, r.IntN(3)*r.IntN(40000))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		tree[name+"/f"+string(rune('a'+r.IntN(20)))] = &fstest.MapFile{Data: data, Mode: 0o644}
	}
	return tree
}

// tarOf puts the files of a tree into an archive, in any order.
func tarOf(t testing.TB, r *rand.Rand, tree fstest.MapFS) []byte {
	t.Helper()
	var names []string
	for name := range tree {
		names = append(names, name)
	}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		if err := w.WriteHeader(&tar.Header{Name: "./" + name, Size: int64(len(tree[name].Data)), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(tree[name].Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestArchives holds that an archive gives the torrent of what it unpacks to, in every format and compression, whatever
// the order of its entries, and leaves no temporary file.
func TestArchives(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("TMP", temporary)
	folder := t.TempDir()
	ctx := context.Background()
	r := rand.New(rand.NewPCG(3, 4))
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for round := range longtest.Rounds(6, 500) {
		tree := randomTree(r)
		plain := tarOf(t, r, tree)
		file := filepath.Join(folder, "x.tar")
		forms := map[string]func() (*Content, error){
			"stream": func() (*Content, error) { return ArchiveFrom(ctx, bytes.NewReader(plain), Selection{}) },
			"gzip":   func() (*Content, error) { return ArchiveFrom(ctx, bytes.NewReader(gzipped(t, plain)), Selection{}) },
			"file":   func() (*Content, error) { return Archive(ctx, file, Selection{}) },
			"zstd": func() (*Content, error) {
				if err := os.WriteFile(file, encoder.EncodeAll(plain, nil), 0o644); err != nil {
					t.Fatal(err)
				}
				return Archive(ctx, file, Selection{})
			},
		}
		for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
			o := Options{Format: format}
			content, err := ScanFS(ctx, tree, "root", Selection{})
			if err != nil {
				t.Fatal(err)
			}
			want := torrentOf(t, content, o)
			for _, form := range []string{"stream", "gzip", "file", "zstd"} {
				if err := os.WriteFile(file, plain, 0o644); err != nil {
					t.Fatal(err)
				}
				content, err := forms[form]()
				if err != nil {
					t.Fatalf("round %d, %s: %v", round, form, err)
				}
				if got := torrentOf(t, content, o); got.Hashes != want.Hashes {
					t.Fatalf("round %d, %v, %s: %v, want %v", round, format, form, got.Hashes, want.Hashes)
				}
				if err := content.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
	if left, _ := os.ReadDir(temporary); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

// TestArchiveOfAnyNames holds that names of bytes that are no UTF-8, as Linux has them, are those of the torrent.
func TestArchiveOfAnyNames(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{"root/caf\xe9/cr\xe8me": {Data: []byte("one"), Mode: 0o644}, "root/b": {Data: []byte("two"), Mode: 0o644}}
	content, err := ArchiveFrom(t.Context(), bytes.NewReader(tarOf(t, rand.New(rand.NewPCG(1, 1)), tree)), Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
		m, err := metainfo.Parse(torrentOf(t, content, Options{Format: format}).Raw())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range m.Files {
			if !f.Pad() {
				names = append(names, f.Path)
			}
		}
		if want := []string{"b", "caf\xe9/cr\xe8me"}; !slices.Equal(names, want) {
			t.Errorf("%v: %q, want %q", format, names, want)
		}
	}
}

func torrentOf(t testing.TB, c *Content, o Options) *Result {
	t.Helper()
	plan, err := c.Plan(o)
	if err == nil && plan.TotalLength == 0 {
		return &Result{} // no torrent is made of empty files
	}
	if err != nil {
		t.Fatal(err)
	}
	made, err := plan.Torrent(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestStream(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	data := bytes.Repeat([]byte("data"), 30000)
	c, err := Stream(ctx, "a.bin", io.MultiReader(bytes.NewReader(data)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	at, err := ReaderAt("a.bin", bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := torrentOf(t, c, Options{}), torrentOf(t, at, Options{}); got.Hashes != want.Hashes {
		t.Errorf("%v, want %v", got.Hashes, want.Hashes)
	}
	broken := io.MultiReader(bytes.NewReader(data), fails{})
	if _, err := Stream(ctx, "a.bin", broken); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a stream that breaks off: %v", err)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := Stream(stopped, "a.bin", bytes.NewReader(data)); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

type fails struct{}

func (fails) Read([]byte) (int, error) { return 0, fs.ErrPermission }

// An archive that is read where it lies may not change meanwhile.
func TestArchiveChanges(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := rand.New(rand.NewPCG(5, 6))
	file := filepath.Join(t.TempDir(), "x.tar")
	plain := tarOf(t, r, fstest.MapFS{"root/a": {Data: bytes.Repeat([]byte("a"), 100000)}})
	if err := os.WriteFile(file, plain, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := Archive(ctx, file, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	plan, err := c.Plan(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(plain, 0), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Torrent(ctx); err == nil {
		t.Error("an archive that has changed gives a torrent")
	}
	if _, err := Archive(ctx, t.TempDir(), Selection{}); err == nil {
		t.Error("a folder is an archive")
	}
}
