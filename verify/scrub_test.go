package verify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// scrubbed is a tree that is verified day by day, with a clock of its own.
type scrubbed struct {
	tree    files
	torrent []byte
	dir     string
	day     int
	o       Options
	read    []int64 // bytes, run by run
}

func newScrubbed(t *testing.T, pieces int) *scrubbed {
	rng := rand.New(rand.NewPCG(21, 20))
	s := &scrubbed{tree: files{"a": noise(rng, 16384*(pieces-2)), "b": noise(rng, 20000)}}
	s.torrent = s.tree.Torrent(t, metainfo.V2, 16384, metainfo.Fields{})
	s.dir = s.tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	s.settle(t)
	s.o.Journals = []string{filepath.Join(t.TempDir(), "journal")}
	s.o.now = s.now
	return s
}

// settle makes the files old enough for a journal.
func (s *scrubbed) settle(t *testing.T) {
	for name := range s.tree {
		if err := os.Chtimes(filepath.Join(s.dir, name), time.Time{}, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(30 * time.Millisecond) // the times of inodes cannot be set: a clock's tick has to pass
}

func (s *scrubbed) now() time.Time { return time.Date(2030, 1, 1+s.day, 3, 0, 0, 0, time.UTC) }

// run verifies, and counts what is read.
func (s *scrubbed) run(t *testing.T) *Report {
	t.Helper()
	var read int64
	s.o.Progress = func(done, _ int64) { read = done }
	r := data(t, s.torrent, s.dir, s.o)
	s.read = append(s.read, read)
	s.day++
	return r
}

// In a year of daily runs every piece is read as often as the budget allows, and none is
// forgotten; at any time the report says since when everything is known.
func TestScrubForAYear(t *testing.T) {
	t.Parallel()
	const pieces, daily = 30, 4
	s := newScrubbed(t, pieces)
	s.o.BudgetBytes = daily * 16384
	days := longtest.Rounds(60, 365)
	for day := range days {
		r := s.run(t)
		if n := s.read[day]; n > s.o.BudgetBytes || n < s.o.BudgetBytes-16384 {
			t.Fatalf("day %d: %d bytes were read, with a budget of %d", day, n, s.o.BudgetBytes)
		}
		if !r.OK() {
			t.Fatalf("day %d: %+v", day, r.Files)
		}
		round := (pieces + daily - 1) / daily
		if done := day >= round; done != (r.SkippedPieces == 0) && day != round-1 {
			t.Fatalf("day %d: %d pieces were never read", day, r.SkippedPieces)
		}
		if oldest := s.now().AddDate(0, 0, -round-1); day > round && (r.Oldest.Before(oldest) || r.GoodPieces != pieces) {
			t.Fatalf("day %d: %d pieces are good, the oldest since %v", day, r.GoodPieces, r.Oldest)
		}
	}
	var total int64
	for _, n := range s.read {
		total += n
	}
	if often := total / (pieces * 16384); often < int64(days*daily/pieces)-1 {
		t.Errorf("everything was read %d times", often)
	}
}

// What was not read for long is read, and nothing else; the journal of a run that has
// none of that reads nothing.
func TestScrubOlderThan(t *testing.T) {
	t.Parallel()
	s := newScrubbed(t, 10)
	s.run(t)
	s.o.OlderThan = 30 * 24 * time.Hour
	s.o.BudgetBytes = 4 * 16384
	var read []int64
	for range 35 {
		s.run(t)
	}
	for _, n := range s.read {
		read = append(read, n/16384)
	}
	want := make([]int64, 36)
	want[0], want[31], want[32], want[33] = 9, 4, 4, 1 // the last piece of a, and b, are smaller than others
	for day := range want {
		if day > 0 && (read[day] > 0) != (want[day] > 0) {
			t.Errorf("day %d: %d pieces were read, want %d: %v", day, read[day], want[day], read)
		}
	}
}

// A budget of time ends a run, whatever is left; what was bad comes first.
func TestScrubFor(t *testing.T) {
	t.Parallel()
	s := newScrubbed(t, 20)
	looks := 0
	s.o.BudgetTime, s.o.batch = 5*time.Minute, 16384
	s.o.now = func() time.Time { looks++; return s.now().Add(time.Duration(looks) * 20 * time.Second) }
	r := s.run(t)
	if n := s.read[0] / 16384; n < 3 || n > 14 || !r.OK() || r.GoodPieces != int(n) {
		t.Errorf("%d pieces were read, %d are good", n, r.GoodPieces)
	}
}

// Damage that was there before is told from damage that is new; also where the budget
// does not reach it, it is not forgotten, and until it is mended it comes first.
func TestScrubFindsDamageOnce(t *testing.T) {
	t.Parallel()
	s := newScrubbed(t, 10)
	s.tree["a"] = flipAt(flipAt(s.tree["a"], 50), 3*16384)
	put(t, filepath.Join(s.dir, "a"), s.tree["a"])
	s.settle(t)
	s.o.BudgetBytes = 4 * 16384
	first := s.now()
	r := s.run(t)
	if r.BadPieces != 2 || !r.BadSince(0).IsZero() || !r.BadSince(3).IsZero() || r.OK() {
		t.Fatalf("%d are bad, since %v and %v", r.BadPieces, r.BadSince(0), r.BadSince(3))
	}
	for range 3 {
		r = s.run(t)
		if r.BadPieces != 2 || !r.BadSince(0).Equal(first) || !r.BadSince(3).Equal(first) {
			t.Errorf("%d are bad, since %v and %v, not %v", r.BadPieces, r.BadSince(0), r.BadSince(3), first)
		}
	}
	if r.GoodPieces != 8 {
		t.Errorf("%d pieces are good", r.GoodPieces)
	}
	s.o.BudgetBytes = 1
	if r = s.run(t); r.BadPieces != 2 || !r.BadSince(3).Equal(first) || r.Files[0].State != Damaged {
		t.Errorf("what was not reached is forgotten: %d are bad, since %v", r.BadPieces, r.BadSince(3))
	}
	s.tree["a"] = flipAt(flipAt(s.tree["a"], 50), 3*16384)
	put(t, filepath.Join(s.dir, "a"), s.tree["a"])
	s.settle(t)
	s.o.BudgetBytes = 0
	if r = s.run(t); !r.OK() {
		t.Errorf("it is mended: %+v", r.Files)
	}
}

// To scrub takes one journal.
func TestScrubWantsAJournal(t *testing.T) {
	t.Parallel()
	s := newScrubbed(t, 3)
	for _, journals := range [][]string{nil, {s.o.Journals[0], s.o.Journals[0] + "2"}} {
		for _, scrub := range []Scrub{{OlderThan: time.Hour}, {BudgetTime: time.Hour}, {BudgetBytes: 1}} {
			o := Options{Memory: Memory{Journals: journals}, Scrub: scrub}
			if _, err := Data(context.Background(), s.torrent, s.dir, o); !errors.Is(err, ErrScrubJournal) {
				t.Errorf("%v, %+v: %v", journals, scrub, err)
			}
		}
	}
}

// The parts of a run, put together, give the report of one machine and read nothing; a
// part that is missing is read.
func TestShards(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 30))
	tree := files{"a": noise(rng, 100000), "b": noise(rng, 1000), "c": noise(rng, 150000), "d": noise(rng, 20), "e": nil, "f": noise(rng, 70000)}
	for _, format := range formats() {
		torrent := tree.Torrent(t, format, 16384, metainfo.Fields{})
		bad := files{"a": flipAt(tree["a"], 99000), "b": tree["b"], "c": tree["c"][:140000], "e": nil, "f": flipAt(tree["f"], 5)}
		dir := bad.Write(t, filepath.Join(t.TempDir(), "tree"))
		for name := range bad {
			if err := os.Chtimes(filepath.Join(dir, name), time.Time{}, time.Now().Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(30 * time.Millisecond)
		want := data(t, torrent, dir, Options{})
		for _, n := range []int{1, 2, 7} {
			home := t.TempDir()
			var journals []string
			var total int64
			for i := 1; i <= n; i++ {
				var read int64
				journals = append(journals, filepath.Join(home, fmt.Sprint(i)))
				o := Options{Memory: Memory{Journals: journals[i-1:]}, Shard: Shard{i, n}, Reading: Reading{Progress: func(done, _ int64) { read = done }}}
				r := data(t, torrent, dir, o)
				if pieces := r.Pieces - r.SkippedPieces; pieces < want.Pieces/n || pieces > want.Pieces/n+1 {
					t.Errorf("%v: shard %d of %d has %d of %d pieces", format, i, n, pieces, want.Pieces)
				}
				total += read
			}
			if limit := want.GoodBytes + int64(want.BadPieces*16384); total > limit {
				t.Errorf("%v: %d shards read %d bytes, more than %d", format, n, total, limit)
			}
			if n == 1 {
				journals = append(journals, filepath.Join(home, "empty"))
			}
			var read int64
			got := data(t, torrent, dir, Options{Memory: Memory{Journals: journals}, Reading: Reading{Progress: func(done, _ int64) { read = done }}})
			if read > 0 || !reflect.DeepEqual(got.Files, want.Files) || got.GoodPieces != want.GoodPieces || got.BadPieces != want.BadPieces || got.UncheckedPieces != want.UncheckedPieces || got.KnownPieces != 0 {
				t.Errorf("%v: of %d shards: %d bytes were read, %+v\nwant %+v", format, n, read, got.Files, want.Files)
			}
			if n < 2 {
				continue
			}
			if got := data(t, torrent, dir, Options{Memory: Memory{Journals: append(journals[1:n:n], filepath.Join(home, "new"))}}); !reflect.DeepEqual(got.Files, want.Files) {
				t.Errorf("%v: without a shard: %+v", format, got.Files)
			}
		}
		for _, bad := range []Shard{{0, 2}, {3, 2}, {1, 0}, {-1, 2}} {
			if _, err := Data(context.Background(), torrent, dir, Options{Memory: Memory{Journals: []string{filepath.Join(t.TempDir(), "j")}}, Shard: bad}); err == nil {
				t.Errorf("shard %v is no error", bad)
			}
		}
		if _, err := Data(context.Background(), torrent, dir, Options{Shard: Shard{1, 2}}); err == nil {
			t.Error("a shard without a journal is no error")
		}
	}
}
