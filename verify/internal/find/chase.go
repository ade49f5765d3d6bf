package find

import (
	"context"
	"maps"
	"slices"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// Ways to put the start of a piece together with which it is still followed.
const maxWays = 4

// chase follows chains: a piece of which one file is not known tells it, and then
// the next piece has one file that is not known. Candidates are gone through in a ring,
// by blocks of which memory holds what the pieces need, and what is before or behind a
// piece that matched goes on with the block that is there: so a pass over the
// candidates is worth two steps of each chain, or more, and is worth them for all chains
// at once. In the same passes chains begin: what comes first in a piece with two files
// that are not known is hashed of all candidates in one, and continued in the next. What was
// hashed so is kept of other pieces, too: it tells the first file once the second is known.
type chase struct {
	*sharedSearch
	links  map[int]*link // that are followed, by piece; those of a geometry by less than 0
	paused map[int]*link // that matched before all candidates were tried
	kept   map[int]*link // of which the ways begun are kept until the second file is known
	joined map[int]bool  // pieces of geometries that are followed
	broken bool          // a piece matched with nothing: a chain ends where a file is missing
}

// link is a piece of a chain, of which one file is not known, or one and the file before it.
type link struct {
	*sharedPiece
	groups  [][]string // candidates of the pivot, in the order of the ring
	covered int        // groups of the ring that were passed
	pinned  []string   // candidates behind the pivot that are held
	again   bool       // it matched, and others are looked for
	twin    bool       // it matched as one of a geometry

	// Where two files are not known, all candidates of the first are continued with those
	// of the second: in one pass with those that were begun by then, in the next with the others.
	begins bool // the first pass
	phase  int  // in which it began
	from   int  // the part of the first
	first  [][]string
	whole  bool            // those are all
	left   map[string]bool // those that were not begun
	base   []*partial      // what is before it
	begun  []*partial
	marks  []mark
}

// mark is how many ways were begun when a part of the ring continued them.
type mark struct{ from, to, begun int }

func newChase(s *sharedSearch) *chase {
	return &chase{s, map[int]*link{}, map[int]*link{}, map[int]*link{}, map[int]bool{}, false}
}

// pass follows chains through the ring once, those that went on before as well. It tells
// whether there were any.
func (c *chase) pass(ctx context.Context, open []*sharedPiece) (any bool, err error) {
	open = slices.DeleteFunc(slices.Clone(open), func(sp *sharedPiece) bool {
		return c.links[sp.piece] == nil && sp.unknown <= 2 && (sp.cost/2 > c.left() || sp.ways > maxPartials)
	})
	joined := joint{c}.choose(open)
	var list []*sharedPiece
	cost := 0.0 // of what is followed: all of it may be tried in one block
	for _, sp := range open {
		if sp.ways <= maxWays && c.links[sp.piece] == nil && !c.joined[sp.piece] {
			if cost += sp.cost / 2; cost > c.left() {
				break
			}
			list = append(list, sp)
		}
	}
	begun := starts{c}.choose(open)
	keep := c.keeps(open, begun)
	ahead := c.following(open) / 4 // as candidates become fewer, and half of a file is in a piece
	for _, sp := range begun {
		ahead += sp.cost / 2
	}
	c.reader.work.atLeast(int64(ahead))
	if _, err := c.follow(ctx, nil, c.lay(list)); err != nil {
		return false, err
	}
	if err := c.addBegin(ctx, append(joined, c.lay(begun)...), true); err != nil {
		return false, err
	}
	if err := c.addBegin(ctx, c.lay(keep), false); err != nil {
		return false, err
	}
	for left := len(c.ring.groups); left > 0 && c.left() > 0 && (len(c.links) > 0 || c.resume()); any = true {
		n, err := c.tryBlock(ctx)
		if err != nil {
			return false, err
		}
		left -= n
	}
	if c.left() <= 0 {
		any = false
	}
	if !any {
		for _, p := range slices.Collect(maps.Keys(c.links)) {
			c.drop(p)
		}
	}
	return any, nil
}

// lay lays pieces out.
func (c *chase) lay(list []*sharedPiece) (laid []*sharedPiece) {
	for _, sp := range list {
		if sp = c.layOut(sp.piece); sp != nil && sp.ends > 1 {
			laid = append(laid, sp)
		}
	}
	return laid
}

// add follows pieces.
func (c *chase) add(ctx context.Context, list []*sharedPiece) error {
	if err := c.begin(ctx, slices.DeleteFunc(slices.Clone(list), c.begunBefore)); err != nil {
		return err
	}
	for _, sp := range list {
		l := &link{sharedPiece: sp}
		l.groups = c.ring.sort(sp.parts[sp.pivot].groups)
		c.pin(l)
		c.links[sp.piece] = l
	}
	return nil
}

// addBegin begins pieces, all of which are kept, and chains with those of them that are
// followed: in one pass where the ways begun were kept.
func (c *chase) addBegin(ctx context.Context, list []*sharedPiece, follow bool) error {
	var some []*sharedPiece
	begun := map[*sharedPiece]*link{}
	for _, sp := range list {
		kept := c.kept[sp.piece]
		if follow && c.links[sp.piece] != nil || !follow && kept != nil {
			continue
		}
		l := &link{sharedPiece: sp, begins: true, phase: c.phase, whole: sp.final, left: map[string]bool{}}
		l.from = slices.IndexFunc(sp.parts, func(t part) bool { return len(t.groups) > 1 })
		l.first, l.groups = c.ring.sort(sp.parts[l.from].groups), c.ring.sort(sp.parts[sp.pivot].groups)
		if follow {
			c.pin(l)
			c.links[sp.piece] = l
		}
		if kept != nil && !kept.begins && kept.from == l.from && kept.holdsFor(sp) {
			l.begins, l.begun, l.marks = false, kept.begun, []mark{{0, len(c.ring.groups), 0}}
			continue
		}
		if l.same == nil {
			c.kept[sp.piece] = l
		}
		begun[sp], some = l, append(some, sp)
		sp.front = []*partial{{Prefix: piecehash.NewPrefix()}}
	}
	err := c.extend(ctx, some, func(sp *sharedPiece, i int) (int, bool) { return i, i < begun[sp].from })
	for _, sp := range some {
		begun[sp].base, sp.front = sp.front, nil
	}
	return err
}

// drop follows a piece no more.
func (c *chase) drop(p int) {
	if l := c.links[p]; l != nil {
		delete(c.links, p)
		for _, pieces := range l.same {
			for _, p := range pieces {
				delete(c.joined, p)
			}
		}
		for _, path := range l.pinned {
			if !c.reader.memory.wholly(path) {
				c.reader.memory.letGo(path)
			}
		}
	}
}

// follow lays out the pieces that share files with some that matched, again and again while
// there is one way to put them together, or what was kept tells which is right. It follows
// those of which one file is not known, and others that are laid out, and returns them.
func (c *chase) follow(ctx context.Context, next, also []*sharedPiece) ([]*link, error) {
	laid, cross := map[int]*sharedPiece{}, map[int]*sharedPiece{}
	for _, sp := range also {
		laid[sp.piece] = sp
	}
	for more := also; len(next)+len(more) > 0; {
		var single []*sharedPiece
		for _, sp := range next {
			for _, p := range c.beside(sp) {
				c.drop(p)
				delete(laid, p)
				delete(cross, p)
				switch sp := c.layOut(p); {
				case sp == nil || c.reused(sp) || c.joined[p]:
				case sp.single():
					single = append(single, sp)
				case sp.ways <= maxWays && sp.cost <= c.left():
					laid[p] = sp
				case sp.begin && sp.unknown == 2 && len(sp.parts[0].groups) == 1 && sp.cost/2 <= c.left()/16:
					cross[p] = sp
				}
			}
		}
		single = distinct(single)
		for _, sp := range single {
			c.tried[sp.piece] = sp.tried(c.phase)
		}
		var err error
		if next, err = c.hashSingle(ctx, single); err != nil {
			return nil, err
		}
		if more, err = c.recall(ctx, laid); err != nil {
			return nil, err
		}
		next = append(next, more...)
	}
	byPiece := func(a, b *sharedPiece) int { return a.piece - b.piece }
	if err := c.addBegin(ctx, slices.SortedFunc(maps.Values(cross), byPiece), true); err != nil {
		return nil, err
	}
	list := slices.SortedFunc(maps.Values(laid), byPiece)
	if err := c.add(ctx, list); err != nil {
		return nil, err
	}
	var links []*link
	for _, sp := range list {
		links = append(links, c.links[sp.piece])
	}
	return links, nil
}

// forget follows pieces no more of which files were found in another way.
func (c *chase) forget(matched []*sharedPiece) {
	for _, sp := range matched {
		for _, p := range c.beside(sp) {
			c.drop(p)
		}
	}
}

func distinct(list []*sharedPiece) []*sharedPiece {
	slices.SortStableFunc(list, func(a, b *sharedPiece) int { return a.piece - b.piece })
	return slices.CompactFunc(list, func(a, b *sharedPiece) bool { return a.piece == b.piece })
}

// beside returns the other pieces of the files of a piece that matched, which are not known to match.
func (c *chase) beside(sp *sharedPiece) (list []int) {
	for _, t := range sp.parts {
		if t.Zero {
			continue
		}
		if path, found := c.chosen[t.k]; found && len(c.narrowed[t.k]) <= 1 {
			c.taken[path] = true
		}
		for r := c.there(t.k); r.First < r.End; r.First++ {
			if p := r.First; !c.good[p] && !c.content.Skipped(p) && c.tried[p] <= c.phase {
				list = append(list, p)
			}
		}
	}
	return list
}

// resume looks for other candidates that match where a file was found and the piece
// beside matches with none: a copy that is damaged there is told apart only there.
func (c *chase) resume() (any bool) {
	for p, l := range c.paused {
		delete(c.paused, p)
		if k := l.parts[l.pivot].k; l.covered < len(c.ring.groups) && c.soFar(k) != nil && !c.proved(k) && !c.changed[k] {
			l.again, l.covered, any = true, 0, true
			c.pin(l)
			c.links[p] = l
		}
	}
	return any
}

// widen notes the candidates of a file that match in one piece as well as the one
// that was found, so that others decide between them.
func (c *chase) widen(l *link) {
	k := l.parts[l.pivot].k
	if len(l.right.groups) < 2 || c.soFar(k) == nil {
		return
	}
	c.narrowed[k] = l.right.groups
	for r := c.layout.RunOf(c.files[k].Index); r.First < r.End; r.First++ {
		if !c.good[r.First] {
			delete(c.tried, r.First)
		}
	}
}
