package find

import (
	"cmp"
	"slices"
	"sort"
)

const (
	nearest = 6       // pieces from one with which a chain begins to the next, at least
	most    = 1 << 10 // and at most

	readCost = 64 // what reading a byte is, in bytes that are hashed
)

// begins chooses pieces with two files that are not known from which chains are followed,
// where candidates are not in memory whole, for a few times what it takes to follow the
// chains at most, and half of what may be hashed beside that. What is before a pair is told by
// what is kept, and what is behind it in passes, of each chain about two pieces in one: so
// each chain begins as near to its end as pays. Where files are missing, which end chains
// anywhere, they begin as evenly spaced as may be.
func (c *chase) begins(open []*sharedPiece) []*sharedPiece {
	follow := c.following(open)
	budget := min((c.left()-follow/2)/2, max(3*follow, float64(c.trial)/64))
	runs := c.runs(open)
	best := begin{}
	choose := func(distance, last int) (list begin, fits bool) {
		for _, run := range runs {
			if len(run) > nearest {
				list.add(run, distance, last)
			}
		}
		return list, list.cost <= budget && list.ways <= maxForks
	}
	if c.broken {
		sort.Search(most-nearest, func(n int) bool {
			list, fits := choose(nearest+n, (nearest+n)/2)
			if fits {
				best = list
			}
			return fits
		})
	} else {
		least := 0.0
		for last := 1; last <= most; last *= 2 {
			list, fits := choose(most, last)
			if cost := list.cost + float64(last)/2*c.ring.bytes*readCost; fits && (best.pieces == nil || cost < least) {
				best, least = list, cost
			}
		}
	}
	all := begin{}
	for _, run := range runs {
		if len(run) <= nearest || best.pieces == nil {
			all.add(run, most, most)
		}
	}
	slices.SortStableFunc(all.pieces, func(a, b *sharedPiece) int { return cmp.Compare(a.cost, b.cost) })
	for _, sp := range all.pieces {
		if best.cost, best.ways = best.cost+sp.cost/2, best.ways+sp.ways; best.cost > budget || best.ways > maxForks {
			break
		}
		best.pieces = append(best.pieces, sp)
	}
	return best.pieces
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
	pieces []*sharedPiece
	cost   float64 // bytes that are hashed until they match, on average
	ways   float64
}

// spot is a piece of a run.
type spot struct {
	piece *sharedPiece // nil if no chain can begin with it
	cost  float64
}

// runs splits pieces where no chain goes on: those that are known, that matched with
// nothing, or have more than one file beside the one that is known.
func (c *chase) runs(open []*sharedPiece) (runs [][]spot) {
	open = slices.Clone(open)
	slices.SortFunc(open, func(a, b *sharedPiece) int { return a.piece - b.piece })
	for i, sp := range open {
		if i == 0 || sp.piece > open[i-1].piece+1 || sp.unknown > 2 || open[i-1].unknown > 2 {
			runs = append(runs, nil)
		}
		at := spot{cost: noBegin}
		switch {
		case c.followed(sp):
			at.cost = 0
		case sp.begin && sp.unknown == 2:
			at = spot{sp, sp.cost / 2}
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], at)
	}
	return slices.DeleteFunc(runs, func(run []spot) bool {
		return !slices.ContainsFunc(run, func(at spot) bool { return at.cost < noBegin })
	})
}

// noBegin is what it costs to begin with a piece that cannot begin a chain.
const noBegin = 1 << 60

// add chooses pieces of a run of which none is further from the next than a distance,
// the first no further from the start than half of that, and the last no further from the
// end than told, if there are such, so that all cost the least.
func (b *begin) add(run []spot, distance, last int) {
	sum, before := make([]float64, len(run)), make([]int, len(run))
	var queue []int // those behind which the next may be, cheaper ones later
	for i := range run {
		for len(queue) > 0 && queue[0] < i-distance {
			queue = queue[1:]
		}
		sum[i], before[i] = run[i].cost, -1
		if i > distance/2 && len(queue) > 0 {
			before[i] = queue[0]
			sum[i] += sum[queue[0]]
		}
		for len(queue) > 0 && sum[queue[len(queue)-1]] >= sum[i] {
			queue = queue[:len(queue)-1]
		}
		queue = append(queue, i)
	}
	end := max(0, len(run)-1-last)
	for i := end; i < len(run); i++ {
		if sum[i] < sum[end] {
			end = i
		}
	}
	for i := end; i >= 0; i = before[i] {
		if at := run[i]; at.piece != nil {
			b.pieces, b.cost, b.ways = append(b.pieces, at.piece), b.cost+at.cost, b.ways+at.piece.ways
		}
	}
}
