package find

import (
	"context"
	"maps"
	"slices"
)

// grow begins pieces with the candidates of a block.
func (c *chase) grow(ctx context.Context, b block) error {
	var some []*sharedPiece
	begun := map[*sharedPiece]*link{}
	for _, l := range c.growing() {
		sp := &sharedPiece{piece: l.piece, pivot: l.from, parts: slices.Clone(l.parts), front: l.base}
		groups := c.ring.between(l.first, b.from, b.to)
		if len(l.marks) == 0 { // what is not in the ring, too
			groups = append(slices.Clip(groups), c.ring.between(l.first, -1, 0)...)
		}
		sp.parts[l.from].groups = c.open(l, l.from, groups)
		some = append(some, sp)
		begun[sp] = l
	}
	if err := c.extendOne(ctx, some, func(sp *sharedPiece) int { return sp.pivot }); err != nil {
		return err
	}
	err := c.extend(ctx, some, func(sp *sharedPiece, i int) (int, bool) {
		at := sp.pivot + 1 + i
		return at, at < begun[sp].sharedPiece.pivot
	})
	for _, sp := range some {
		l := begun[sp]
		l.begun = append(l.begun, sp.front...)
		l.marks = append(l.marks, mark{b.from, b.to, len(l.begun)})
	}
	for _, l := range c.growing() {
		if c.links[l.piece] != l {
			l.covered += b.to - b.from
			l.begins = l.covered < len(c.ring.groups)
		}
	}
	return err
}

// growing returns what is begun with the candidates of each block.
func (c *chase) growing() []*link {
	list := slices.Collect(maps.Values(c.links))
	for p, l := range c.kept {
		if c.links[p] != l {
			list = append(list, l)
		}
	}
	list = slices.DeleteFunc(list, func(l *link) bool { return !l.begins })
	return slices.SortedFunc(slices.Values(list), func(a, b *link) int { return a.piece - b.piece })
}

// open returns the groups that no file was found to be, unless all are tried. A piece
// to which others are left is not done.
func (c *chase) open(l *link, at int, groups [][]string) [][]string {
	if c.phase == byAll || l.same != nil {
		return groups
	}
	own := c.chosen[l.parts[at].k]
	return slices.DeleteFunc(slices.Clone(groups), func(g []string) bool {
		out := c.isTaken(g) && !slices.Contains(g, own)
		l.final = l.final && !out
		if out && l.begins && at == l.from {
			l.left[g[0]] = true
		}
		return out
	})
}

// ready makes the front of a piece that begins the ways that a part of the ring continues.
func (c *chase) ready(l *link, from, to int) {
	if l.begun == nil {
		return
	}
	n := 0
	if !l.begins && !(c.last(l, from, to) && c.ring.place(l.groups[0]) < 0) {
		n = len(l.begun)
		for _, m := range l.marks {
			if m.from < to && m.to > from {
				n = min(n, m.begun)
			}
		}
	}
	l.front = slices.Clone(l.begun[n:])
	if l.same == nil {
		l.front = c.free(l.front, &l.final)
	}
}

// pin holds in memory what is behind the pivot: it is read for each block.
func (c *chase) pin(l *link) {
	for _, t := range l.parts[l.pivot+1:] {
		if !t.Zero && c.pinnedBytes()+t.Length <= c.reader.memory.room/2 {
			path := c.pick(t.k, t.groups[0])
			c.reader.memory.hold(path, c.files[t.k].Length, false)
			l.pinned = append(l.pinned, path)
		}
	}
}

// pinnedBytes is how much memory what is behind pivots takes.
func (c *chase) pinnedBytes() (n int64) {
	for _, l := range c.links {
		for _, t := range l.parts[l.pivot+1:] {
			if !t.Zero && len(l.pinned) > 0 {
				n += t.Length
			}
		}
	}
	return n
}

// block is a part of the ring.
type block struct {
	from, to int
	held     bool  // memory has room for what is read of it
	read     []int // what may be read of it
}

// nextBlock chooses as much of the ring as memory has room for, but no less than keeps
// all lanes busy, and makes reading what is behind the pivots worthwhile.
func (c *chase) nextBlock() block {
	heads, tails := map[int64]int64{}, map[int64]int64{} // by size, what is read of a candidate
	behind, busy := 0, 0
	note := func(t *part) {
		size := c.files[t.k].Length
		if t.Offset > 0 {
			tails[size] = max(tails[size], size-t.Offset)
		} else {
			heads[size] = max(heads[size], t.Length)
		}
	}
	for _, l := range c.kept {
		if l.begins {
			note(&l.parts[l.from])
			busy++
		}
	}
	lanes := c.reader.extender.Lanes()
	for _, l := range c.links {
		note(&l.parts[l.pivot])
		busy += max(1, min(len(l.begun), lanes))
		if l.begins { // with all others of the block
			note(&l.parts[l.from])
			busy += lanes / 4
		}
		if l.pivot < len(l.parts)-1 && len(l.pinned) == 0 {
			behind++
		}
	}
	least := max(1, lanes/max(1, busy), 8*behind)
	b := block{from: c.ring.next, held: true}
	room, count := c.reader.memory.room-c.pinnedBytes(), 0
	for b.to = b.from; b.to < len(c.ring.groups); b.to++ {
		size := c.ring.sizes[b.to]
		need := min(size, (heads[size]+tails[size])*3/2)
		if need == 0 || c.phase < byAll && c.isTaken(c.ring.groups[b.to]) {
			continue
		}
		if c.reader.memory.wholly(c.ring.groups[b.to][0]) {
			need = 0
		}
		if room -= need; room < 0 && count >= least {
			break
		} else if room < 0 {
			b.held = false
		}
		b.read = append(b.read, b.to)
		count++
	}
	if c.ring.next = b.to; b.to == len(c.ring.groups) {
		c.ring.next = 0
	}
	return b
}

func (s *sharedSearch) isTaken(group []string) bool {
	return !slices.ContainsFunc(group, func(path string) bool { return !s.taken[path] })
}

// tryBlock goes through a block for all pieces that are followed, and for those that
// follow. It returns how far it came in the ring.
func (c *chase) tryBlock(ctx context.Context) (int, error) {
	b := c.nextBlock()
	held := c.holdBlock(b)
	if err := c.grow(ctx, b); err != nil {
		return 0, err
	}
	now := slices.SortedFunc(maps.Values(c.links), func(x, y *link) int { return x.piece - y.piece })
	for len(now) > 0 && c.left() > 0 {
		matched, err := c.try(ctx, now, b)
		if err != nil {
			return 0, err
		}
		now = nil
		for _, l := range matched {
			if c.good[l.piece] || !l.twin && c.links[l.piece] != l { // another told of its files
				continue
			}
			c.drop(l.piece)
			delete(c.kept, l.piece)
			l.begun = nil
			c.accept(l.sharedPiece, l.right)
			c.paused[l.piece] = l
			more, err := c.follow(ctx, []*sharedPiece{l.sharedPiece}, nil)
			if err != nil {
				return 0, err
			}
			now = append(now, more...)
		}
		now = slices.DeleteFunc(now, func(l *link) bool { return c.links[l.piece] != l })
		if !b.held || c.reader.memory.over > c.reader.memory.room/8 { // each candidate would be read again
			break
		}
	}
	c.endBlock(held)
	return b.to - b.from, nil
}

// holdBlock makes memory hold what is read of a block, and returns what it holds for that.
func (c *chase) holdBlock(b block) map[string]bool {
	held := map[string]bool{}
	c.reader.memory.over = 0
	if b.held {
		for _, i := range b.read {
			for _, path := range c.ring.groups[i] {
				if !c.reader.memory.wholly(path) {
					held[path] = true
					c.reader.memory.hold(path, c.ring.sizes[i], false)
				}
			}
		}
	}
	return held
}

// endBlock gives the memory of a block back, and ends what went through all candidates.
func (c *chase) endBlock(held map[string]bool) {
	for _, p := range slices.Sorted(maps.Keys(c.links)) {
		l := c.links[p]
		switch {
		case l.covered < len(c.ring.groups):
		case l.begins:
			l.begins, l.covered = false, 0
		case l.same != nil:
			joint{c}.end(l)
		default:
			c.drop(p)
			c.broken = c.broken || l.right == nil
			c.tried[p] = l.tried(c.phase)
			if l.again {
				c.widen(l)
			}
		}
	}
	for path := range held {
		if !c.pinnedPath(path) {
			c.reader.memory.letGo(path)
		}
	}
}

func (c *chase) pinnedPath(path string) bool {
	for _, l := range c.links {
		if slices.Contains(l.pinned, path) {
			return true
		}
	}
	return false
}

// try tries the candidates of a block, and returns the pieces that matched. There is
// memory for so many ways at a time: either some of the pieces are tried with all
// candidates, or all pieces with some, whichever reads less again.
func (c *chase) try(ctx context.Context, list []*link, b block) (matched []*link, err error) {
	if c.behind(list) <= c.across(b) {
		return c.tryRange(ctx, list, b)
	}
	for most := max(1, maxForks/max(1, b.to-b.from)); len(list) > 0; {
		n, ways := 0, 0
		for n < len(list) && (n == 0 || ways+list[n].mostWays() <= most) {
			ways += list[n].mostWays()
			n++
		}
		some, err := c.tryRange(ctx, list[:n], b)
		if err != nil {
			return nil, err
		}
		matched, list = append(matched, some...), list[n:]
	}
	return matched, nil
}

// mostWays is how many ways there may be to put together what is before the pivot.
func (l *link) mostWays() int { return max(len(l.front), len(l.begun)) }

// behind is how many bytes behind the pivots are read for each part of a block.
func (c *chase) behind(list []*link) (n int64) {
	for _, l := range list {
		for _, t := range l.parts[l.pivot+1:] {
			if !t.Zero && len(l.pinned) == 0 {
				n += t.Length
			}
		}
	}
	return n
}

// across is how many bytes of the candidates in a block are read for each piece, at most.
func (c *chase) across(b block) (n int64) {
	if b.held {
		return 0
	}
	for _, i := range b.read {
		n += min(c.ring.sizes[i], c.layout.PieceLength())
	}
	return n
}

// tryRange tries the candidates of a block, as many at a time as there is memory for
// ways.
func (c *chase) tryRange(ctx context.Context, list []*link, b block) (matched []*link, err error) {
	list, ways := slices.Clone(list), 0
	for _, l := range list {
		ways += l.mostWays()
	}
	step := max(1, maxForks/max(1, ways))
	for from := b.from; from < b.to && len(list) > 0; from += step {
		to := min(from+step, b.to)
		var pieces []*sharedPiece
		byPiece := map[*sharedPiece]*link{}
		for _, l := range list {
			c.ready(l, from, to)
			pieces = append(pieces, l.sharedPiece)
			byPiece[l.sharedPiece] = l
		}
		err := c.finish(ctx, pieces, func(sp *sharedPiece) [][]string { return c.among(byPiece[sp], from, to) })
		if err != nil {
			return nil, err
		}
		var left []*link
		for _, l := range list {
			l.covered += to - from
			switch {
			case l.same != nil:
				matched = append(matched, joint{c}.matched(l)...)
				if len(l.same) > 0 {
					left = append(left, l)
				}
			case l.right != nil && !l.again:
				matched = append(matched, l)
			default:
				left = append(left, l)
			}
		}
		list = left
	}
	return matched, nil
}

// last tells whether all candidates are tried with a part of the ring.
func (c *chase) last(l *link, from, to int) bool {
	return !l.begins && l.covered+to-from >= len(c.ring.groups)
}

// among returns the candidates of a piece in a part of the ring. What is in no ring,
// a file in its place that is not what it should be, comes last: another is better.
func (c *chase) among(l *link, from, to int) (list [][]string) {
	list = append(list, c.open(l, l.pivot, c.ring.between(l.groups, from, to))...)
	if c.last(l, from, to) {
		list = append(list, c.ring.between(l.groups, -1, 0)...)
	}
	if l.again {
		list = slices.DeleteFunc(list, func(g []string) bool { return holds(l.right.groups, g[0]) })
	}
	return list
}
