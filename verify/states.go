package verify

import (
	"iter"
	"slices"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// statePage is how many pieces have their states side by side.
const statePage = 4096

// states are those of all pieces. A small torrent can declare billions of them, so
// that there is memory only for those of pages whose pieces differ.
type states struct {
	n     int
	pages []page
}

// page is the states of neighbouring pieces.
type page struct {
	all  PieceState   // of all of them
	each []PieceState // or of each; nil while they are the same
}

func newStates(n int) states { return states{n, make([]page, (n+statePage-1)/statePage)} }

// clone returns a copy, which changes by itself.
func (s states) clone() states {
	pages := slices.Clone(s.pages)
	for i := range pages {
		pages[i].each = slices.Clone(pages[i].each)
	}
	return states{s.n, pages}
}

func (s states) all() layout.Run { return layout.Run{First: 0, End: s.n} }

func (s states) get(i int) PieceState {
	p := &s.pages[i/statePage]
	if p.each == nil {
		return p.all
	}
	return p.each[i%statePage]
}

func (s states) set(i int, state PieceState) { s.fill(layout.Run{First: i, End: i + 1}, state) }

// fill gives all pieces of a run a state.
func (s states) fill(r layout.Run, state PieceState) {
	for r.First < r.End {
		at := r.First / statePage
		end := min(r.End, (at+1)*statePage)
		s.pages[at].fill(r.First%statePage, end-at*statePage, min(statePage, s.n-at*statePage), state)
		r.First = end
	}
}

// fill gives the pieces from first to before end, of n, a state.
func (p *page) fill(first, end, n int, state PieceState) {
	switch {
	case first == 0 && end == n:
		p.all, p.each = state, nil
		return
	case p.each == nil && p.all == state:
		return
	case p.each == nil:
		p.each = slices.Repeat([]PieceState{p.all}, n)
	}
	for i := first; i < end; i++ {
		p.each[i] = state
	}
}

// runs yields the pieces of a run, as runs of neighbours of one state, in order.
func (s states) runs(r layout.Run) iter.Seq2[layout.Run, PieceState] {
	return func(yield func(layout.Run, PieceState) bool) {
		for r.First < r.End {
			state, end := s.get(r.First), r.First
			for end < r.End {
				p, last := &s.pages[end/statePage], min(r.End, (end/statePage+1)*statePage)
				if p.each == nil && p.all == state {
					end = last
					continue
				}
				if p.each != nil {
					for end < last && p.each[end%statePage] == state {
						end++
					}
				}
				if end < last {
					break
				}
			}
			if !yield(layout.Run{First: r.First, End: end}, state) {
				return
			}
			r.First = end
		}
	}
}

// that returns the pieces in some states.
func (s states) that(in func(PieceState) bool) []layout.Run {
	list := []layout.Run{}
	for r, state := range s.runs(s.all()) {
		if in(state) {
			list = layout.AppendRun(list, r)
		}
	}
	return list
}

// any tells whether a piece of a run is in one of some states.
func (s states) any(r layout.Run, in func(PieceState) bool) bool {
	for _, state := range s.runs(r) {
		if in(state) {
			return true
		}
	}
	return false
}

func isUnread(s PieceState) bool { return s == PieceUnread }

// isOpen tells whether a piece is neither good nor left out.
func isOpen(s PieceState) bool { return s != PieceOK && s != PieceSkipped }
