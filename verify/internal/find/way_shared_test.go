package find

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// scatter writes the files of a tree under other names.
func scatter(t *testing.T, rng *rand.Rand, tree files) (moved files, dir string) {
	t.Helper()
	moved = files{}
	for _, name := range tree.Paths() {
		moved[fmt.Sprintf("%d/%x", rng.IntN(9), rng.Uint64())] = tree[name]
	}
	return moved, moved.Write(t, t.TempDir())
}

// ofOneSize is n files of a size.
func ofOneSize(rng *rand.Rand, n, size int) files {
	tree := files{}
	for i := range n {
		tree[fmt.Sprintf("%03d", i)] = noise(rng, size)
	}
	return tree
}

// v1Torrent makes the v1 torrent of a tree with pieces of 16 KiB.
func v1Torrent(t *testing.T, tree files) []byte {
	t.Helper()
	return tree.Torrent(t, metainfo.V1, 16384, metainfo.Fields{})
}

// Files of one size that were all moved and renamed are found though no piece
// lies inside of most of them, and pieces have several of them.
func TestSearchOneSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ n, size int }{{60, 15000}, {40, 9000}, {60, 16384 + 2000}, {60, 30000}, {12, 5500}, {5, 4000}} {
		rng := rand.New(rand.NewPCG(10, uint64(c.size)))
		tree := ofOneSize(rng, c.n, c.size)
		torrent := v1Torrent(t, tree)
		moved, dir := scatter(t, rng, tree)
		for _, room := range []int64{maxKept, 0} {
			t.Run(fmt.Sprint(c, room), func(t *testing.T) {
				s, rep := searchCounted(t, torrent, t.TempDir(), dir, func(s *search) { s.reader.memory.room = room })
				s.whole(t, tree, moved, dir, rep)
				if room > 0 && c.size < 16384 {
					s.within(t, moved, dir, twice)
				}
			})
		}
	}
}

// Chains of files of one size that have no piece of their own, and do not fit into memory,
// are followed from several places in the same passes, and without reading what is before
// those again; where all pieces have one geometry, all pairs are tried at once. Candidates
// are read no more than four times, and more often where others of their size are among
// them, or some are missing. What may be hashed is in proportion to the pieces: as many
// files of pieces of 1 MiB are found, too.
func TestSearchChain(t *testing.T) {
	t.Parallel()
	const pieceLength = 32768
	for _, c := range []struct {
		part          float64 // of a piece, that a file is
		before        float64 // and that another is which comes first
		others, fewer int     // for each ten files: other files of their size, and files that are missing
		reads         float64
	}{
		{0.6, 0, 0, 0, 4}, {0.7, 0, 0, 0, 4}, {0.75, 0, 0, 0, 3}, {0.8, 0, 0, 0, 3}, {0.85, 0, 0, 0, 3}, {0.906, 0, 0, 0, 3},
		{0.954, 0, 0, 0, 3}, {0.99, 0, 0, 0, 3}, {1.03, 0, 0, 0, 2}, {1.1, 0, 0, 0, 3}, {1.5, 0, 0, 0, 2}, {2.3, 0, 0, 0, 2},
		{1, 0.3, 0, 0, 3}, {1, 0.7, 0, 0, 3}, {1, 0.3, 10, 0, 3}, {1, 0.7, 10, 0, 3}, {1, 0.7, 0, 1, 3},
		{0.8, 0, 5, 0, 6}, {0.906, 0, 10, 0, 7}, {0.954, 0, 10, 0, 8}, {0.99, 0, 10, 0, 4}, {1.03, 0, 10, 0, 4}, {1.1, 0, 10, 0, 4},
		{0.85, 0, 0, 1, 5}, {0.906, 0, 0, 1, 5}, {0.954, 0, 0, 1, 5}, {0.99, 0, 0, 1, 5}, {1.03, 0, 0, 1, 4}, {1.1, 0, 0, 1, 4},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			n, size := longtest.Rounds(100, 200), int(c.part*pieceLength)
			rng := rand.New(rand.NewPCG(10, uint64(size)))
			tree := ofOneSize(rng, n, size)
			if c.before > 0 {
				tree["!"] = noise(rng, int(c.before*pieceLength))
			}
			torrent := tree.Torrent(t, metainfo.V1, pieceLength, metainfo.Fields{})
			moved := files{}
			for i, name := range tree.Paths() {
				if i%10 >= c.fewer {
					moved[fmt.Sprintf("%d/%x", rng.IntN(9), rng.Uint64())] = tree[name]
				}
				if i%10 < c.others {
					moved[fmt.Sprintf("%d/%x", rng.IntN(9), rng.Uint64())] = noise(rng, size)
				}
			}
			dir := moved.Write(t, t.TempDir())
			s, rep := searchCounted(t, torrent, t.TempDir(), dir, func(s *search) {
				s.reader.memory.room = int64(n * size / 6)
				s.trial = maxTrialBytes / (1 << 20 / pieceLength)
				s.reader.extender = piecehash.NewExtender(1) // many goroutines take more at a time than memory holds here
			})
			if c.fewer == 0 {
				s.whole(t, tree, moved, dir, rep)
			}
			got := float64(s.read()) / float64(len(moved)*size)
			if got > c.reads {
				t.Errorf("candidates were read %.2f times, want %v at most", got, c.reads)
			}
		})
	}
}

// Chains that end soon, where a whole file lies in the middle of a piece, are begun in
// many places at once again and again, and not one after the other.
func TestSearchShortChains(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 12))
	const n, size = 150, 13107 // five files fill four pieces but for one byte
	tree := ofOneSize(rng, n, size)
	torrent := v1Torrent(t, tree)
	moved, dir := scatter(t, rng, tree)
	s, rep := searchCounted(t, torrent, t.TempDir(), dir, func(s *search) { s.reader.memory.room = n * size / 5 })
	s.whole(t, tree, moved, dir, rep)
	if all := s.read(); all > 12*n*size {
		t.Errorf("candidates were read %.1f times, want 12 at most: 16 is one chain after the other", float64(all)/(n*size))
	}
}

// sniffed counts the bytes that are read of a file.
type sniffed struct {
	piecehash.File
	read *int
}

func (f sniffed) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p, off)
	*f.read += n
	return n, err
}

// Small files of one size among large ones are told apart in one pass over them,
// though they do not fit into memory.
func TestSearchBetween(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 1))
	tree := files{}
	for i := range longtest.Rounds(60, 150) {
		tree[fmt.Sprintf("%03d a", i)] = noise(rng, 3000)
		tree[fmt.Sprintf("%03d b", i)] = noise(rng, 50000+i)
	}
	torrent := v1Torrent(t, tree)
	moved, dir := scatter(t, rng, tree)
	s, rep := searchCounted(t, torrent, t.TempDir(), dir, func(s *search) { s.reader.memory.room = 0 })
	s.whole(t, tree, moved, dir, rep)
	s.within(t, moved, dir, func(_ string, size int64) int64 {
		if size == 3000 {
			size *= 2 // all of it is sampled
		}
		return size + 32768
	})
}

// Names tell what sizes cannot, and files with the right names are read once.
func TestSearchByNames(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 2))
	tree := files{}
	for i := range longtest.Rounds(100, 300) {
		tree[fmt.Sprintf("d%d/cover.jpg", i)] = noise(rng, 500)
		tree[fmt.Sprintf("d%d/Track %d.mp3", i, i)] = noise(rng, 700)
	}
	torrent := v1Torrent(t, tree)
	moved := files{}
	for _, name := range tree.Paths() {
		moved["some/where/"+strings.Replace(name, "Track", "track", 1)] = tree[name]
	}
	dir := moved.Write(t, t.TempDir())
	s, rep := searchCounted(t, torrent, t.TempDir(), dir, nil)
	s.whole(t, tree, moved, dir, rep)
	s.within(t, moved, dir, func(_ string, size int64) int64 { return size })
}

// Names tell files of one size with pieces inside apart, too: no other class is
// tried, and nothing is read twice.
func TestSearchByNamesInside(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 6))
	tree := ofOneSize(rng, 200, 40000)
	torrent := v1Torrent(t, tree)
	dir := tree.Write(t, filepath.Join(t.TempDir(), "other", "tree"))
	s, rep := searchCounted(t, torrent, t.TempDir(), dir, nil)
	s.whole(t, tree, tree, dir, rep)
	s.within(t, tree, dir, func(_ string, size int64) int64 { return size })
}

// Two files that are the same in all pieces inside may be found the wrong way
// round, and are exchanged.
func TestSearchSwapped(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 7))
	b := noise(rng, 98304+3000)
	tree := files{"b": b, "c": noise(rng, 13384), "d": flipAt(b, 98304+2), "e": noise(rng, 5001)}
	torrent := v1Torrent(t, tree)
	moved := files{"1": tree["d"], "2": tree["c"], "3": tree["b"], "4": tree["e"]}
	dir := moved.Write(t, t.TempDir())
	s, rep := searchCounted(t, torrent, t.TempDir(), dir, nil)
	s.whole(t, tree, moved, dir, rep)
}

// What cannot be tried, as there are too many ways, is said, and costs nothing.
func TestSearchTooMany(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 3))
	tree := ofOneSize(rng, 300, 500)
	tree["z"] = noise(rng, 100000)
	torrent := v1Torrent(t, tree)
	moved, dir := scatter(t, rng, tree)
	s, rep := searchCounted(t, torrent, t.TempDir(), dir, nil)
	if len(rep.Found) != 1 || rep.Found[0].Proved || len(rep.Lost) != 300 || !slices.Equal(rep.Lost, rep.Untried) {
		t.Errorf("%+v; lost %d, untried %d", rep.Found, len(rep.Lost), len(rep.Untried))
	}
	s.within(t, moved, dir, twice)
}

// stopping is a context that ends when it is asked for the nth time.
type stopping struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func (s *stopping) Err() error {
	if s.left.Add(-1) <= 0 {
		s.cancel()
	}
	return s.Context.Err()
}

// Many ways can be stopped, wherever the search is.
func TestSearchStopped(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 4))
	tree := ofOneSize(rng, 250, 150000)
	torrent := tree.Torrent(t, metainfo.V1, 1<<18, metainfo.Fields{})
	_, dir := scatter(t, rng, tree)
	c := contentAt(t, torrent, t.TempDir())
	for _, n := range []int64{1, 300, 1000, 1450} { // of more than 2000: the last are between ways that are tried
		inner, cancel := context.WithCancel(context.Background())
		ctx := &stopping{Context: inner, cancel: cancel}
		ctx.left.Store(n)
		if _, err := Files(ctx, c, []string{dir}, Options{}); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped at %d: %v", n, err)
		}
		if late := -ctx.left.Load(); late > 50+int64(c.Torrent.Layout().NumPieces()) { // it looks at each piece, at most, and does nothing
			t.Errorf("stopped at %d: went on %d times", n, late)
		}
		cancel()
	}
}

// Whatever is copied, missing, damaged or in the way: what is proved has the
// right bytes, and what is there, and can be told apart, is found.
func TestSearchRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(longtest.Rounds(12, 200)) {
		rng := rand.New(rand.NewPCG(11, seed))
		sizes := []int{1 + rng.IntN(40000), 1 + rng.IntN(20000), 1 + rng.IntN(9000), 10000}
		if seed%3 == 0 { // pieces have the same geometry again and again
			sizes = []int{4096 * (1 + rng.IntN(6))}
		}
		tree := files{}
		var before []byte
		for i := range 3 + rng.IntN(14) {
			data := noise(rng, sizes[rng.IntN(1+rng.IntN(len(sizes)))])
			if i == 0 && len(sizes) == 1 {
				data = noise(rng, 1+rng.IntN(16384))
			}
			switch rng.IntN(9) {
			case 0:
				clear(data)
			case 1:
				if before != nil {
					data = before
				}
			case 2:
				if before != nil { // alike but for one byte
					data = flipAt(before, rng.IntN(len(before)))
				}
			}
			tree[fmt.Sprintf("%02d", i)] = data
			before = data
		}
		torrent := tree.Torrent(t, formats()[rng.IntN(3)], 16384, metainfo.Fields{})
		place, moved, gone := files{}, files{}, map[string]bool{}
		for _, name := range tree.Paths() {
			data := tree[name]
			to := fmt.Sprintf("%x", rng.Uint64())
			switch rng.IntN(12) {
			case 0:
				gone[name] = true
				continue
			case 1:
				moved[to+" copy"] = data
			case 2:
				moved[to+" other"] = noise(rng, len(data))
			case 3:
				place[name] = flipAt(data, rng.IntN(len(data)))
				gone[name] = true // nothing tells that it is damaged, beside a file that is missing
			case 4:
				place[name] = data[:rng.IntN(len(data))]
			case 5:
				place[name] = append(slices.Clip(data), "more"...)
			case 6:
				place[name] = data
				continue
			}
			moved[to] = data
		}
		at := place.Write(t, filepath.Join(t.TempDir(), "tree"))
		dir := moved.Write(t, t.TempDir())
		s, rep := searchCounted(t, torrent, at, dir, func(s *search) { s.reader.memory.room = []int64{0, 1 << 16, maxKept}[rng.IntN(3)] })
		proved := map[string]bool{}
		for _, f := range rep.Found {
			name := s.files[f.File].Path
			got, err := os.ReadFile(f.Path)
			if err != nil {
				t.Fatal(err)
			}
			if f.Proved && string(got) != string(tree[name]) {
				t.Errorf("seed %d: %s is not %s", seed, f.Path, name)
			}
			proved[name] = f.Proved
		}
		if len(gone) == 0 && len(rep.Untried) == 0 {
			for _, k := range rep.Lost {
				t.Errorf("seed %d: %s was not found", seed, s.files[k].Path)
			}
			for name, ok := range proved {
				if !ok {
					t.Errorf("seed %d: %s was found, and not proved", seed, name)
				}
			}
		}
	}
}

// The right file is found beside a damaged one that is in its place, though that
// is looked at too: its folder is searched.
func TestSearchAroundPlace(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 5))
	tree := files{"a": noise(rng, 5000), "b": noise(rng, 5100)}
	torrent := v1Torrent(t, tree)
	moved := files{"tree/a": tree["a"], "tree/b": flipAt(tree["b"], 99), "z/x": tree["b"]}
	dir := moved.Write(t, t.TempDir())
	s, rep := searchCounted(t, torrent, filepath.Join(dir, "tree"), dir, nil)
	s.whole(t, tree, moved, dir, rep)
}

// What there is to choose from is not in memory for all pieces at a time.
func TestSearchMemory(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 6))
	tree, place, moved := files{}, files{}, files{}
	n := longtest.Rounds(200, 3000)
	for i := range n {
		name := fmt.Sprintf("%04d", i)
		tree[name], place[name], moved[name+"/x"] = noise(rng, 20), noise(rng, 19), noise(rng, 20)
	}
	torrent := v1Torrent(t, tree)
	at, dir := place.Write(t, t.TempDir()), moved.Write(t, t.TempDir())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, rep := searchCounted(t, torrent, at, dir, nil)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > uint64(n)*32<<10 {
		t.Errorf("%d MiB were allocated for %d files", used>>20, n)
	}
	if len(rep.Lost) != len(tree) || !slices.Equal(rep.Lost, rep.Untried) {
		t.Errorf("lost %d, untried %d", len(rep.Lost), len(rep.Untried))
	}
}

// A file with the right name that matches in its first piece only is not taken
// for one that is whole and has another name.
func TestSearchWrongName(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 7))
	tree := files{"a": noise(rng, 5000), "b": noise(rng, 20000), "c": noise(rng, 5001)}
	torrent := v1Torrent(t, tree)
	moved := files{"a": tree["a"], "b": flipAt(tree["b"], 19000), "x": tree["b"], "c": tree["c"]}
	dir := moved.Write(t, t.TempDir())
	s, rep := searchCounted(t, torrent, t.TempDir(), dir, nil)
	s.whole(t, tree, moved, dir, rep)
}

// Of two damaged copies that is found which is right in the pieces inside of the
// file, and those beside the other are proved as before.
func TestSearchDamagedCopies(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 8))
	tree := files{"a": noise(rng, 5000), "b": noise(rng, 100000), "c": noise(rng, 5001)}
	torrent := v1Torrent(t, tree)
	moved := files{"1": tree["a"], "2": flipAt(tree["b"], 99999), "3": flipAt(tree["b"], 50000), "4": tree["c"]}
	_, rep := searchCounted(t, torrent, t.TempDir(), moved.Write(t, t.TempDir()), nil)
	if len(rep.Found) < 2 || !rep.Found[0].Proved || filepath.Base(rep.Found[1].Path) != "2" || rep.Found[1].Proved {
		t.Errorf("%+v", rep.Found)
	}
}

// Files in whose places is more than they are, and that are whole somewhere else, are found
// there: their places are no other candidates.
func TestSearchTooLongInPlace(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(12, seed))
		tree := ofOneSize(rng, 9, 4096)
		tree["!"] = noise(rng, 1+rng.IntN(16384))
		tree["001"] = tree["000"]
		torrent := v1Torrent(t, tree)
		moved, dir := scatter(t, rng, tree)
		place := files{}
		for _, name := range tree.Paths() {
			if rng.IntN(3) == 0 || name == "000" || name == "001" {
				place[name] = append(slices.Clip(tree[name]), "more"...)
			}
		}
		at := place.Write(t, filepath.Join(t.TempDir(), "tree"))
		s, rep := searchCounted(t, torrent, at, dir, func(s *search) { s.reader.memory.room = 0 })
		if s.whole(t, tree, moved, dir, rep); t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// What may be hashed is in proportion to the candidates. What was not tried as it ended that
// is, once it may be as much as was said.
func TestSearchTriesMore(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 40))
	const n, size = 20, 15000
	tree := ofOneSize(rng, n, size)
	torrent := v1Torrent(t, tree)
	moved, dir := scatter(t, rng, tree)
	_, rep := searchCounted(t, torrent, t.TempDir(), dir, func(s *search) { s.trial = 1 << 20 })
	if len(rep.Lost) == 0 || !slices.Equal(rep.Lost, rep.Untried) || rep.More <= 1<<20 {
		t.Fatalf("lost %v, untried %v, %d bytes would try more", rep.Lost, rep.Untried, rep.More)
	}
	s, all := searchCounted(t, torrent, t.TempDir(), dir, func(s *search) { s.trial = rep.More })
	s.whole(t, tree, moved, dir, all)
	if all.More != 0 {
		t.Errorf("%d bytes would try more, and all is found", all.More)
	}
	for most, want := range map[int64]int64{0: minTrialBytes + maxTrialRatio*n*size, 1: minTrialBytes + maxTrialRatio*n*size, 1 << 40: 1 << 40} {
		res, err := Files(t.Context(), contentAt(t, torrent, t.TempDir()), []string{dir}, Options{MaxRead: most})
		if err != nil {
			t.Fatal(err)
		}
		if got := res.search.trial; got != want {
			t.Errorf("with %d, %d bytes may be hashed, want %d", most, got, want)
		}
		if err := res.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Of more candidates than are tried it is said that they were not.
func TestSearchCutsCandidates(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 41))
	tree := files{"a": noise(rng, 100)}
	torrent := v1Torrent(t, tree)
	c := contentAt(t, torrent, t.TempDir())
	s := newSearch(c, Options{})
	s.sizes[100].paths = make([]string, maxPartials)
	if res := s.result(); len(res.Lost) != 1 || len(res.Untried) != 0 {
		t.Errorf("lost %v, untried %v", res.Lost, res.Untried)
	}
	s.sizes[100].cut = true
	if res := s.result(); len(res.Untried) != 1 {
		t.Errorf("of more candidates than are tried, untried is %v", res.Untried)
	}
}
