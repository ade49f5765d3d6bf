package verify

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/metainfo"
)

// age makes files look as if they had been written long ago, and waits until
// that change is some time ago too.
func age(t testing.TB, dir string, names []string) {
	t.Helper()
	when := time.Now().Add(-time.Hour).Add(123456 * time.Nanosecond)
	for _, n := range names {
		if err := os.Chtimes(filepath.Join(dir, filepath.FromSlash(n)), when, when); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(50 * time.Millisecond)
}

func TestJournal(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 1))
	tree := files{"a": noise(rng, 100000), "b": noise(rng, 100), "c/d": noise(rng, 70000)}
	for _, format := range formats() {
		dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
		torrent := makeTorrent(t, dir, format, 16384, metainfo.Fields{})
		age(t, dir, tree.Paths())
		o := Options{Memory: Memory{Journals: []string{filepath.Join(t.TempDir(), "journal")}}}
		if r := data(t, torrent, dir, o); !r.OK() || r.KnownPieces != 0 {
			t.Fatalf("%v: first run: ok %v, known %d", format, r.OK(), r.KnownPieces)
		}
		var read int64
		o.Progress = func(done, _ int64) { read = done }
		if r := data(t, torrent, dir, o); !r.OK() || r.KnownPieces != r.Pieces || read != 0 {
			t.Errorf("%v: second run: ok %v, known %d of %d, read %d", format, r.OK(), r.KnownPieces, r.Pieces, read)
		}
		o.Recheck = true
		if r := data(t, torrent, dir, o); !r.OK() || r.KnownPieces != 0 || read != 170100 {
			t.Errorf("%v: recheck: known %d, read %d", format, r.KnownPieces, read)
		}
		o.Recheck = false
		// A changed file is read again, even if its size and time are put back.
		put(t, filepath.Join(dir, "a"), flipAt(tree["a"], 50000))
		age(t, dir, []string{"a"})
		if r := data(t, torrent, dir, o); r.OK() || r.file(t, "a").State != Damaged || r.KnownPieces == 0 {
			t.Errorf("%v: after a change: %v, known %d", format, r.file(t, "a").State, r.KnownPieces)
		}
		// What was bad is not known, and is found again.
		if r := data(t, torrent, dir, o); r.OK() {
			t.Errorf("%v: the damage is forgotten", format)
		}
	}
}

// What a run that was stopped had verified is not read again.
func TestJournalAfterAStop(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 2))
	tree := files{"a": noise(rng, 32<<20)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, formats()[0], 16<<10, metainfo.Fields{})
	age(t, dir, tree.Paths())
	o := Options{Reading: Reading{LimitRate: 32 << 20}, Memory: Memory{Journals: []string{filepath.Join(t.TempDir(), "journal")}}}
	var first *Report
	now := time.Now()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(now)) // the journal compares the times of files with the clock
		ctx, cancel := context.WithCancel(context.Background())
		o := o
		o.Progress = func(done, _ int64) {
			if done > 8<<20 {
				cancel()
			}
		}
		var err error
		first, err = Data(ctx, torrent, dir, o)
		if !errors.Is(err, context.Canceled) || first.GoodPieces == 0 || first.GoodPieces == first.Pieces {
			t.Fatalf("the run was not stopped in its middle: %v, %d pieces", err, first.GoodPieces)
		}
	})
	o.LimitRate = 0
	if r := data(t, torrent, dir, o); !r.OK() || r.KnownPieces != first.GoodPieces {
		t.Errorf("ok %v, known %d, want %d", r.OK(), r.KnownPieces, first.GoodPieces)
	}
}

func TestJournalRefuses(t *testing.T) {
	t.Parallel()
	tree := files{"a": []byte("x"), "b": []byte("y")}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, formats()[0], 16384, metainfo.Fields{})
	other := filepath.Join(t.TempDir(), "notes.txt")
	put(t, other, []byte("this is no journal"))
	for _, o := range []Options{{Memory: Memory{Journals: []string{other}}}, {Memory: Memory{Journals: []string{filepath.Join(dir, "no", "folder")}}}, {Reading: Reading{Sums: []metainfo.Checksum{metainfo.MD5}}, Memory: Memory{Journals: []string{other}}}} {
		if _, err := Data(context.Background(), torrent, dir, o); err == nil {
			t.Errorf("%+v is no error", o)
		}
	}
	if got, _ := os.ReadFile(other); string(got) != "this is no journal" {
		t.Error("a file that is no journal was written to")
	}
}
