package verify

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// faulty is a source that does something before some read.
type faulty struct {
	piecehash.Source
	reads  *atomic.Int32
	at     int32
	fault  func() error
	opened func(i layout.FileIndex) error
}

func (f faulty) Open(i layout.FileIndex) (piecehash.File, error) {
	if f.opened != nil {
		if err := f.opened(i); err != nil {
			return nil, err
		}
	}
	file, err := f.Source.Open(i)
	if err != nil {
		return nil, err
	}
	return faultyFile{file, f}, nil
}

type faultyFile struct {
	piecehash.File
	f faulty
}

func (f faultyFile) ReadAt(p []byte, off int64) (int, error) {
	if f.f.reads.Add(1) == f.f.at {
		if err := f.f.fault(); err != nil {
			return 0, err
		}
	}
	return f.File.ReadAt(p, off)
}

// A disk that fails, and files that vanish, shrink or grow while they are read,
// are findings, and never ok.
func TestFaultsWhileReading(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(11, 1))
	tree := files{"a": noise(rng, 3<<20), "b": noise(rng, 100)}
	base := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, base, formats()[1], 65536, metainfo.Fields{})
	var dir string
	tests := []struct {
		name  string
		fault func() error
		short int64 // what is there of the file, if it is cut before
	}{
		{"error of the disk", func() error { return syscall.EIO }, 0},
		{"error of the disk, and it is short", func() error { return syscall.EIO }, 2 << 20},
		{"vanishes", func() error { return os.Remove(filepath.Join(dir, "a")) }, 0},
		{"shrinks", func() error { return os.Truncate(filepath.Join(dir, "a"), 1<<20) }, 0},
		{"grows", func() error { return os.Truncate(filepath.Join(dir, "a"), 5<<20) }, 0},
		{"is written", func() error {
			put(t, filepath.Join(dir, "a"), tree["a"])
			now := time.Now().Add(time.Hour)
			return os.Chtimes(filepath.Join(dir, "a"), now, now)
		}, 0},
	}
	for _, tt := range tests {
		dir = tree.Write(t, filepath.Join(t.TempDir(), "tree"))
		if tt.short > 0 {
			do(t, os.Truncate(filepath.Join(dir, "a"), tt.short))
		}
		r, err := prepare(t, torrent, dir)
		if err != nil {
			t.Fatal(err)
		}
		src := faulty{Source: r.source(nil), reads: new(atomic.Int32), at: 5, fault: tt.fault}
		if err := r.read(context.Background(), piecehash.Job{Source: src, Workers: 1}, nil, false); err != nil {
			t.Fatal(err)
		}
		err = r.finish(context.Background(), nil, "", 0)
		if f := r.file(t, "a"); err != nil || f.State != Unreadable || f.Err == nil || r.OK() {
			t.Errorf("%s: %v, %v, %v", tt.name, err, f.State, f.Err)
		}
		if s := r.file(t, "b").State; s != OK {
			t.Errorf("%s: the other file is %v", tt.name, s)
		}
		r.located.Close()
	}
}

func prepare(t *testing.T, torrent []byte, dir string) (*run, error) {
	t.Helper()
	parsed, err := metainfo.Parse(torrent)
	if err != nil {
		return nil, err
	}
	blank := blankRun(parsed, dir)
	on, err := blank.openCopy(context.Background(), dir)
	if err != nil {
		return nil, err
	}
	return newRun(parsed, dir, on.located), nil
}

// What cannot be written is a piece that was not repaired, and nothing else changes.
func TestRepairFaults(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		t.Log("run by root, who may write everything: only the source fails")
	}
	rng := rand.New(rand.NewPCG(11, 2))
	tree := files{"a": noise(rng, 5*16384)}
	whole := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, whole, formats()[0], 16384, metainfo.Fields{})
	bad := bytes.Clone(tree["a"])
	clear(bad)
	dir := files{"a": bad}.Write(t, filepath.Join(t.TempDir(), "tree"))
	r, err := verifyAt(context.Background(), disk{}, torrent, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := r.openCopy(context.Background(), whole)
	if err != nil {
		t.Fatal(err)
	}
	defer other.located.Close()
	src := faulty{Source: other, reads: new(atomic.Int32), at: 3, fault: func() error { return syscall.EIO }}
	// A piece whose bytes cannot be read there is made of our own, which are wrong.
	m := newMender(r, RepairOptions{})
	res := m.res
	err = m.from(context.Background(), src)
	if err != nil || len(res.Pieces) != 4 || len(res.Failed) != 1 || res.Failed[0].Index != 2 {
		t.Errorf("%v, %+v", err, res)
	}
	if res.Report.GoodPieces != 4 || res.Report.BadPieces != 1 {
		t.Errorf("%d good, %d bad", res.Report.GoodPieces, res.Report.BadPieces)
	}
	gone := faulty{Source: other, reads: new(atomic.Int32), opened: func(layout.FileIndex) error { return fs.ErrNotExist }}
	if err := m.from(context.Background(), gone); err != nil || len(res.Pieces) != 4 || len(res.Failed) != 1 {
		t.Errorf("%v, %+v", err, res)
	}
}

// An archive of any bytes ends, and never makes content be called whole that is not.
func FuzzArchive(f *testing.F) {
	tree := files{"a": bytes.Repeat([]byte("abc"), 9000), "b/c": []byte("x")}
	dir := tree.Write(f, filepath.Join(f.TempDir(), "tree"))
	torrent := makeTorrent(f, dir, formats()[0], 16384, metainfo.Fields{})
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Add([]byte("\x28\xb5\x2f\xfd\x04\x00"))
	f.Add([]byte("\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x10"))
	f.Add(append([]byte("a\x00"), make([]byte, 1022)...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		r, err := Archive(ctx, torrent, bytes.NewReader(raw), ArchiveOptions{Extra: true})
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d bytes take more than a minute", len(raw))
		}
		if err == nil && r.OK() && !bytes.Contains(raw, []byte("abcabc")) {
			t.Error("content that is not there is ok")
		}
		if r, err := Archive(context.Background(), torrent, iotest.ErrReader(errors.New("torn")), ArchiveOptions{}); err == nil || r != nil && r.OK() {
			t.Error("an archive that cannot be read is ok")
		}
	})
}
