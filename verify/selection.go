package verify

import (
	"fmt"
	"math/rand/v2"

	"github.com/torrentkit/torrentkit/internal/glob"
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

// selector skips what a selection leaves out.
type selector struct{ *run }

// chooseFiles skips the files that no pattern matches, and their pieces unless
// they hold bytes of one that is not skipped.
func (s selector) chooseFiles(patterns []string) error {
	filter, err := glob.Only(patterns...)
	if err != nil {
		return err
	}
	wanted := make([]bool, len(s.pieces))
	any := false
	for k, i := range s.files {
		f := &s.Files[k]
		if !filter.Match(f.Path) {
			f.State = Skipped
			continue
		}
		any = true
		first, end := s.layout.FilePieces(i)
		for p := first; p < end; p++ {
			wanted[p] = true
		}
	}
	if !any {
		return fmt.Errorf("no file of the torrent matches %q", patterns)
	}
	s.skipOthers(wanted)
	return nil
}

// choosePieces skips pieces out of the ranges, and files that have none in them.
func (s selector) choosePieces(ranges []PieceRange) error {
	wanted := make([]bool, len(s.pieces))
	for _, p := range ranges {
		if p.First < 0 || p.Last < p.First || p.Last >= len(s.pieces) {
			return fmt.Errorf("pieces %d-%d: the torrent has the pieces 0-%d", p.First, p.Last, len(s.pieces)-1)
		}
		for i := p.First; i <= p.Last; i++ {
			wanted[i] = true
		}
	}
	s.skipOthers(wanted)
	for k, i := range s.files {
		first, end := s.layout.FilePieces(i)
		for first < end && s.pieces[first] == PieceSkipped {
			first++
		}
		if first == end {
			s.Files[k].State = Skipped
		}
	}
	return nil
}

func (s selector) skipOthers(wanted []bool) {
	for i, w := range wanted {
		if !w {
			s.pieces[i] = PieceSkipped
		}
	}
}

// sample leaves n pieces of those that are not skipped: the first, the last,
// and others drawn at random.
func (s selector) sample(n int, seed uint64) {
	s.Seed = seed
	var left []int
	for i, state := range s.pieces {
		if state != PieceSkipped {
			left = append(left, i)
		}
	}
	if n >= len(left) {
		return
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	if n > 1 { // the first two places are for the ends
		last := len(left) - 1
		left[1], left[last] = left[last], left[1]
		shuffle(rng, left[2:], n-2)
	} else {
		shuffle(rng, left, n)
	}
	wanted := make([]bool, len(s.pieces))
	for _, i := range left[:n] {
		wanted[i] = true
	}
	s.skipOthers(wanted)
}

// shuffle puts n elements drawn at random in front.
func shuffle(rng *rand.Rand, list []int, n int) {
	for i := range min(n, len(list)) {
		j := i + rng.IntN(len(list)-i)
		list[i], list[j] = list[j], list[i]
	}
}
