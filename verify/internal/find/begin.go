package find

import (
	"cmp"
	"math"
	"slices"
)

const (
	nearest = 6       // pieces from one with which a chain begins to the next, at least, where files are missing
	most    = 1 << 10 // and at most

	readCost = 64 // what reading a byte is, in bytes that are hashed
)

// starts is where the chains of a chase begin.
type starts struct{ *chase }

// choose chooses pieces with two files that are not known from which chains are followed,
// where candidates are not in memory whole. What is before a pair is told by what is kept, and
// what is behind it in passes, of each chain about two pieces in one: so chains begin as near
// to their ends as pays, and may be hashed. What is found leaves fewer candidates to pair, so
// where not all pairs may be hashed now, the others are chosen anew after the next pass. Where
// files are missing, which end chains anywhere, they begin as evenly spaced as may be.
func (c starts) choose(open []*sharedPiece) []*sharedPiece {
	room := c.left() - c.following(open)/2
	for _, l := range c.links {
		if l.begun != nil {
			room -= l.cost / 2
		}
	}
	runs := c.runs(open)
	free := 0.0
	for i, group := range c.ring.groups {
		if c.phase == byAll || !c.isTaken(group) {
			free += float64(c.ring.sizes[i])
		}
	}
	var best begin
	least := make([]int, len(runs)) // steps ahead with which a run can be followed
	for ahead := 1; ahead <= most; ahead += max(1, ahead/4) {
		var list begin
		for i, run := range runs {
			for least[i] = max(least[i], ahead); least[i] <= most && !list.add(run, least[i], c.broken); {
				least[i] += max(1, least[i]/4)
			}
		}
		list.sort()
		total := list.total()
		list.value = total + float64(ahead)/2*free*readCost
		if total > room/2 { // the least, and it is begun with a part
			list.value = noBegin + total
		}
		if len(list.spots) > 0 && (best.spots == nil || list.value < best.value) {
			best = list
		}
	}
	if c.phase == byAll { // nothing is waited for
		best.addAll(runs)
	}
	return best.now(room, c.phase == byAll)
}

// following is how many bytes are hashed to follow chains through pieces, if all candidates
// are tried for all of each.
func (c *chase) following(open []*sharedPiece) (n float64) {
	for _, sp := range open {
		n += float64(sp.ends) * float64(c.layout.PieceLength())
	}
	return n
}

// begin is pieces with which chains begin.
type begin struct {
	spots []spot
	cross float64 // bytes that are hashed to follow chains over walls between them
	value float64 // how dear all is
}

// total is how many bytes are hashed until all match, on average, if they are tried one after
// the other.
func (b *begin) total() float64 {
	sum, found := b.cross/2, 0.0
	for _, at := range b.spots {
		left := max(0, 1-found/float64(at.piece.ends))
		sum += at.cost * left * left
		found += float64(at.finds)
	}
	return sum
}

// now returns those that are tried at once: as many as may be hashed, though they take more than
// on average, the fewer they are. Half of that is left for those that are chosen later, if there are.
func (b *begin) now(room float64, last bool) (list []*sharedPiece) {
	ways, cost := 0.0, 0.0
	for i, at := range b.spots {
		ways, cost = ways+at.piece.ways, cost+at.cost
		if cost*(1+1/math.Sqrt(float64(i+1))) > room || !last && i > 0 && cost > room/2 || ways > maxForks {
			break
		}
		list = append(list, at.piece)
	}
	return list
}

// addAll adds all pieces of short runs.
func (b *begin) addAll(runs [][]spot) {
	have := map[*sharedPiece]bool{}
	for _, at := range b.spots {
		have[at.piece] = true
	}
	for _, run := range runs {
		for _, at := range run {
			if len(run) <= nearest && at.piece != nil && !have[at.piece] {
				b.spots = append(b.spots, at)
			}
		}
	}
	b.sort()
}

// sort puts the cheapest first.
func (b *begin) sort() {
	slices.SortStableFunc(b.spots, func(x, y spot) int { return cmp.Compare(x.cost, y.cost) })
}

// spot is a piece of a run.
type spot struct {
	piece *sharedPiece // nil if no chain can begin with it
	cost  float64      // bytes that are hashed until it matches, on average
	wall  bool         // more than two files of it are not known: no chain goes on to what is before it
	cross float64      // bytes that are hashed until one goes on to what is behind it
	steps int          // of chains until there, from the start of the run
	finds int          // how many pieces follow from it
}

// runs splits pieces where no chain goes on: those that are known, or matched with nothing.
func (c starts) runs(open []*sharedPiece) (runs [][]spot) {
	open = slices.Clone(open)
	slices.SortFunc(open, func(a, b *sharedPiece) int { return a.piece - b.piece })
	steps := 0
	for i, sp := range open {
		if i == 0 || sp.piece > open[i-1].piece+1 || sp.unknown > 3 || open[i-1].unknown > 3 {
			runs = append(runs, nil)
		}
		at := spot{cost: noBegin}
		steps++
		switch {
		case c.followed(sp):
			at.cost = 0
		case sp.unknown > 2:
			at.wall, at.cross = true, c.crossing(sp)
			steps += 2 // one file, and a pair
		case sp.begin && sp.unknown == 2:
			at.piece, at.cost = sp, sp.cost/2
		}
		at.steps = steps
		runs[len(runs)-1] = append(runs[len(runs)-1], at)
	}
	return slices.DeleteFunc(runs, func(run []spot) bool {
		return !slices.ContainsFunc(run, func(at spot) bool { return at.cost < noBegin })
	})
}

// crossing is how many bytes are hashed, on average, to find the files of a piece behind the first.
func (c starts) crossing(sp *sharedPiece) (n float64) {
	ways := 0.0
	for span := range c.layout.Spans(sp.piece) {
		n += ways * float64(span.Length)
		ways = max(1, ways) * float64(sp.ends)
	}
	return min(n/2, noBegin)
}

// noBegin is what it costs to begin with a piece that cannot begin a chain.
const noBegin = 1 << 60

// add chooses pieces of a run so that no chain is followed over more than so many steps
// behind one with which it begins, and all cost the least. What is before one follows from it up to
// a wall or, where chains are broken, as far as what is behind.
func (b *begin) add(run []spot, ahead int, broken bool) (fits bool) {
	sum, before := make([]float64, len(run)), make([]int, len(run))
	var queue []int // those behind which the next may be, cheaper ones later
	back := 0       // what follows from this one begins there
	crossed := make([]float64, len(run)+1)
	some := false // a chain can begin there or before
	for i, at := range run {
		crossed[i+1] = crossed[i] + at.cross
		if i > 0 && run[i-1].wall {
			back = i
		}
		for broken && at.steps-run[back].steps > max(ahead, nearest/2) {
			back++
		}
		for len(queue) > 0 && back > 0 && run[back-1].steps-run[queue[0]].steps > ahead {
			queue = queue[1:]
		}
		sum[i], before[i] = at.cost, -1
		switch {
		case back == 0:
		case len(queue) > 0:
			before[i] = queue[0]
			sum[i] += sum[queue[0]] + max(0, crossed[back-1]-crossed[queue[0]])
		case some:
			sum[i] += noBegin
		}
		if sum[i] >= noBegin {
			continue
		}
		some = true
		for len(queue) > 0 && sum[queue[len(queue)-1]]-crossed[queue[len(queue)-1]] >= sum[i]-crossed[i] {
			queue = queue[:len(queue)-1]
		}
		queue = append(queue, i)
	}
	end, last := -1, len(run)-1
	for i := range run {
		if run[last].steps-run[i].steps <= ahead && (end < 0 || sum[i]-crossed[i] < sum[end]-crossed[end]) {
			end = i
		}
	}
	if end < 0 || sum[end] >= noBegin {
		return false
	}
	b.cross += crossed[len(run)] - crossed[end]
	for behind, i := len(run), end; i >= 0; behind, i = i, before[i] {
		if at := run[i]; at.piece != nil {
			at.finds = behind - max(0, before[i])
			b.spots = append(b.spots, at)
		}
		if before[i] >= 0 {
			b.cross += sum[i] - run[i].cost - sum[before[i]]
		}
	}
	return true
}
