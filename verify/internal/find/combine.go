package find

import (
	"cmp"
	"context"
	"slices"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// cheapest chooses the shared piece that takes the least to try.
func (s *sharedSearch) cheapest(open []*sharedPiece) []*sharedPiece {
	open = slices.DeleteFunc(slices.Clone(open), func(sp *sharedPiece) bool { return sp.cost/2 > s.left() || sp.ways > maxPartials })
	if len(open) == 0 {
		return nil
	}
	// What is read more than once in the same place is read once for all.
	again := slices.DeleteFunc(slices.Clone(open), func(sp *sharedPiece) bool { return !sp.single() })
	if len(again) > 0 {
		return again[:min(len(again), maxForks)]
	}
	slices.SortFunc(open, func(a, b *sharedPiece) int { return cmp.Or(cmp.Compare(a.cost, b.cost), a.piece-b.piece) })
	n, cost, ways := 1, open[0].cost, open[0].ways
	// What one piece decides leaves less for the next, but for the last resort.
	for ; s.phase == byAll && n < len(open); n++ {
		if cost, ways = cost+open[n].cost, ways+open[n].ways; cost > s.left()/2 || ways > maxForks {
			break
		}
	}
	return open[:n]
}

// combine tries all ways to put shared pieces together. What is before the pivots
// is put together first; then their candidates are read, once for all pieces, as
// many at a time as memory has room for ways, and then what is behind.
func (s *sharedSearch) combine(ctx context.Context, batch []*sharedPiece) error {
	var laid []*sharedPiece
	for _, sp := range batch {
		// What was found since the batch was chosen may leave nothing to try, or too much.
		if sp = s.layOut(sp.piece); sp != nil && sp.ways <= maxPartials {
			s.tried[sp.piece] = sp.tried(s.phase)
			laid = append(laid, sp)
		}
	}
	if err := s.begin(ctx, laid); err != nil {
		return err
	}
	ways, ends := 0, 0
	for _, sp := range laid {
		ways, ends = ways+len(sp.front), max(ends, sp.ends)
	}
	for at, step := 0, max(1, maxForks/max(1, ways)); at < ends; at += step {
		err := s.finish(ctx, laid, func(sp *sharedPiece) [][]string {
			return sp.parts[sp.pivot].groups[min(at, sp.ends):min(at+step, sp.ends)]
		})
		if err != nil {
			return err
		}
	}
	for _, sp := range laid {
		if sp.right != nil {
			s.accept(sp, sp.right)
		}
	}
	return nil
}

// begin puts together what is before the pivots.
func (s *sharedSearch) begin(ctx context.Context, list []*sharedPiece) error {
	for _, sp := range list {
		sp.front = []*partial{{Prefix: piecehash.NewPrefix()}}
	}
	return s.extend(ctx, list, func(sp *sharedPiece, i int) (int, bool) { return i, i < sp.pivot })
}

// finish puts together some candidates of the pivots and what is behind them, and
// looks which ways are right. Once one is, only what is the same before the pivot
// can be.
func (s *sharedSearch) finish(ctx context.Context, batch []*sharedPiece, which func(*sharedPiece) [][]string) error {
	var some, whole []*sharedPiece
	for _, sp := range batch {
		groups := which(sp)
		if len(groups) == 0 || len(sp.front) == 0 {
			continue
		}
		part := *sp
		part.parts = slices.Clone(sp.parts)
		part.parts[sp.pivot].groups = groups
		some, whole = append(some, &part), append(whole, sp)
	}
	if err := s.extendOne(ctx, some, func(sp *sharedPiece) int { return sp.pivot }); err != nil {
		return err
	}
	return s.complete(ctx, some, whole)
}

// complete puts together what is behind the pivots, and notes which ways are right for
// the pieces that whole has.
func (s *sharedSearch) complete(ctx context.Context, some, whole []*sharedPiece) error {
	err := s.extend(ctx, some, func(sp *sharedPiece, i int) (int, bool) { return sp.pivot + 1 + i, sp.pivot+1+i < len(sp.parts) })
	if err != nil {
		return err
	}
	for k, sp := range some {
		for i, sum := range s.reader.extender.Sums(prefixes(sp.front)) {
			if same := whole[k].same; same != nil {
				if pieces := same[string(sum[:])]; pieces != nil {
					for _, p := range pieces {
						whole[k].twins = append(whole[k].twins, twin{p, sp.front[i]})
					}
					delete(same, string(sum[:]))
				}
			} else if s.matches(sp.piece, piecehash.Piece{Index: sp.piece, SHA1: sum}) {
				whole[k].match(sp.front[i])
				break
			}
		}
	}
	return nil
}

// match notes a way that is right.
func (sp *sharedPiece) match(way *partial) {
	if sp.right != nil {
		sp.right.groups = append(sp.right.groups, way.groups...)
		return
	}
	sp.right, sp.front = way, []*partial{way.before}
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
			if at(sp) == sp.pivot || len(t.groups) > 1 { // other candidates may follow
				front = fork(front, at(sp), group)
			}
			s.budget -= forkCost * float64(len(front))
			path := s.pick(t.k, group)
			over := passes[path]
			if over == nil {
				over = &pass{path: path}
				passes[path], order = over, append(order, over)
				s.budget -= openCost
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
		if at(sp) == sp.pivot || len(sp.parts[at(sp)].groups) > 1 {
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
