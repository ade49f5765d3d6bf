package find

import (
	"slices"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// sharedPiece is a piece of which it is not known where all of its files are.
type sharedPiece struct {
	piece   int
	parts   []part  // nil until it is tried: candidates of many pieces are more than memory holds
	pivot   int     // the last part with several candidates
	ends    int     // the candidates of that
	ways    float64 // to put together what is before the pivot
	cost    float64 // bytes to hash until all ways were tried
	final   bool    // no candidate is left out
	unknown int     // parts with several candidates
	front   []*partial
	right   *partial // the way that matched

	begin bool // it has several ways, and candidates that would be read for each step from it

	geometry geometry
	same     map[string][]int // pieces of the geometry that did not match, by their digests; nil: sp is one piece
	twins    []twin           // those that did
}

// geometry is what pieces of two files that are not known have in common if all ways to put
// one together are those of the others.
type geometry struct {
	spans [2]struct{ offset, length int64 }
	lists [2]*[]string // where their candidates begin
	sizes [2]int       // how many those are
}

// twin is a piece of a geometry, and the way that is right for it.
type twin struct {
	piece int
	way   *partial
}

// part is a span of a shared piece, and where its bytes may be: groups of
// candidates that are equal.
type part struct {
	layout.Span
	k      int // index in Content.Files
	groups [][]string
}

// partial is one way to put the start of a shared piece together.
type partial struct {
	piecehash.Prefix
	before *partial   // what it continues
	part   int        // the last part with several candidates
	groups [][]string // the candidates of that: the bytes of all of them are the same
}

// tried returns from which phase on there is more to try, once sp was.
func (sp *sharedPiece) tried(phase int) int {
	if sp.final {
		return triedAll
	}
	return phase + 1
}

// single tells whether there is one way to put a piece together.
func (sp *sharedPiece) single() bool { return sp.ways == 1 && sp.ends <= 1 }

// reused tells whether a file of a piece is in the same place as others, so that
// it is better read once for all of them.
func (s *sharedSearch) reused(sp *sharedPiece) bool {
	return s.layout.Piece(sp.piece).Leaves == 0 && slices.ContainsFunc(sp.parts, func(t part) bool {
		return !t.Zero && s.uses[s.chosen[t.k]] > 1
	})
}

// layOut lays out a piece. It returns nil if a file of it is nowhere, or if all
// are in their places.
func (s *sharedSearch) layOut(p int) *sharedPiece {
	sp := &sharedPiece{piece: p, pivot: -1, ways: 1, final: true}
	elsewhere, ways := s.content.Unread(p), 1.0
	for span := range s.layout.Spans(p) {
		t := part{Span: span, k: -1}
		if !span.Zero {
			var final bool
			t.k = int(s.fileOf[span.File])
			if t.groups, final = s.candidates(t.k); len(t.groups) == 0 {
				return nil
			}
			sp.final = sp.final && final
			elsewhere = elsewhere || len(t.groups) > 1 || s.pick(t.k, t.groups[0]) != s.files[t.k].At
			if n := float64(len(t.groups)); n > 1 || sp.pivot < 0 || ways == 1 {
				sp.pivot, sp.ends, sp.ways = len(sp.parts), len(t.groups), ways
				if n > 1 {
					sp.unknown++
				}
				sp.cost += n * (openCost + ways*forkCost)
				ways *= n
			}
			if sp.ways > maxPartials {
				return sp // whatever follows
			}
		}
		sp.cost += ways * float64(span.Length)
		sp.parts = append(sp.parts, t)
	}
	if !elsewhere {
		return nil
	}
	sp.begin = sp.ways > 1 && !s.reader.memory.wholly(sp.parts[sp.pivot].groups[0][0])
	if sp.unknown == 2 && len(sp.parts) == 2 {
		for i, t := range sp.parts {
			sp.geometry.spans[i].offset, sp.geometry.spans[i].length = t.Offset, t.Length
			sp.geometry.lists[i], sp.geometry.sizes[i] = &t.groups[0], len(t.groups)
		}
	}
	return sp
}

// accept narrows down the files of a piece that matched.
func (s *sharedSearch) accept(sp *sharedPiece, way *partial) {
	s.good[sp.piece] = true
	groups := make([][][]string, len(sp.parts))
	for ; way != nil && way.before != nil; way = way.before {
		groups[way.part] = way.groups
	}
	for i, t := range sp.parts {
		switch {
		case t.Zero:
		case groups[i] == nil:
			s.narrow(sp.piece, t.k, t.groups)
		default:
			s.narrow(sp.piece, t.k, groups[i])
		}
	}
}
