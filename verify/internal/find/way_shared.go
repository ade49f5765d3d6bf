package find

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const (
	openCost    = 16 << 10 // what opening a candidate counts as
	forkCost    = 1 << 10  // and continuing a way with it
	lookCost    = 1 << 10  // and looking at a piece that may be next
	maxPartials = 1 << 16  // ways to put pieces together up to some byte that are in memory
	maxForks    = 1 << 14  // that are continued with a candidate side by side, of more than one
)

// sharedSearch tries candidates by the pieces that files share.
type sharedSearch struct {
	*search
	narrowed map[int][][]string // groups of equal candidates of files that were found by pieces they share
	unproved []int              // pieces that are not known to match
	tried    map[int]int        // the phase in which there is more to try of a piece
	phase    int
	named    map[int][][]string // the candidates with the names of files without pieces inside
	doubtful map[string]bool    // those that a file was found to be of which a piece is not known to match
	changed  map[int]bool       // files of which another candidate was right than that which was found first
	former   map[int]former     // that, until it is known whether the other is right everywhere
	taken    map[string]bool    // candidates that a file was found to be, and no other candidate may be it
	needless map[int]bool       // files in whose places is more than a candidate has, and nothing else
	short    bool               // memory has no room for all candidates
	ring     *ring
	samples  samples
	budget   float64 // bytes that may be hashed to find out which files belong together
}

func newSharedSearch(s *search) *sharedSearch {
	return &sharedSearch{
		search: s, narrowed: map[int][][]string{}, tried: map[int]int{}, named: map[int][][]string{},
		changed: map[int]bool{}, needless: map[int]bool{}, former: map[int]former{}, samples: samples{}, budget: float64(s.trial),
	}
}

// run goes through the pieces that files share, and tries the candidates of their
// files together: first those with names like the files', then those
// that no other file was found to be, then all. What one piece decides leaves
// fewer for the others, so the cheapest comes first, and pieces with one file
// that is not known are tried side by side.
func (s *sharedSearch) run(ctx context.Context) error {
	if err := s.tryNames(ctx); err != nil {
		return err
	}
	if err := s.group(ctx); err != nil {
		return err
	}
	if len(s.named) == 0 {
		s.phase = freeOnly
	}
	chase := newChase(s)
	for {
		single, open := s.undecided(ctx)
		if err := ctx.Err(); err != nil {
			return err
		}
		matched, err := s.hashSingle(ctx, single)
		if err != nil {
			return err
		}
		chase.forget(matched)
		s.budget -= lookCost * float64(len(single)+len(open))
		busy, err := chase.pass(ctx, open)
		if err != nil {
			return err
		}
		if busy {
			continue
		}
		batch := s.cheapest(open)
		if err := s.combine(ctx, batch); err != nil {
			return err
		}
		if len(batch) == 0 && len(single) == 0 {
			switch {
			case s.phase < byAll:
				s.phase++
			case !s.undoExchanges():
				s.noteUntried(open)
				s.findInPlace()
				s.noteUnproved()
				return nil
			}
		}
	}
}

// left is how many bytes may still be hashed to find out which files belong together.
func (s *sharedSearch) left() float64 { return s.budget - float64(s.reader.hashed) }

// findInPlace notes the files that were suspected and are whole in their places.
func (s *sharedSearch) findInPlace() {
	for k := range s.files {
		f := &s.files[k]
		if _, found := s.chosen[k]; !found && s.wanted(k) && f.Size == f.Length && holds(s.narrowed[k], f.At) && s.wholeInPlace(k) {
			s.chosen[k] = f.At
		}
	}
}

// wholeInPlace tells whether all pieces of a file match where it belongs, put
// together with files that were found, or as they were.
func (s *search) wholeInPlace(k int) bool {
	for r := s.layout.RunOf(s.files[k].Index); r.First < r.End; r.First++ {
		if !s.good[r.First] && !s.content.Good(r.First) {
			return false
		}
	}
	return true
}

// noteUntried notes the files of pieces that can be put together in too many ways, and what
// would have to be hashed for those of which only the bytes are too many.
func (s *sharedSearch) noteUntried(open []*sharedPiece) {
	for _, sp := range open {
		if sp.ways <= maxPartials {
			s.more = max(s.more, float64(s.trial)-s.left()) + sp.cost
		}
		for span := range s.layout.Spans(sp.piece) {
			if span.Zero {
				continue
			}
			if k := int(s.fileOf[span.File]); s.soFar(k) == nil && s.wanted(k) && len(s.sizes[s.files[k].Length].groups) > 0 {
				s.untried[k] = true
			}
		}
	}
}

// noteUnproved notes which candidates may be files though nothing can prove it: files of
// which no piece is their own, where what shares their pieces is nowhere.
func (s *sharedSearch) noteUnproved() {
	nowhere := map[int]bool{} // pieces that can be put together in no way
	known := map[int]bool{}
	for k := range s.files {
		_, found := s.chosen[k]
		if found || !s.wanted(k) || s.hasInner(k) || len(s.sizes[s.files[k].Length].paths) == 0 {
			continue
		}
		for r := s.layout.RunOf(s.files[k].Index); r.First < r.End; r.First++ {
			if !known[r.First] {
				known[r.First], nowhere[r.First] = true, s.lacking(r.First)
			}
			if nowhere[r.First] {
				s.maybe = append(s.maybe, Candidate{k, s.files[k].closest(s.sizes[s.files[k].Length].paths)})
				break
			}
		}
	}
}

// lacking tells whether a file of a piece is nowhere.
func (s *sharedSearch) lacking(p int) bool {
	for span := range s.layout.Spans(p) {
		if span.Zero {
			continue
		}
		k := int(s.fileOf[span.File])
		switch f := &s.files[k]; {
		case f.Skipped:
			return true
		case !s.wanted(k) || f.Readable || s.soFar(k) != nil:
		case s.hasInner(k) || len(s.sizes[f.Length].paths) == 0:
			return true
		}
	}
	return false
}

// tryNames tries the candidates whose names are most like those of files without
// pieces inside.
func (s *sharedSearch) tryNames(ctx context.Context) error {
	propose := func(k int, path string) {
		if s.named[k] == nil && !s.hasInner(k) && path != s.files[k].At {
			s.named[k] = [][]string{{path}}
		}
	}
	for _, b := range s.sizes {
		byName := map[string]string{}
		for _, path := range slices.Backward(b.paths) { // the best come first
			byName[strings.ToLower(baseName(filepath.ToSlash(path)))] = path
			if k, ok := b.placeOf(path); ok {
				propose(k, path)
			}
		}
		for name, files := range b.names {
			if path, ok := byName[name]; ok {
				for _, k := range files {
					propose(k, path)
				}
			}
		}
	}
	if len(s.named) == 0 {
		return nil
	}
	var list []*sharedPiece
	for _, p := range s.rest() {
		if sp := s.layOut(p); sp != nil && sp.single() {
			list = append(list, sp)
		}
	}
	_, err := s.hashSingle(ctx, list)
	return err
}

// rest returns the pieces that are not known to match.
func (s *sharedSearch) rest() []int {
	if s.unproved == nil {
		s.unproved = []int{}
		for k := range s.files {
			for r := s.there(k); r.First < r.End; r.First++ {
				if p := r.First; !s.content.Skipped(p) {
					s.unproved = append(s.unproved, p)
				}
			}
		}
		slices.Sort(s.unproved)
		s.unproved = slices.Compact(s.unproved)
	}
	s.unproved = slices.DeleteFunc(s.unproved, func(p int) bool { return s.good[p] })
	return s.unproved
}

// there returns the pieces of a wanted file that may be put together: without a
// candidate, those of which something in its place has the bytes.
func (s *sharedSearch) there(k int) layout.Run {
	f := &s.files[k]
	r := s.layout.RunOf(f.Index)
	switch {
	case !s.wanted(k):
		return layout.Run{}
	case len(s.sizes[f.Length].paths) > 0 || f.Readable && f.Size >= f.Length:
	case f.Readable:
		r.End = min(r.End, s.layout.PieceAt(f.Index, f.Size)+1)
	default:
		return layout.Run{}
	}
	return r
}

// undecided returns the pieces that can be tried: those with one way to put them
// together, which are hashed side by side, and the others.
func (s *sharedSearch) undecided(ctx context.Context) (single, open []*sharedPiece) {
	s.uses = map[string]int{}
	taken := map[string]bool{}
	for k, path := range s.chosen {
		s.uses[path]++
		taken[path] = taken[path] || len(s.narrowed[k]) <= 1
	}
	if s.phase == byName {
		for _, groups := range s.named {
			taken[groups[0][0]] = true
		}
	}
	s.doubtful = map[string]bool{}
	for _, p := range s.rest() {
		for span := range s.layout.Spans(p) {
			if path, found := s.chosen[int(s.fileOf[span.File])]; found && !span.Zero {
				s.doubtful[path] = true
			}
		}
	}
	for _, b := range s.sizes {
		b.free = slices.DeleteFunc(slices.Clone(b.groups), func(group []string) bool {
			return !slices.ContainsFunc(group, func(path string) bool { return !taken[path] })
		})
	}
	s.taken = taken
	if s.short {
		for path := range taken {
			s.reader.memory.letGo(path)
		}
	}
	for _, p := range s.rest() {
		if ctx.Err() != nil || s.tried[p] > s.phase {
			continue
		}
		switch sp := s.layOut(p); {
		case sp == nil:
		case sp.single() && !s.reused(sp):
			s.tried[p] = sp.tried(s.phase)
			single = append(single, sp)
		default:
			sp.parts = nil
			open = append(open, sp)
		}
	}
	return single, open
}

// The phases of a search: which candidates are tried.
const (
	byName   = iota // for files with the name of one, that
	freeOnly        // those that no other file was found to be
	byAll
	triedAll // is what is to be tried of a piece, when all was
)

// hashSingle hashes pieces that can be put together in one way, and returns those
// that matched.
func (s *sharedSearch) hashSingle(ctx context.Context, list []*sharedPiece) (matched []*sharedPiece, err error) {
	src := candidateFiles{}
	byPiece := map[int]*sharedPiece{}
	only := []layout.Run{}
	for _, sp := range list {
		only = layout.AppendRun(only, layout.Run{First: sp.piece, End: sp.piece + 1})
		byPiece[sp.piece] = sp
		for _, t := range sp.parts {
			if !t.Zero {
				src[t.File] = func() (piecehash.File, error) { return s.reader.view(s.pick(t.k, t.groups[0])) }
			}
		}
	}
	err = s.reader.hash(ctx, only, src, func(p piecehash.Piece) {
		if s.matches(p.Index, p) {
			matched = append(matched, byPiece[p.Index])
		}
	})
	slices.SortFunc(matched, func(a, b *sharedPiece) int { return a.piece - b.piece }) // as if one had come after the other
	for _, sp := range matched {
		s.accept(sp, nil)
	}
	return matched, err
}
