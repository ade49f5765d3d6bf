package verify

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// readBack reads files from disk; what is none is nil.
func readBack(dir string, names []string) files {
	got := files{}
	for _, n := range names {
		path := filepath.Join(dir, filepath.FromSlash(n))
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
			got[n], _ = os.ReadFile(path)
		}
	}
	return got
}

// What was damaged in any way but by type or length is whole afterwards, and
// nothing that was good has changed.
func TestRepairRandomDamages(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 1))
	outside := filepath.Join(t.TempDir(), "outside")
	put(t, outside, []byte("not ours"))
	names := []string{"a/x", "a-b", "b", "c/d/e", "c/f", "g"}
	edges := []int{0, 1, 100, 16383, 16384, 16385, 40000, 100000}
	for run := range longtest.Rounds(15, 90) {
		base := t.TempDir()
		orig := files{"z": noise(rng, 20000)}
		for _, n := range names[:1+rng.IntN(len(names))] {
			orig[n] = noise(rng, edges[rng.IntN(len(edges))])
		}
		whole := orig.Write(t, filepath.Join(base, "whole", "tree"))
		torrent := makeTorrent(t, whole, formats()[run%3], 16384, metainfo.Fields{})
		d := damaged{dir: orig.Write(t, filepath.Join(base, "copy", "tree")), now: files{}, want: map[string]State{}}
		for n, data := range orig {
			d.now[n] = data
		}
		for range 1 + rng.IntN(3) {
			d.damage(t, rng, orig, outside)
		}
		o := RepairOptions{From: whole, DryRun: true}
		dry, err := Repair(context.Background(), torrent, d.dir, o)
		if err != nil {
			t.Fatal(err)
		}
		if now := readBack(d.dir, orig.Paths()); !equalFiles(now, d.now) {
			t.Fatalf("run %d: a dry run changed something: %q", run, d.log)
		}
		o.DryRun = false
		did, err := Repair(context.Background(), torrent, d.dir, o)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(dry.Pieces, did.Pieces) || dry.Bytes != did.Bytes || !slices.Equal(dry.Created, did.Created) {
			t.Errorf("run %d: dry %v %d %v, real %v %d %v: %q", run, dry.Pieces, dry.Bytes, dry.Created, did.Pieces, did.Bytes, did.Created, d.log)
		}
		d.checkRepaired(t, torrent, orig, did)
		if data, _ := os.ReadFile(outside); string(data) != "not ours" {
			t.Fatal("something outside was written")
		}
		if t.Failed() {
			t.Fatalf("run %d: %q", run, d.log)
		}
	}
}

func equalFiles(a, b files) bool {
	for n := range b {
		if !bytes.Equal(a[n], b[n]) {
			return false
		}
	}
	return true
}

func (d *damaged) checkRepaired(t *testing.T, torrent []byte, orig files, did *Repaired) {
	now := readBack(d.dir, orig.Paths())
	mended := true
	for n := range orig {
		kind := d.expectState(n, orig[n])
		if kind == WrongType || kind == Unreadable || kind == Long {
			mended = false
			if kind == Long && !bytes.Equal(now[n][len(orig[n]):], d.now[n][len(orig[n]):]) {
				t.Errorf("%s: what is behind the end was changed", n)
			}
			continue
		}
		// Bytes that share a v1 piece with a file of the wrong type stay as they were.
		if !bytes.Equal(now[n], orig[n]) && len(did.Failed) == 0 {
			t.Errorf("%s is not whole", n)
		}
	}
	if did.Report.OK() != mended {
		t.Errorf("afterwards ok is %v, want %v: %+v", did.Report.OK(), mended, did.Report.Files)
	}
	if again := data(t, torrent, d.dir, Options{}); !slices.Equal(again.pieces.list(), did.Report.pieces.list()) {
		t.Errorf("the report says %v, another read %v", did.Report.pieces.list(), again.pieces.list())
	}
}

// Two copies that are damaged in different places mend each other, and what
// neither has is named.
func TestRepairFromABadCopy(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 2))
	tree := files{"a": noise(rng, 5*16384)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{})
	other := files{"a": flipAt(flipAt(tree["a"], 0), 40000)}.Write(t, filepath.Join(t.TempDir(), "tree"))
	put(t, filepath.Join(dir, "a"), flipAt(flipAt(tree["a"], 20000), 40001))
	r, err := Repair(context.Background(), torrent, dir, RepairOptions{From: other})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(r.Pieces) != "[1]" || r.Bytes != writeBlock || len(r.Failed) != 1 || r.Failed[0].Index != 2 || r.Failed[0].Err != ErrNotWhole {
		t.Errorf("%+v", r)
	}
	if r.Report.BadPieces != 1 || r.Report.GoodPieces != 4 {
		t.Errorf("%d good, %d bad", r.Report.GoodPieces, r.Report.BadPieces)
	}
	if got := readBack(dir, []string{"a"})["a"]; !bytes.Equal(got, flipAt(tree["a"], 40001)) {
		t.Error("something else than the piece was changed")
	}
}

// After a repair that cannot mend all, the report says what another run finds: what
// became readable was read, and what cannot be read stays so.
func TestRepairReportsWhatIsThere(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 5))
	tree := files{"a": noise(rng, 3*16384), "b": noise(rng, 2*16384), "c": noise(rng, 2*16384), "d": noise(rng, 16384)}
	clear(tree["a"][16384:32768])
	for _, format := range formats() {
		dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
		torrent := makeTorrent(t, dir, format, 16384, metainfo.Fields{})
		other := files{"a": flipAt(flipAt(tree["a"], 0), 20000), "b": flipAt(tree["b"], 0), "c": tree["c"], "d": tree["d"]}.Write(t, filepath.Join(t.TempDir(), "tree"))
		put(t, filepath.Join(dir, "a"), tree["a"][:5])     // its first piece stays wrong, the next is of zeros, and its end is mended
		do(t, os.Remove(filepath.Join(dir, "b")))          // the same
		put(t, filepath.Join(dir, "c"), tree["c"][:16384]) // is mended
		do(t, os.Chmod(filepath.Join(dir, "d"), 0))        // cannot be read
		r, err := Repair(context.Background(), torrent, dir, RepairOptions{From: other})
		if err != nil {
			t.Fatal(err)
		}
		again := data(t, torrent, dir, Options{})
		if !slices.Equal(again.pieces.list(), r.Report.pieces.list()) || again.BadPieces != 2 || r.Report.BadPieces != 2 {
			t.Errorf("%v: the report says %v, another read %v", format, r.Report.pieces.list(), again.pieces.list())
		}
		if n := len(r.Failed); n != 2 && (os.Geteuid() == 0 || n != 3) {
			t.Errorf("%v: %+v", format, r.Failed)
		}
		for k, f := range again.Files {
			if was := r.Report.Files[k]; was.State != f.State || Refused(was.Err) != Refused(f.Err) {
				t.Errorf("%v: %s is %v (%v), and another read finds it %v (%v)", format, f.Path, was.State, was.Err, f.State, f.Err)
			}
		}
	}
}

// The report is about what was written, too, of a piece that could not be repaired whole.
func TestRepairOfPartOfAPiece(t *testing.T) {
	t.Parallel()
	tree := files{"a": []byte("a"), "b": []byte("b")}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{})
	other := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	put(t, filepath.Join(dir, "a"), nil)
	do(t, os.Remove(filepath.Join(dir, "b")))
	do(t, os.Mkdir(filepath.Join(dir, "b"), 0o755))
	r, err := Repair(context.Background(), torrent, dir, RepairOptions{From: other})
	if err != nil || len(r.Pieces) > 0 || len(r.Failed) != 1 || r.Report.Files[0].State != data(t, torrent, dir, Options{}).Files[0].State {
		t.Errorf("%v, %+v, %+v", err, r, r.Report.Files)
	}
}

// A file that only one copy has and one that only the other has make a piece together.
func TestRepairFromParts(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 3))
	tree := files{"a": noise(rng, 1000), "b": noise(rng, 1000)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{})
	other := files{"b": tree["b"]}.Write(t, filepath.Join(t.TempDir(), "tree"))
	if err := os.Remove(filepath.Join(dir, "b")); err != nil {
		t.Fatal(err)
	}
	r, err := Repair(context.Background(), torrent, dir, RepairOptions{From: other})
	if err != nil || !r.Report.OK() || fmt.Sprint(r.Created) != "[1]" {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestRepairFromItself(t *testing.T) {
	t.Parallel()
	tree := files{"a": []byte("x"), "b": []byte("y")}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V2, 16384, metainfo.Fields{})
	if _, err := Repair(context.Background(), torrent, dir, RepairOptions{From: filepath.Dir(dir)}); err == nil {
		t.Error("repairing from itself is no error")
	}
}

// A run that is stopped at any point has made nothing worse, and the next one ends the work.
func TestRepairStopped(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 4))
	tree := files{"a": noise(rng, 12<<20), "b": noise(rng, 12<<20)}
	whole := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, whole, metainfo.V1, 1<<20, metainfo.Fields{})
	dir := files{"b": make([]byte, 12<<20)}.Write(t, filepath.Join(t.TempDir(), "tree"))
	r, err := verifyAt(context.Background(), disk{}, torrent, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	src, err := r.openCopy(ctx, whole)
	if err != nil {
		t.Fatal(err)
	}
	defer src.located.Close()
	stopping := &stopAfter{source: src, cancel: cancel, left: 15}
	m := newMender(r, RepairOptions{})
	res := m.res
	err = m.from(ctx, stopping)
	if !errors.Is(err, context.Canceled) || len(res.Pieces) == 0 || len(res.Pieces) >= r.Pieces {
		t.Fatalf("%v after %d pieces", err, len(res.Pieces))
	}
	if middle := data(t, torrent, dir, Options{}); middle.GoodPieces < len(res.Pieces) {
		t.Errorf("%d pieces are good, %d were written", middle.GoodPieces, len(res.Pieces))
	}
	if res, err := Repair(context.Background(), torrent, dir, RepairOptions{From: whole}); err != nil || !res.Report.OK() {
		t.Errorf("the second run: %v", err)
	}
}

// The checksums that are told are those of the files as they are at the end.
func TestSumsAfterRepairs(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 9))
	tree := files{"a": noise(rng, 5*16384), "b": noise(rng, 70_000), "c/d": noise(rng, 100), "e": nil}
	whole := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, whole, metainfo.V2, 16384, metainfo.Fields{})
	check := func(r *Report) {
		t.Helper()
		for _, f := range r.Files {
			sum := md5.Sum(tree[f.Path])
			if got := f.Sums[metainfo.MD5]; f.State != OK || !bytes.Equal(got, sum[:]) {
				t.Errorf("%s: %v, %x, want %x", f.Path, f.State, got, sum)
			}
		}
	}
	o := Options{Reading: Reading{Sums: []metainfo.Checksum{metainfo.MD5}}}
	bad := files{"a": flipAt(tree["a"], 20000), "b": tree["b"][:50], "c/d": tree["c/d"]}
	repaired, err := Repair(context.Background(), torrent, bad.Write(t, filepath.Join(t.TempDir(), "tree")), RepairOptions{Options: o, From: whole})
	if err != nil {
		t.Fatal(err)
	}
	check(repaired.Report)
	moved := files{"a": append(slices.Clone(tree["a"]), "too much"...), "x/b": tree["b"], "c/d": tree["c/d"], "e": nil}
	fixed, err := Fix(context.Background(), torrent, moved.Write(t, filepath.Join(t.TempDir(), "tree")), FixOptions{Options: o})
	if err != nil || len(fixed.Renamed) != 1 || len(fixed.Truncated) != 1 {
		t.Fatalf("%v, %+v", err, fixed)
	}
	check(fixed.Report)
}
