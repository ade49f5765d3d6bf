package create_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// inMemory is a folder's files, or one file, in memory.
func inMemory(t *testing.T, root string) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(filepath.Dir(root), path)
		m[filepath.ToSlash(rel)] = &fstest.MapFile{Data: data, Mode: 0o644}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// zipped is the same in an archive, whose files can be read from their starts only.
func zipped(t *testing.T, m fstest.MapFS) fs.FS {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, f := range m {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(f.Data)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ofFS makes the torrent of an fs.FS.
func ofFS(fsys fs.FS, root string, o create.Options) (*create.Result, error) {
	c, err := create.ScanFS(context.Background(), fsys, root, create.Selection{})
	if err != nil {
		return nil, err
	}
	p, err := c.Plan(o)
	if err != nil {
		return nil, err
	}
	return p.Torrent(context.Background())
}

// countedFS counts what is read of its files.
type countedFS struct {
	fs.FS
	read, opened *int64
}

func (c countedFS) Open(name string) (fs.File, error) {
	f, err := c.FS.Open(name)
	if info, e := fs.Stat(c.FS, name); e != nil || info.IsDir() || err != nil {
		return f, err
	}
	*c.opened++
	return countedFile{f, c.read}, nil
}

type countedFile struct { // which cannot be read at any place
	fs.File
	read *int64
}

func (c countedFile) Read(p []byte) (int, error) {
	n, err := c.File.Read(p[:min(len(p), 50_000)]) // short reads are no end
	*c.read += int64(n)
	return n, err
}

// The torrent of files in memory, in an archive, or on a disk is the same.
func TestFS(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(14, 6))
	for round := range longtest.Rounds(12, 90) {
		root := peertest.Tree(t, rng, t.TempDir(), 16384)
		memory := inMemory(t, root)
		o := create.Options{Format: formats[round%3], PieceLength: 16384, Align: round%2 == 0}
		if round%4 == 0 {
			o.Checksums = []metainfo.Checksum{metainfo.SHA1, metainfo.CRC32}
		}
		want := torrent(t, root, o)
		read, opened := int64(0), int64(0)
		for name, fsys := range map[string]fs.FS{
			"memory": memory, "zip": zipped(t, memory), "disk": os.DirFS(filepath.Dir(root)), "counted": countedFS{memory, &read, &opened},
		} {
			got, err := ofFS(fsys, filepath.Base(root), o)
			if err != nil || !bytes.Equal(got.Raw(), want) {
				t.Errorf("round %d, %s: another torrent, %v", round, name, err)
			}
		}
		files, total := int64(0), int64(0)
		for _, f := range memory {
			total += int64(len(f.Data))
			if len(f.Data) > 0 {
				files++
			}
		}
		if read != total || opened < files || opened > 2*files+10 {
			t.Errorf("round %d: %d bytes were read of %d, files were opened %d times, %d are not empty", round, read, total, opened, files)
		}
	}
}

// Torrents of one pass and reused torrents are as on disk, and read in order too.
func TestFSTogether(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	file(t, filepath.Join(root, "a"), 20<<20)
	file(t, filepath.Join(root, "b"), 5<<20+7)
	file(t, filepath.Join(root, "c", "d"), 100)
	read, opened := int64(0), int64(0)
	fsys := countedFS{inMemory(t, root), &read, &opened}
	c, err := create.ScanFS(context.Background(), fsys, "root", create.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	options := []create.Options{{Checksums: []metainfo.Checksum{metainfo.MD5}}, {PieceLength: 4 << 20, Format: metainfo.Hybrid}, {PieceLength: 4 << 20, Format: metainfo.V2}}
	var plans []*create.Plan
	for _, o := range options {
		p, err := c.Plan(o)
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, p)
	}
	read = 0
	all, err := create.Torrents(context.Background(), plans)
	if err != nil || read != plans[0].TotalLength {
		t.Fatalf("%v, %d bytes were read", err, read)
	}
	for i, o := range options {
		if !bytes.Equal(all[i].Raw(), torrent(t, root, o)) {
			t.Errorf("torrent %d is another one", i)
		}
	}
	reuse := create.Options{PieceLength: 65536, Reuse: torrent(t, root, create.Options{PieceLength: 65536}), Fields: metainfo.Fields{Source: "x"}}
	p, err := c.Plan(reuse)
	if err != nil {
		t.Fatal(err)
	}
	read = 0
	if made, err := p.Torrent(context.Background()); err != nil || p.Reused.FromOld != p.NumPieces || read > p.TotalLength {
		t.Errorf("%v, reused %+v, %d bytes were read of %d; %v", err, p.Reused, read, p.TotalLength, made == nil)
	}
	if _, err := c.Plan(create.Options{Journals: []string{filepath.Join(t.TempDir(), "j")}}); !errors.Is(err, create.ErrNotOnDisk) {
		t.Errorf("with a journal: %v", err)
	}
}

func TestReaderAt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "film.mkv")
	file(t, path, 300_000)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range formats {
		o := create.Options{Format: format, Checksums: []metainfo.Checksum{metainfo.SHA256}}
		c, err := create.ReaderAt("film.mkv", bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.Plan(o)
		if err != nil {
			t.Fatal(err)
		}
		if got := made(t, p); !bytes.Equal(got, torrent(t, path, o)) {
			t.Errorf("%v: another torrent", format)
		}
	}
	for _, bad := range []struct {
		name string
		size int64
	}{{"film.mkv", 300_001}, {"a/b", 300_000}, {"", 1}, {"..", 1}, {".", 1}, {"x", -1}} {
		c, err := create.ReaderAt(bad.name, bytes.NewReader(data), bad.size)
		if err == nil {
			var p *create.Plan
			if p, err = c.Plan(create.Options{}); err == nil {
				_, err = p.Torrent(context.Background())
			}
		}
		if err == nil {
			t.Errorf("%q of %d bytes: no error", bad.name, bad.size)
		}
	}
}

func TestFSSelection(t *testing.T) {
	t.Parallel()
	m := fstest.MapFS{"r/a.flac": {Data: []byte("a")}, "r/.hidden": {Data: []byte("h")}, "r/Thumbs.db": {Data: []byte("j")},
		"r/x/b.txt": {Data: []byte("b")}, "r/link": {Data: []byte("a.flac"), Mode: fs.ModeSymlink}, "r/pipe": {Mode: fs.ModeNamedPipe}}
	for want, s := range map[string]create.Selection{
		".hidden a.flac x/b.txt":             {},
		".hidden Thumbs.db a.flac x/b.txt":   {KeepJunk: true},
		"a.flac x/b.txt":                     {SkipHidden: true},
		".hidden a.flac":                     {Rules: []create.Rule{{Pattern: "x/"}}},
		"x/b.txt":                            {Only: []string{"x"}},
		"a.flac":                             {Rules: []create.Rule{{Pattern: "*.flac", Include: true}}},
		".hidden a.flac x/b.txt (normalize)": {Normalize: true},
	} {
		c, err := create.ScanFS(context.Background(), m, "r", s)
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.Plan(create.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := listed(p); got != strings.TrimSuffix(want, " (normalize)") || p.Name != "r" {
			t.Errorf("%s of %q, want %s", got, p.Name, want)
		}
		notes := ""
		for _, n := range p.Notes {
			notes += fmt.Sprint(n.Path, " ", n.Kind, " ")
		}
		if s.Rules == nil && s.Only == nil && (!strings.Contains(notes, "link symbolic link left out") || !strings.Contains(notes, "pipe special file left out")) {
			t.Errorf("notes: %s", notes)
		}
	}
	c, err := create.ScanFS(context.Background(), m, ".", create.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Plan(create.Options{}); !errors.Is(err, create.ErrNoName) {
		t.Errorf("a root without a name: %v", err)
	}
	if p, err := c.Plan(create.Options{Name: "n"}); err != nil || listed(p) != "r/.hidden r/a.flac r/x/b.txt" {
		t.Errorf("%v", err)
	}
}

// hostileFS does what no file system should.
type hostileFS struct {
	fs.FS
	list func(name string) ([]fs.DirEntry, error)
	open func(fs.File) fs.File
}

func (h hostileFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if h.list != nil {
		return h.list(name)
	}
	return fs.ReadDir(h.FS, name)
}

func (h hostileFS) Open(name string) (fs.File, error) {
	f, err := h.FS.Open(name)
	if err == nil && h.open != nil {
		f = h.open(f)
	}
	return f, err
}

// odd is an entry, and a file, of which anything can be said.
type odd struct {
	fs.File
	name string
	size int64
	mode fs.FileMode
	when time.Time
	read func(p []byte) (int, error)
}

func (o odd) Name() string               { return o.name }
func (o odd) IsDir() bool                { return o.mode.IsDir() }
func (o odd) Type() fs.FileMode          { return o.mode.Type() }
func (o odd) Info() (fs.FileInfo, error) { return o, nil }
func (o odd) Size() int64                { return o.size }
func (o odd) Mode() fs.FileMode          { return o.mode }
func (o odd) ModTime() time.Time         { return o.when }
func (o odd) Sys() any                   { return nil }
func (o odd) Stat() (fs.FileInfo, error) { return o, nil }
func (o odd) Read(p []byte) (int, error) { return o.read(p) }
func (o odd) Close() error               { return nil }

func TestHostileFS(t *testing.T) {
	t.Parallel()
	plain := fstest.MapFS{"r/a": {Data: make([]byte, 100_000)}, "r/b": {Data: []byte("b")}}
	entry := func(name string, size int64, mode fs.FileMode) func(string) ([]fs.DirEntry, error) {
		return func(string) ([]fs.DirEntry, error) {
			return []fs.DirEntry{odd{name: name, size: size, mode: mode}}, nil
		}
	}
	opens := func(read func(p []byte) (int, error)) func(fs.File) fs.File {
		return func(f fs.File) fs.File {
			info, err := f.Stat()
			if err != nil || info.IsDir() {
				return f
			}
			return odd{File: f, size: info.Size(), mode: info.Mode(), when: info.ModTime(), read: read}
		}
	}
	twice := 0
	tests := map[string]hostileFS{
		"no name":        {list: entry("", 1, 0)},
		"dot":            {list: entry(".", 1, 0)},
		"dot dot":        {list: entry("..", 1, 0)},
		"a slash":        {list: entry("x/y", 1, 0)},
		"absolute":       {list: entry("/etc/passwd", 1, 0)},
		"a NUL":          {list: entry("x\x00y", 1, 0)},
		"not UTF-8":      {list: entry("x\xff", 1, 0)},
		"no entry":       {list: func(string) ([]fs.DirEntry, error) { return []fs.DirEntry{nil}, nil }},
		"less than none": {list: entry("x", -1, 0)},
		"too much":       {list: entry("x", 1<<62, 0)},
		"too much in all": {list: func(string) ([]fs.DirEntry, error) {
			return []fs.DirEntry{odd{name: "x", size: 1 << 62}, odd{name: "y", size: 1 << 62}}, nil
		}},
		"one name twice": {list: func(string) ([]fs.DirEntry, error) {
			return []fs.DirEntry{odd{name: "x", size: 1}, odd{name: "x", size: 1}}, nil
		}},
		"no end":         {list: entry("deeper", 0, fs.ModeDir)},
		"an error":       {list: func(string) ([]fs.DirEntry, error) { return nil, io.ErrClosedPipe }},
		"not there":      {list: entry("x", 1, 0)},
		"no bytes":       {open: opens(func(p []byte) (int, error) { return 0, nil })},
		"an early end":   {open: opens(func(p []byte) (int, error) { return 0, io.EOF })},
		"negative bytes": {open: opens(func(p []byte) (int, error) { return -1, nil })},
		"too many bytes": {open: opens(func(p []byte) (int, error) { return len(p) + 1, nil })},
		"a read error":   {open: opens(func(p []byte) (int, error) { return 0, io.ErrClosedPipe })},
		"no file": {open: func(f fs.File) fs.File {
			if info, err := f.Stat(); err != nil || info.IsDir() {
				return f
			}
			return nil
		}},
		"another size": {open: func(f fs.File) fs.File {
			info, err := f.Stat()
			if err != nil || info.IsDir() {
				return f
			}
			twice++
			return odd{File: f, size: info.Size() + int64(twice), when: info.ModTime(), read: f.Read}
		}},
	}
	for name, h := range tests {
		h.FS = plain
		for _, o := range []create.Options{{}, {Format: metainfo.Hybrid, Checksums: []metainfo.Checksum{metainfo.MD5}}} {
			done := make(chan error, 1)
			go func() {
				_, err := ofFS(h, "r", o)
				done <- err
			}()
			select {
			case err := <-done:
				if err == nil {
					t.Errorf("%s: no error", name)
				}
			case <-time.After(time.Minute):
				t.Fatalf("%s: no end", name)
			}
		}
	}
	// A file system that has no end in breadth can be left.
	wide := hostileFS{FS: plain, list: func(string) ([]fs.DirEntry, error) {
		return []fs.DirEntry{odd{name: "a", mode: fs.ModeDir}, odd{name: "b", mode: fs.ModeDir}, odd{name: "c", size: 1}}, nil
	}}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := create.ScanFS(ctx, wide, "r", create.Selection{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
