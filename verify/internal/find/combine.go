package find

import (
	"cmp"
	"context"
	"slices"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// nextBatch chooses the shared pieces that are tried next: those with one choice,
// side by side, or the cheapest of the others.
func nextBatch(open []*sharedPiece, budget float64) []*sharedPiece {
	open = slices.DeleteFunc(slices.Clone(open), func(sp *sharedPiece) bool { return sp.cost > budget || sp.ways > maxPartials })
	slices.SortStableFunc(open, func(a, b *sharedPiece) int {
		return cmp.Or(cmp.Compare(min(a.ways, 2), min(b.ways, 2)), cmp.Compare(a.cost, b.cost))
	})
	n := 0
	for ends := 0; n < len(open); n++ {
		sp := open[n]
		ends += sp.ends
		budget -= sp.cost
		if n > 0 && (sp.ways > 1 || ends > maxPartials || budget < 0) {
			break
		}
	}
	return open[:n]
}

// combine tries all ways to put shared pieces together. What is before the pivots
// is put together first; then their candidates are read, once for all pieces, and
// then what is behind.
func (s *sharedSearch) combine(ctx context.Context, batch []*sharedPiece) error {
	var laid []*sharedPiece
	for _, sp := range batch {
		// What was found since the batch was chosen may leave nothing to try, or too much.
		if sp = s.layOut(sp.piece); sp != nil && sp.ways <= maxPartials {
			sp.front = []*partial{{Prefix: piecehash.NewPrefix()}}
			s.tried[sp.piece] = sp.tried(s.phase)
			laid = append(laid, sp)
		}
	}
	batch = laid
	before := func(sp *sharedPiece, i int) (int, bool) { return i, i < sp.pivot }
	if err := s.extend(ctx, batch, before); err != nil {
		return err
	}
	if len(batch) == 1 && batch[0].ways > 1 {
		sp := batch[0]
		for some := range slices.Chunk(sp.front, max(1, maxPartials/len(sp.parts[sp.pivot].groups))) {
			sp.front = some
			if err := s.finish(ctx, batch); err != nil || s.good[sp.piece] {
				return err
			}
		}
		return nil
	}
	return s.finish(ctx, batch)
}

// finish puts together the pivots and what is behind them, and looks which ways
// are right.
func (s *sharedSearch) finish(ctx context.Context, batch []*sharedPiece) error {
	err := s.extend(ctx, batch, func(sp *sharedPiece, i int) (int, bool) { return sp.pivot, i == 0 })
	if err == nil {
		err = s.extend(ctx, batch, func(sp *sharedPiece, i int) (int, bool) { return sp.pivot + 1 + i, sp.pivot+1+i < len(sp.parts) })
	}
	if err != nil {
		return err
	}
	for _, sp := range batch {
		for i, sum := range s.reader.extender.Sums(prefixes(sp.front)) {
			if s.matches(sp.piece, piecehash.Piece{Index: sp.piece, SHA1: sum}) {
				s.accept(sp, sp.front[i])
				break
			}
		}
		sp.front = nil
	}
	return nil
}

// extend continues shared pieces, all by a part at a time: the i-th that next tells
// of each, if there is one.
func (s *sharedSearch) extend(ctx context.Context, batch []*sharedPiece, next func(sp *sharedPiece, i int) (int, bool)) error {
	for i := 0; ; i++ {
		var list []*sharedPiece
		for _, sp := range batch {
			if _, more := next(sp, i); more && len(sp.front) > 0 {
				list = append(list, sp)
			}
		}
		if len(list) == 0 {
			return nil
		}
		if err := s.extendOne(ctx, list, func(sp *sharedPiece) int { at, _ := next(sp, i); return at }); err != nil {
			return err
		}
	}
}

// branch is what becomes of a shared piece with one of the candidates of a part.
type branch struct {
	piece   *sharedPiece
	section *section
	front   []*partial
}

// extendOne continues shared pieces by one part. Candidates of several pieces are
// read once.
func (s *sharedSearch) extendOne(ctx context.Context, list []*sharedPiece, at func(*sharedPiece) int) error {
	passes := map[string]*pass{}
	var order []*pass
	var branches []branch
	for _, sp := range list {
		t := &sp.parts[at(sp)]
		if t.Zero {
			if err := s.reader.zeros(ctx, prefixes(sp.front), t.Length); err != nil {
				return err
			}
			continue
		}
		for _, group := range t.groups {
			front := sp.front
			if len(t.groups) > 1 {
				front = fork(front, at(sp), group)
			}
			path := s.pick(t.k, group)
			over := passes[path]
			if over == nil {
				over = &pass{path: path}
				passes[path], order = over, append(order, over)
			}
			st := &section{from: t.Offset, to: t.Offset + t.Length, starts: prefixes(front)}
			over.sections = append(over.sections, st)
			branches = append(branches, branch{sp, st, front})
		}
		sp.front = nil
	}
	if err := s.reader.read(ctx, order); err != nil {
		return err
	}
	for _, b := range branches {
		if !b.section.failed {
			b.piece.front = append(b.piece.front, b.front...)
		}
	}
	for _, sp := range list {
		if len(sp.parts[at(sp)].groups) > 1 {
			sp.front = merge(sp.front)
		}
	}
	return nil
}

// fork copies partial pieces, to be continued with one of the candidates of a part.
func fork(front []*partial, part int, group []string) []*partial {
	copies := make([]partial, len(front))
	list := make([]*partial, len(front))
	for i, one := range front {
		copies[i] = partial{one.Prefix, one, part, [][]string{group}}
		list[i] = &copies[i]
	}
	return list
}

// merge makes partial pieces that are the same bytes one.
func merge(front []*partial) []*partial {
	type key struct {
		before *partial
		bytes  piecehash.Prefix
	}
	seen := make(map[key]*partial, len(front))
	return slices.DeleteFunc(front, func(one *partial) bool {
		k := key{one.before, one.Prefix}
		first := seen[k]
		if first == nil {
			seen[k] = one
			return false
		}
		first.groups = append(first.groups, one.groups...)
		return true
	})
}

func prefixes(front []*partial) []*piecehash.Prefix {
	list := make([]*piecehash.Prefix, len(front))
	for i, one := range front {
		list[i] = &one.Prefix
	}
	return list
}
