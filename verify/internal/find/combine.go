package find

import (
	"cmp"
	"context"
	"slices"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// nextWave chooses the puzzles that are tried next: those with one choice, side
// by side, or the cheapest of the others.
func nextWave(open []*puzzle, budget float64) []*puzzle {
	open = slices.DeleteFunc(slices.Clone(open), func(z *puzzle) bool { return z.cost > budget || z.ways > maxStarts })
	slices.SortStableFunc(open, func(a, b *puzzle) int {
		return cmp.Or(cmp.Compare(min(a.ways, 2), min(b.ways, 2)), cmp.Compare(a.cost, b.cost))
	})
	n := 0
	for ends := 0; n < len(open); n++ {
		z := open[n]
		ends += z.ends
		budget -= z.cost
		if n > 0 && (z.ways > 1 || ends > maxStarts || budget < 0) {
			break
		}
	}
	return open[:n]
}

// solve tries all ways to put puzzles together. What is before the pivots is put
// together first; then their candidates are read, once for all puzzles, and then
// what is behind.
func (s *sharedSearch) solve(ctx context.Context, wave []*puzzle) error {
	var laid []*puzzle
	for _, z := range wave {
		// What was found since the wave was chosen may leave nothing to try, or too much.
		if z = s.puzzle(z.piece, s.options); z != nil && z.ways <= maxStarts {
			z.front = []*start{{Prefix: piecehash.NewPrefix()}}
			s.tried[z.piece] = z.tried(s.phase)
			laid = append(laid, z)
		}
	}
	wave = laid
	before := func(z *puzzle, i int) (int, bool) { return i, i < z.pivot }
	if err := s.extend(ctx, wave, before); err != nil {
		return err
	}
	if len(wave) == 1 && wave[0].ways > 1 {
		z := wave[0]
		for some := range slices.Chunk(z.front, max(1, maxStarts/len(z.parts[z.pivot].options))) {
			z.front = some
			if err := s.finish(ctx, wave); err != nil || s.good[z.piece] {
				return err
			}
		}
		return nil
	}
	return s.finish(ctx, wave)
}

// finish puts together the pivots and what is behind them, and looks which ways
// are right.
func (s *sharedSearch) finish(ctx context.Context, wave []*puzzle) error {
	err := s.extend(ctx, wave, func(z *puzzle, i int) (int, bool) { return z.pivot, i == 0 })
	if err == nil {
		err = s.extend(ctx, wave, func(z *puzzle, i int) (int, bool) { return z.pivot + 1 + i, z.pivot+1+i < len(z.parts) })
	}
	if err != nil {
		return err
	}
	for _, z := range wave {
		for i, sum := range s.reader.extender.Sums(prefixes(z.front)) {
			if s.matches(z.piece, piecehash.Piece{Index: z.piece, SHA1: sum}) {
				s.solved(z, z.front[i])
				break
			}
		}
		z.front = nil
	}
	return nil
}

// extend continues puzzles, all by a part at a time: the i-th that each of them
// has, if there is one.
func (s *sharedSearch) extend(ctx context.Context, wave []*puzzle, part func(z *puzzle, i int) (int, bool)) error {
	for i := 0; ; i++ {
		var list []*puzzle
		for _, z := range wave {
			if _, more := part(z, i); more && len(z.front) > 0 {
				list = append(list, z)
			}
		}
		if len(list) == 0 {
			return nil
		}
		if err := s.extendOne(ctx, list, func(z *puzzle) int { at, _ := part(z, i); return at }); err != nil {
			return err
		}
	}
}

// branch is what becomes of a puzzle's front with one of the options of a part.
type branch struct {
	puzzle *puzzle
	strip  *strip
	front  []*start
}

// extendOne continues puzzles by one part. Candidates of several puzzles are read once.
func (s *sharedSearch) extendOne(ctx context.Context, list []*puzzle, at func(*puzzle) int) error {
	sweeps := map[string]*sweep{}
	var order []*sweep
	var branches []branch
	for _, z := range list {
		t := &z.parts[at(z)]
		if t.Zero {
			if err := s.reader.zeros(ctx, prefixes(z.front), t.Length); err != nil {
				return err
			}
			continue
		}
		for _, group := range t.options {
			front := z.front
			if len(t.options) > 1 {
				front = fork(front, at(z), group)
			}
			path := s.pick(t.k, group)
			w := sweeps[path]
			if w == nil {
				w = &sweep{path: path}
				sweeps[path], order = w, append(order, w)
			}
			st := &strip{from: t.Offset, to: t.Offset + t.Length, starts: prefixes(front)}
			w.strips = append(w.strips, st)
			branches = append(branches, branch{z, st, front})
		}
		z.front = nil
	}
	if err := s.reader.read(ctx, order); err != nil {
		return err
	}
	for _, b := range branches {
		if !b.strip.failed {
			b.puzzle.front = append(b.puzzle.front, b.front...)
		}
	}
	for _, z := range list {
		if len(z.parts[at(z)].options) > 1 {
			z.front = merge(z.front)
		}
	}
	return nil
}

// fork copies starts, to be continued with one of the options of a part.
func fork(front []*start, part int, group []string) []*start {
	copies := make([]start, len(front))
	list := make([]*start, len(front))
	for i, st := range front {
		copies[i] = start{st.Prefix, st, part, [][]string{group}}
		list[i] = &copies[i]
	}
	return list
}

// merge makes starts that are the same bytes one.
func merge(front []*start) []*start {
	type key struct {
		before *start
		bytes  piecehash.Prefix
	}
	seen := make(map[key]*start, len(front))
	return slices.DeleteFunc(front, func(st *start) bool {
		k := key{st.before, st.Prefix}
		first := seen[k]
		if first == nil {
			seen[k] = st
			return false
		}
		first.groups = append(first.groups, st.groups...)
		return true
	})
}

func prefixes(front []*start) []*piecehash.Prefix {
	list := make([]*piecehash.Prefix, len(front))
	for i, st := range front {
		list[i] = &st.Prefix
	}
	return list
}
