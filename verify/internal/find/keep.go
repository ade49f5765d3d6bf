package find

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sort"
)

// maxKeptWays is how many ways to begin pieces are kept for later.
const maxKeptWays = 1 << 17

// followed tells whether a chain goes on with a piece in any case.
func (c *chase) followed(sp *sharedPiece) bool {
	return sp.ways <= maxWays || c.links[sp.piece] != nil || c.joined[sp.piece]
}

// keeps chooses pieces of which all candidates for the first file are hashed in the passes
// that there are, so that it is found once the second one is: nothing is read again then
// but that. The nearest before one that is followed, or with which a chain begins, are first.
func (c *chase) keeps(open, begun []*sharedPiece) (list []*sharedPiece) {
	ahead := map[int]bool{}
	for _, sp := range begun {
		ahead[sp.piece] = true
	}
	open = slices.Clone(open)
	slices.SortFunc(open, func(a, b *sharedPiece) int { return b.piece - a.piece })
	type kept struct {
		piece    *sharedPiece
		distance int
	}
	var all []kept
	distance := 0 // from one whose files will be known; 0: there is none
	for i, sp := range open {
		if i > 0 && sp.piece < open[i-1].piece-1 {
			distance = 0
		}
		switch {
		case ahead[sp.piece] || c.followed(sp):
			distance = 1
		case sp.unknown > 2 || !sp.begin:
			distance = 0
		case distance > 0:
			all = append(all, kept{sp, distance})
			distance++
		default:
			all = append(all, kept{sp, most})
		}
	}
	now := map[int]bool{}
	for _, k := range all {
		now[k.piece.piece] = true
	}
	ways := 0.0
	for _, p := range slices.Sorted(maps.Keys(c.kept)) {
		l := c.kept[p]
		stale := l.phase != c.phase && (!l.whole || len(l.left) > 0)
		if ways += l.ways; c.good[p] || stale || c.links[p] != l && (ways > maxKeptWays || l.begins && !now[p]) {
			delete(c.kept, p)
			ways -= l.ways
		}
	}
	budget := c.left() / 8
	sort.SliceStable(all, func(a, b int) bool { return all[a].distance < all[b].distance })
	for _, k := range all {
		if c.kept[k.piece.piece] != nil {
			continue
		}
		ways += k.piece.ways
		if budget -= k.piece.ways * float64(c.layout.PieceLength()) / 2; ways > maxKeptWays || budget < 0 {
			break
		}
		list = append(list, k.piece)
	}
	return list
}

// recall tries what is kept of pieces of which only that file is not known, and takes those
// out of laid that need no more. It returns those that matched.
func (c *chase) recall(ctx context.Context, laid map[int]*sharedPiece) (matched []*sharedPiece, err error) {
	var some, whole []*sharedPiece
	ended := map[*sharedPiece]bool{}
	for _, p := range slices.Sorted(maps.Keys(laid)) {
		sp, l := laid[p], c.kept[p]
		if l == nil {
			continue
		}
		if sp.unknown != 1 || sp.pivot != l.from || !l.holdsFor(sp) {
			continue
		}
		ended[sp] = !l.begins
		// What is in no ring comes last: another is better.
		slices.SortStableFunc(l.begun, func(x, y *partial) int {
			return cmp.Compare(min(c.ring.place(y.groups[0]), 0), min(c.ring.place(x.groups[0]), 0))
		})
		part := *sp
		l.begun = merge(l.begun)
		part.front = c.free(again(l.begun), &sp.final)
		some, whole = append(some, &part), append(whole, sp)
	}
	if err := c.complete(ctx, some, whole); err != nil {
		return nil, err
	}
	for _, sp := range whole {
		switch {
		case sp.right != nil:
			c.accept(sp, sp.right)
			matched = append(matched, sp)
			delete(laid, sp.piece)
			delete(c.kept, sp.piece)
		case ended[sp]:
			c.broken = true
			c.tried[sp.piece] = sp.tried(c.phase)
			delete(laid, sp.piece)
		default:
			delete(c.kept, sp.piece)
		}
	}
	return matched, nil
}

// free returns the ways with candidates that no file was found to be, unless all are tried.
func (s *sharedSearch) free(front []*partial, final *bool) []*partial {
	if s.phase == byAll {
		return front
	}
	n := len(front)
	front = slices.DeleteFunc(front, func(one *partial) bool {
		return !slices.ContainsFunc(one.groups, func(g []string) bool { return !s.isTaken(g) })
	})
	*final = *final && len(front) == n
	return front
}

// begunBefore begins a piece of which the last file is not known with what is kept of it.
func (c *chase) begunBefore(sp *sharedPiece) bool {
	l := c.kept[sp.piece]
	if l == nil || l.begins || sp.pivot != l.pivot || !l.holdsFor(sp) {
		return false
	}
	sp.front = again(slices.DeleteFunc(slices.Clone(l.begun), func(one *partial) bool {
		return !slices.ContainsFunc(sp.parts[l.from].groups, func(g []string) bool { return holds(one.groups, g[0]) })
	}))
	return len(sp.front) > 0
}

// again copies ways, to be continued once more.
func again(front []*partial) []*partial {
	copies, list := make([]partial, len(front)), make([]*partial, len(front))
	for i, one := range front {
		copies[i], list[i] = *one, &copies[i]
		copies[i].groups = slices.Clip(one.groups)
	}
	return list
}

// holdsFor tells whether what is kept of a piece is all that there is to try of it now.
func (l *link) holdsFor(sp *sharedPiece) bool {
	if len(l.marks) == 0 {
		return false
	}
	for i, t := range l.parts[:l.from] {
		if !t.Zero && (len(sp.parts[i].groups) != 1 || sp.parts[i].groups[0][0] != t.groups[0][0]) {
			return false
		}
	}
	first := map[string]bool{}
	for _, g := range l.first {
		first[g[0]] = true
	}
	return !slices.ContainsFunc(sp.parts[l.from].groups, func(g []string) bool { return !first[g[0]] || l.left[g[0]] })
}

// joint is a chase of pieces of one geometry: all ways are tried for all of them at once.
type joint struct{ *chase }

// choose chooses geometries where that hashes no more than a few times what it takes to
// follow chains through them.
func (c joint) choose(open []*sharedPiece) (list []*sharedPiece) {
	pieces := map[geometry][]*sharedPiece{}
	for _, sp := range open {
		if sp.begin && sp.geometry.sizes[0] > 0 && !c.followed(sp) {
			pieces[sp.geometry] = append(pieces[sp.geometry], sp)
		}
	}
	for _, sp := range open { // in their order
		of := pieces[sp.geometry]
		if len(of) < 2 || of[0] != sp || sp.ways > maxForks || sp.cost > min(c.left(), 3*c.following(of)) {
			continue
		}
		laid := c.layOut(sp.piece)
		laid.piece, laid.same = -1-sp.piece, map[string][]int{}
		for _, sp := range of {
			sum := string(c.content.Torrent.PieceSHA1(sp.piece))
			laid.same[sum] = append(laid.same[sum], sp.piece)
			c.joined[sp.piece] = true
		}
		list = append(list, laid)
	}
	return list
}

// matched returns the pieces of a geometry that matched, as links, and follows it no more once
// all did.
func (c joint) matched(l *link) (list []*link) {
	for _, t := range l.sharedPiece.twins {
		sp := *l.sharedPiece
		sp.piece, sp.same, sp.twins = t.piece, nil, nil
		sp.parts, sp.front, sp.right = slices.Clone(l.parts), []*partial{t.way.before}, t.way
		i := 0
		for span := range c.layout.Spans(t.piece) {
			sp.parts[i].Span, sp.parts[i].k = span, int(c.fileOf[span.File])
			i++
		}
		delete(c.joined, t.piece)
		list = append(list, &link{sharedPiece: &sp, groups: l.groups, twin: true})
	}
	if l.sharedPiece.twins = nil; len(l.same) == 0 {
		c.drop(l.piece)
	}
	return list
}

// end ends a geometry of which all ways were tried: what matched with none of them
// needs no more, unless something else was found to be a file of it.
func (c joint) end(l *link) {
	c.drop(l.piece)
	for _, pieces := range l.same {
		for _, p := range pieces {
			i, other := 0, false
			for span := range c.layout.Spans(p) {
				for _, g := range c.soFar(int(c.fileOf[span.File])) {
					other = other || !holds(l.parts[i].groups, g[0])
				}
				i++
			}
			if !other {
				c.tried[p] = l.tried(c.phase)
			}
		}
	}
}
