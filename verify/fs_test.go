package verify_test

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
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
	"github.com/torrentkit/torrentkit/verify/internal/treetest"
)

// zipOf puts a file or folder into an archive.
func zipOf(t *testing.T, root string) fs.FS {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	do(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(filepath.Dir(root), path)
		do(t, err)
		w, err := z.Create(filepath.ToSlash(rel))
		do(t, err)
		data, err := os.ReadFile(path)
		do(t, err)
		_, err = w.Write(data)
		return err
	}))
	do(t, z.Close())
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	do(t, err)
	return r
}

// summary is what a report says, apart from where the content was.
func summary(r *verify.Report) string {
	s := fmt.Sprint(r.OK(), r.GoodPieces, r.BadPieces, r.UncheckedPieces, r.SkippedPieces, r.Incomplete, r.Extra)
	for _, f := range r.Files {
		s += fmt.Sprintf("\n%s %d %v %v %v %s", f.Path, f.Size, f.State, f.Damaged, f.Unverified, f.Found)
		for _, kind := range []metainfo.Checksum{metainfo.CRC32, metainfo.MD5} {
			s += fmt.Sprintf(" %x", f.Sums[kind])
		}
	}
	return s
}

// What is said of content on a disk is said of it in an fs.FS, whole or damaged.
func TestFS(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(14, 7))
	for round := range longtest.Rounds(12, 90) {
		root := peertest.Tree(t, rng, t.TempDir(), 16384)
		format := []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid}[round%3]
		made, err := create.Torrent(context.Background(), root, create.Options{Format: format, PieceLength: 16384})
		do(t, err)
		damageSome(t, rng, root)
		o := verify.FSOptions{Extra: round%2 == 0}
		if round%3 == 0 {
			o.Sums = []metainfo.Checksum{metainfo.MD5}
		}
		if round%5 == 0 {
			o.Sample, o.Seed = 3, uint64(round)
		}
		disk, err := verify.Data(context.Background(), made.Raw(), root, verify.Options{Selection: o.Selection, Reading: o.Reading, Extra: o.Extra})
		do(t, err)
		want := summary(disk)
		folder := filepath.Dir(root)
		for name, fsys := range map[string]fs.FS{"zip": zipOf(t, root), "disk": os.DirFS(folder)} {
			for _, place := range []string{".", filepath.Base(root)} {
				r, err := verify.FS(context.Background(), made.Raw(), fsys, place, o)
				if err != nil {
					t.Errorf("round %d, %s at %s: %v", round, name, place, err)
				} else if got := summary(r); got != want {
					t.Errorf("round %d, %s at %s: %s\nwant %s", round, name, place, got, want)
				}
			}
		}
	}
}

// damageSome changes, cuts, removes or adds a file, or leaves all as they are.
func damageSome(t *testing.T, rng *rand.Rand, root string) {
	t.Helper()
	var names []string
	do(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, path)
		}
		return err
	}))
	name := names[rng.IntN(len(names))]
	data := readFile(t, name)
	switch {
	case rng.IntN(5) == 0:
	case len(data) > 0 && rng.IntN(3) > 0:
		data[rng.IntN(len(data))]++
		do(t, os.WriteFile(name, data, 0o644))
	case len(data) > 0 && rng.IntN(2) > 0:
		do(t, os.WriteFile(name, data[:rng.IntN(len(data))], 0o644))
	case name != root && len(names) > 1 && rng.IntN(2) > 0:
		do(t, os.Rename(name, name+"x"))
	default:
		do(t, os.WriteFile(name, append(data, "more"...), 0o644))
	}
}

func TestReaderAt(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "film")
	data := bytes.Repeat([]byte("torrentkit"), 20_000)
	do(t, os.WriteFile(root, data, 0o644))
	for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
		raw := torrentOf(t, root, format)
		o := verify.StreamOptions{Reading: verify.Reading{Sums: []metainfo.Checksum{metainfo.CRC32}}}
		r, err := verify.ReaderAt(context.Background(), raw, bytes.NewReader(data), int64(len(data)), o)
		if err != nil || !r.OK() || len(r.Files[0].Sums[metainfo.CRC32]) != 4 {
			t.Errorf("%v: %v, %+v", format, err, r)
		}
		bad := slices.Clone(data)
		bad[100_000]++
		if r, err = verify.ReaderAt(context.Background(), raw, bytes.NewReader(bad), int64(len(bad)), o); err != nil || r.BadPieces != 1 || r.Files[0].State != verify.Damaged {
			t.Errorf("%v: %v, %+v", format, err, r)
		}
		if r, err = verify.ReaderAt(context.Background(), raw, bytes.NewReader(data), 150_000, o); err != nil || r.Files[0].State != verify.Short {
			t.Errorf("%v: %v, %+v", format, err, r)
		}
		if r, err = verify.ReaderAt(context.Background(), raw, bytes.NewReader(data[:5]), int64(len(data)), o); err != nil || r.Files[0].State != verify.Unreadable {
			t.Errorf("%v: fewer bytes than were promised: %v, %+v", format, err, r)
		}
	}
	folder := filepath.Join(t.TempDir(), "tree")
	write(t, folder, map[string]int{"a": 1, "b": 2})
	if _, err := verify.ReaderAt(context.Background(), torrentOf(t, folder, metainfo.V1), bytes.NewReader(nil), 0, verify.StreamOptions{}); err == nil {
		t.Error("a folder is one file")
	}
}

// A torrent cannot make an fs.FS be asked for what lies outside of the content.
func TestFSPaths(t *testing.T) {
	t.Parallel()
	m := fstest.MapFS{"secret": {Data: []byte("x")}, "t/a": {Data: []byte("a")}}
	info := "d5:filesld6:lengthi1e4:pathl2:..6:secreteed6:lengthi1e4:pathl1:aeee4:name1:t12:piece lengthi16384e6:pieces20:" + string(make([]byte, 20)) + "e"
	r, err := verify.FS(context.Background(), []byte("d4:info"+info+"e"), m, ".", verify.FSOptions{})
	if err != nil || r.Files[0].State != verify.Missing {
		t.Errorf("%v, %+v", err, r)
	}
	if _, err := verify.FS(context.Background(), []byte("d4:info"+info+"e"), m, "../x", verify.FSOptions{}); err == nil {
		t.Error("a root outside")
	}
	link := "d5:filesld4:attr1:l6:lengthi0e4:pathl4:linke12:symlink pathl1:aeed6:lengthi1e4:pathl1:aeee4:name1:t12:piece lengthi16384e6:pieces20:" + string(make([]byte, 20)) + "e"
	for to, want := range map[string]verify.State{"a": verify.OK, "b": verify.WrongType, "": verify.Missing} {
		if delete(m, "t/link"); to != "" {
			m["t/link"] = &fstest.MapFile{Data: []byte(to), Mode: fs.ModeSymlink}
		}
		r, err := verify.FS(context.Background(), []byte("d4:info"+link+"e"), m, ".", verify.FSOptions{})
		if err != nil || r.Files[0].State != want {
			t.Errorf("a link to %q: %v, %+v", to, err, r.Files[0])
		}
	}
}

// A link has no checksums: who checks a list by its name reads another file.
func TestLinksHaveNoSums(t *testing.T) {
	t.Parallel()
	if !treetest.Links() {
		t.Skip("no symbolic links can be made here")
	}
	dir := filepath.Join(t.TempDir(), "t")
	write(t, dir, map[string]int{"a": 1})
	do(t, os.Symlink("a", filepath.Join(dir, "link")))
	link := "d4:infod5:filesld4:attr1:l6:lengthi0e4:pathl4:linke12:symlink pathl1:aeed6:lengthi1e4:pathl1:aeee4:name1:t12:piece lengthi16384e6:pieces20:" + string(make([]byte, 20)) + "ee"
	r, err := verify.Data(context.Background(), []byte(link), dir, verify.Options{Reading: verify.Reading{Sums: []metainfo.Checksum{metainfo.MD5}}})
	do(t, err)
	if f := r.Files[0]; f.State != verify.OK || f.Sums != nil || len(r.Files[1].Sums) != 1 {
		t.Errorf("a link: %v, %x", f.State, f.Sums)
	}
}

// deep is a file system of folders without end, in which files are not what they seem.
type deep struct{ read func([]byte) (int, error) }

func (d deep) ReadDir(name string) ([]fs.DirEntry, error) {
	return []fs.DirEntry{deepEntry{d, "a", fs.ModeDir}, deepEntry{d, "b", 0}}, nil
}

func (d deep) Open(name string) (fs.File, error) { return deepEntry{d, name, 0}, nil }

func (d deep) Stat(name string) (fs.FileInfo, error) {
	if filepath.Base(name) == "b" || filepath.Base(name) == "c" {
		return deepEntry{d, name, 0}, nil
	}
	return deepEntry{d, name, fs.ModeDir}, nil
}

type deepEntry struct {
	deep
	name string
	mode fs.FileMode
}

func (d deepEntry) Name() string               { return d.name }
func (d deepEntry) IsDir() bool                { return d.mode.IsDir() }
func (d deepEntry) Type() fs.FileMode          { return d.mode }
func (d deepEntry) Info() (fs.FileInfo, error) { return d, nil }
func (d deepEntry) Size() int64                { return 1 }
func (d deepEntry) Mode() fs.FileMode          { return d.mode }
func (d deepEntry) ModTime() time.Time         { return time.Time{} }
func (d deepEntry) Sys() any                   { return nil }
func (d deepEntry) Stat() (fs.FileInfo, error) { return d, nil }
func (d deepEntry) Close() error               { return nil }
func (d deepEntry) Read(p []byte) (int, error) { return d.read(p) }

func TestHostileFS(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "tree")
	write(t, root, map[string]int{"b": 1, "c": 1})
	raw := torrentOf(t, root, metainfo.V1)
	for name, read := range map[string]func(p []byte) (int, error){
		"no bytes":       func(p []byte) (int, error) { return 0, nil },
		"too many":       func(p []byte) (int, error) { return len(p) + 1, nil },
		"less than none": func(p []byte) (int, error) { return -5, nil },
		"an error":       func(p []byte) (int, error) { return 0, io.ErrClosedPipe },
	} {
		r, err := verify.FS(context.Background(), raw, deep{read}, ".", verify.FSOptions{Extra: true, Reading: verify.Reading{Sums: []metainfo.Checksum{metainfo.MD5}}})
		if err != nil || r.OK() || r.Files[0].State != verify.Unreadable || r.Files[0].Sums != nil {
			t.Errorf("%s: %v, %+v", name, err, r.Files[0])
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := verify.FS(ctx, raw, deep{}, ".", verify.FSOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
