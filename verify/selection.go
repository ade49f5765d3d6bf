package verify

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"

	"github.com/torrentkit/torrentkit/internal/glob"
	"github.com/torrentkit/torrentkit/internal/layout"
)

// choose marks the pieces and files that the options leave out.
func (r *run) choose(o Selection) error {
	s := selector{r}
	if len(o.Only) > 0 {
		if err := s.chooseFiles(o.Only); err != nil {
			return err
		}
	}
	if len(o.Pieces) > 0 {
		if err := s.choosePieces(o.Pieces); err != nil {
			return err
		}
	}
	if o.Sample > 0 {
		s.sample(o.Sample, o.Seed)
	}
	return nil
}

// chooseShard leaves out the pieces of other shards.
func (r *run) chooseShard(shard Shard, journal bool) error {
	i, n := int64(shard.Index), int64(shard.Of)
	switch {
	case shard == Shard{}:
		return nil
	case !journal:
		return errors.New("a shard needs a journal to write to")
	case n < 1 || i < 1 || i > n:
		return fmt.Errorf("shard %d of %d does not exist", i, n)
	}
	first, end := int(int64(r.Pieces)*(i-1)/n), int(int64(r.Pieces)*i/n)
	selector{r}.skipOthers([]layout.Run{{First: first, End: end}})
	return nil
}

// selector skips what a selection leaves out.
type selector struct{ *run }

// chooseFiles skips the files that no pattern matches, and their pieces unless
// they hold bytes of one that is not skipped.
func (s selector) chooseFiles(patterns []string) error {
	filter, err := glob.Only(patterns...)
	if err != nil {
		return err
	}
	var wanted []layout.Run
	any := false
	for k, i := range s.layout.Content() {
		f := &s.Files[k]
		if !filter.Match(f.Path) {
			f.State = Skipped
			continue
		}
		any = true
		wanted = append(wanted, s.layout.RunOf(i))
	}
	if !any {
		return fmt.Errorf("no file of the torrent matches %q", patterns)
	}
	s.skipOthers(wanted)
	return nil
}

// choosePieces skips pieces out of the ranges, and files that have none in them.
func (s selector) choosePieces(ranges []PieceRange) error {
	var wanted []layout.Run
	for _, p := range ranges {
		if p.First < 0 || p.Last < p.First || p.Last >= s.Pieces {
			return fmt.Errorf("pieces %d-%d: the torrent has the pieces 0-%d", p.First, p.Last, s.Pieces-1)
		}
		wanted = append(wanted, layout.Run{First: p.First, End: p.Last + 1})
	}
	s.skipOthers(wanted)
	for k, i := range s.layout.Content() {
		if !s.chosen(i) {
			s.Files[k].State = Skipped
		}
	}
	return nil
}

// chosen tells whether a piece of a file is read.
func (r *run) chosen(i layout.FileIndex) bool {
	return r.pieces.any(r.layout.RunOf(i), func(s PieceState) bool { return s != PieceSkipped })
}

// skipOthers skips the pieces that are in none of the runs.
func (s selector) skipOthers(wanted []layout.Run) {
	sort.Slice(wanted, func(i, j int) bool { return wanted[i].First < wanted[j].First })
	at := 0
	for _, w := range wanted {
		s.pieces.fill(layout.Run{First: at, End: w.First}, PieceSkipped)
		at = max(at, w.End)
	}
	s.pieces.fill(layout.Run{First: at, End: s.Pieces}, PieceSkipped)
}

// sample leaves n pieces of those that are not skipped: the first, the last,
// and others drawn at random.
func (s selector) sample(n int, seed uint64) {
	s.Seed = seed
	left := s.pieces.that(func(state PieceState) bool { return state != PieceSkipped })
	count := 0
	for _, r := range left {
		count += r.Len()
	}
	if n >= count {
		return
	}
	drawn := draw(rand.New(rand.NewPCG(seed, 0)), count, n)
	slices.Sort(drawn)
	var wanted []layout.Run
	before := 0
	for _, r := range left {
		for ; len(drawn) > 0 && drawn[0] < before+r.Len(); drawn = drawn[1:] {
			p := r.First + drawn[0] - before
			wanted = append(wanted, layout.Run{First: p, End: p + 1})
		}
		before += r.Len()
	}
	s.skipOthers(wanted)
}

// draw returns n of the numbers below count: the first and the last, if n is more
// than one, and others at random.
func draw(rng *rand.Rand, count, n int) []int {
	moved := map[int]int{} // numbers that are not at their own places
	at := func(i int) int {
		if v, ok := moved[i]; ok {
			return v
		}
		return i
	}
	ends := 0
	if n > 1 {
		ends = 2
		moved[1], moved[count-1] = count-1, 1
	}
	drawn := make([]int, n)
	for i := range drawn {
		j := i
		if i >= ends {
			j += rng.IntN(count - i)
		}
		drawn[i], moved[j] = at(j), at(i)
	}
	return drawn
}
