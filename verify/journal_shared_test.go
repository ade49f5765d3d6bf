package verify_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
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

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	do(t, err)
	return info.Size()
}

// createTorrent makes a torrent, and tells how many pieces were known.
func createTorrent(t *testing.T, root string, o create.Options) ([]byte, create.Reused) {
	t.Helper()
	c, err := create.Scan(context.Background(), []string{root}, create.DiskSelection{})
	do(t, err)
	p, err := c.Plan(o)
	do(t, err)
	made, err := p.Torrent(context.Background())
	do(t, err)
	return made.Raw(), p.Reused
}

// What create remembers, verify knows, and what verify remembers, create knows: of all trees and formats.
func TestJournalOfTheOther(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(14, 3))
	for round := range longtest.Rounds(12, 60) {
		dir := t.TempDir()
		root := peertest.Tree(t, rng, dir, 16384)
		time.Sleep(30 * time.Millisecond) // or what was just written is not remembered
		o := create.Options{Format: []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid}[round%3], PieceLength: 16384, Align: round%2 == 0}
		journals := []string{filepath.Join(dir, "j1"), filepath.Join(dir, "j2")}
		o.Journals = journals[:1]
		raw, _ := createTorrent(t, root, o)

		size := sizeOf(t, journals[0])
		v := verify.Options{Memory: verify.Memory{Journals: []string{journals[0]}}}
		for _, recheck := range []bool{false, true} {
			var read int64
			v.Recheck, v.Progress = recheck, func(done, _ int64) { read = done }
			r, err := verify.Data(context.Background(), raw, root, v)
			do(t, err)
			if !r.OK() || !recheck && (read != 0 || r.KnownPieces != r.Pieces) || recheck && read != r.Bytes {
				t.Errorf("round %d: verify reads %d of %d bytes, knows %d of %d pieces", round, read, r.Bytes, r.KnownPieces, r.Pieces)
			}
		}
		if now := sizeOf(t, journals[0]); now != 2*size { // it knew the digests, and not when they were computed
			t.Errorf("round %d: the journal of %d bytes has %d behind verify", round, size, now)
		}

		v.Journals, v.Recheck = journals[1:2], false
		if r, err := verify.Data(context.Background(), raw, root, v); err != nil || !r.OK() {
			t.Fatalf("round %d: %v, %+v", round, err, r)
		}
		if now := sizeOf(t, journals[1]); now != 2*size {
			t.Errorf("round %d: verify's journal has %d bytes, create's %d", round, now, size)
		}
		o.Journals = journals[1:]
		again, reused := createTorrent(t, root, o)
		if !bytes.Equal(again, raw) || reused.Bytes != contentLength(t, raw) || sizeOf(t, journals[1]) != 2*size {
			t.Errorf("round %d: create reused %+v, the journal has %d bytes", round, reused, sizeOf(t, journals[1]))
		}
	}
}

func contentLength(t *testing.T, raw []byte) int64 {
	t.Helper()
	m, err := metainfo.Parse(raw)
	do(t, err)
	return m.Layout().TotalLength()
}

// With the journal of create no byte of the content is read.
func TestJournalSavesReading(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "tree")
	write(t, root, map[string]int{"large": 32 << 20, "small": 100, "d/other": 5 << 20})
	time.Sleep(30 * time.Millisecond)
	o := create.Options{PieceLength: 256 << 10, Journals: []string{filepath.Join(dir, "journal")}}
	raw, _ := createTorrent(t, root, o)
	before := bytesRead(t)
	r, err := verify.Data(context.Background(), raw, root, verify.Options{Memory: verify.Memory{Journals: []string{o.Journals[0]}}})
	do(t, err)
	if n := bytesRead(t) - before; !r.OK() || n > 1<<20 {
		t.Errorf("ok %v, %d bytes were read", r.OK(), n)
	}
	before = bytesRead(t)
	if again, reused := createTorrent(t, root, o); !bytes.Equal(again, raw) || bytesRead(t)-before > 1<<20 {
		t.Errorf("made again: %d bytes were read, %+v", bytesRead(t)-before, reused)
	}
}

// A journal does not make a file good that changed since, nor one that the torrent does not mean.
func TestJournalOfOtherContent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root := filepath.Join(dir, "tree")
	write(t, root, map[string]int{"a": 100000, "b": 100000})
	time.Sleep(30 * time.Millisecond)
	o := create.Options{PieceLength: 16384, Journals: []string{filepath.Join(dir, "journal")}}
	raw, _ := createTorrent(t, root, o)
	v := verify.Options{Memory: verify.Memory{Journals: []string{o.Journals[0]}}}

	file := filepath.Join(root, "a")
	info, err := os.Stat(file)
	do(t, err)
	damaged := readFile(t, file)
	damaged[70000]++
	do(t, os.WriteFile(file, damaged, 0o644))
	do(t, os.Chtimes(file, info.ModTime(), info.ModTime())) // the time of the inode tells
	time.Sleep(30 * time.Millisecond)
	r, err := verify.Data(context.Background(), raw, root, v)
	do(t, err)
	if r.OK() || r.BadPieces != 1 {
		t.Errorf("a changed file: %d bad pieces, %d known", r.BadPieces, r.KnownPieces)
	}
	// What create remembers of the damaged file is not what the torrent wants.
	if _, reused := createTorrent(t, root, o); reused.Pieces == 0 {
		t.Error("the other file was hashed again")
	}
	if r, err = verify.Data(context.Background(), raw, root, v); err != nil || r.OK() || r.BadPieces != 1 {
		t.Errorf("a damaged file that is remembered: %v, %d bad pieces, %d known", err, r.BadPieces, r.KnownPieces)
	}
	// A copy is another file.
	copied := filepath.Join(dir, "copy")
	write(t, copied, map[string]int{"a": 100000, "b": 100000})
	time.Sleep(30 * time.Millisecond)
	if r, err = verify.Data(context.Background(), raw, copied, v); err != nil || !r.OK() || r.KnownPieces != 0 {
		t.Errorf("a copy: %v, ok %v, %d known", err, r.OK(), r.KnownPieces)
	}
}

// Checksums are of the one read that verifies.
func TestChecksumsAreOfTheSameRead(t *testing.T) {
	root := filepath.Join(t.TempDir(), "tree")
	write(t, root, map[string]int{"large": 32 << 20, "small": 100, "d/other": 5 << 20, "empty": 0})
	for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
		raw := torrentOf(t, root, format)
		o := verify.Options{Reading: verify.Reading{Sums: []metainfo.Checksum{metainfo.MD5, metainfo.CRC32}}}
		before := bytesRead(t)
		r, err := verify.Data(context.Background(), raw, root, o)
		do(t, err)
		if n := bytesRead(t) - before; !r.OK() || n > 0 && (n < r.Bytes || n > r.Bytes+1<<20) {
			t.Errorf("%v: ok %v, %d bytes were read of %d", format, r.OK(), n, r.Bytes)
		}
		for _, f := range r.Files {
			sum := md5.Sum(readFile(t, filepath.Join(root, filepath.FromSlash(f.Path))))
			if !bytes.Equal(f.Sums[metainfo.MD5], sum[:]) || len(f.Sums[metainfo.CRC32]) != 4 {
				t.Errorf("%v: %s: %x", format, f.Path, f.Sums)
			}
		}
	}
}
