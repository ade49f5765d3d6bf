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
	maxTrialBytes = 1 << 37  // that are hashed in all to find out which of several files belong together
	openCost      = 16 << 10 // what opening a candidate counts as
	lookCost      = 1 << 10  // and looking at a piece that may be next
	maxStarts     = 1 << 16  // ways to put pieces together up to some byte that are in memory
)

// puzzle is a piece of which it is not known where all of its files are.
type puzzle struct {
	piece int
	parts []puzzlePart // nil until it is tried: options of many puzzles are more than memory holds
	pivot int          // the last part with several options
	ends  int          // options of that
	ways  float64      // to put together what is before the pivot
	cost  float64      // bytes to hash until all ways were tried
	final bool         // no candidate is left out
	front []*start
}

// puzzlePart is a span of a puzzle, and where its bytes may be: groups of files
// that are equal.
type puzzlePart struct {
	layout.Span
	k       int // index in Report.Files
	options [][]string
}

// start is one way to put the start of a puzzle together.
type start struct {
	piecehash.Prefix
	before *start     // what it continues
	part   int        // the last part with several options
	groups [][]string // the options of that: the bytes of all of them are the same
}

// sharedSearch tries candidates by the pieces that files share.
type sharedSearch struct {
	*search
	left     map[int][][]string // groups of equal candidates of files that were found by pieces they share
	unproved []int              // pieces that are not known to match
	tried    map[int]int        // the phase in which there is more to try of a piece
	phase    int
	named    map[int][][]string // the candidates with the names of files without pieces inside
	doubtful map[string]bool    // those that a file was found to be of which a piece is not known to match
	changed  map[int]bool       // files of which another candidate was right than that which was found first
	former   map[int]former     // that, until it is known whether the other is right everywhere
}

func newSharedSearch(s *search) *sharedSearch {
	return &sharedSearch{
		search: s, left: map[int][][]string{}, tried: map[int]int{}, named: map[int][][]string{},
		changed: map[int]bool{}, former: map[int]former{},
	}
}

// matchShared goes through the pieces that files share, and tries the candidates
// of their files together: first those with names like the files', then those
// that no other file was found to be, then all. What one piece decides leaves
// fewer for the others, so the cheapest comes first, and pieces with one file
// that is not known are tried side by side.
func (s *sharedSearch) matchShared(ctx context.Context) error {
	if err := s.guess(ctx); err != nil {
		return err
	}
	if err := s.group(ctx); err != nil {
		return err
	}
	for budget := float64(maxTrialBytes); ; {
		single, open := s.undecided(ctx)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.hashSingle(ctx, single); err != nil {
			return err
		}
		budget -= lookCost * float64(len(single)+len(open))
		wave := nextWave(open, budget)
		if err := s.solve(ctx, wave); err != nil {
			return err
		}
		for _, z := range wave {
			budget -= z.cost
		}
		if len(wave) == 0 && len(single) == 0 {
			switch {
			case s.phase < byAll:
				s.phase++
			case !s.restore():
				s.giveUp(open)
				s.findInPlace()
				return nil
			}
		}
	}
}

// findInPlace notes the files that were suspected and are whole in their places.
func (s *sharedSearch) findInPlace() {
	for k := range s.files {
		f := &s.files[k]
		if _, found := s.chosen[k]; !found && s.wanted(k) && f.Size == f.Length && holds(s.left[k], f.At) && s.proved(k) {
			s.chosen[k] = f.At
		}
	}
}

// giveUp notes the files of pieces that can be put together in too many ways.
func (s *sharedSearch) giveUp(open []*puzzle) {
	for _, z := range open {
		for span := range s.layout.Spans(z.piece) {
			if span.Zero {
				continue
			}
			if k := int(s.fileOf[span.File]); s.soFar(k) == nil && s.wanted(k) && len(s.sizes[s.files[k].Length].groups) > 0 {
				s.untried[k] = true
			}
		}
	}
}

// guess tries the candidates whose names are most like those of files without
// pieces inside.
func (s *sharedSearch) guess(ctx context.Context) error {
	try := func(k int, path string) {
		if s.named[k] == nil && !s.isInside(k) && path != s.files[k].At {
			s.named[k] = [][]string{{path}}
		}
	}
	for _, b := range s.sizes {
		byName := map[string]string{}
		for _, path := range slices.Backward(b.paths) { // the best come first
			byName[strings.ToLower(baseName(filepath.ToSlash(path)))] = path
			if k, ok := b.placeOf(path); ok {
				try(k, path)
			}
		}
		for name, files := range b.names {
			if path, ok := byName[name]; ok {
				for _, k := range files {
					try(k, path)
				}
			}
		}
	}
	if len(s.named) == 0 {
		return nil
	}
	var list []*puzzle
	for _, p := range s.rest() {
		if z := s.puzzle(p, s.options); z != nil && z.single() {
			list = append(list, z)
		}
	}
	return s.hashSingle(ctx, list)
}

// rest returns the pieces that are not known to match.
func (s *sharedSearch) rest() []int {
	if s.unproved == nil {
		s.unproved = []int{}
		for k := range s.files {
			from, to := s.layout.FilePieces(s.files[k].Index)
			for p := from; p < to && s.wanted(k); p++ {
				if !s.content.Pieces[p].Skipped {
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

// undecided returns the pieces that can be tried: those with one way to put them
// together, which are hashed side by side, and the others.
func (s *sharedSearch) undecided(ctx context.Context) (single, open []*puzzle) {
	s.uses = map[string]int{}
	taken := map[string]bool{}
	for k, path := range s.chosen {
		s.uses[path]++
		taken[path] = taken[path] || len(s.left[k]) <= 1
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
	for _, p := range s.rest() {
		if ctx.Err() != nil || s.tried[p] > s.phase {
			continue
		}
		switch z := s.puzzle(p, s.options); {
		case z == nil:
		case z.single() && !s.reused(z):
			s.tried[p] = z.tried(s.phase)
			single = append(single, z)
		default:
			z.parts = nil
			open = append(open, z)
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

// tried returns from which phase on there is more to try, once z was.
func (z *puzzle) tried(phase int) int {
	if z.final {
		return triedAll
	}
	return phase + 1
}

func (z *puzzle) single() bool {
	return z.ways == 1 && z.ends <= 1
}

// reused tells whether a file of a piece is in the same place as others, so that
// it is better read once for all of them.
func (s *sharedSearch) reused(z *puzzle) bool {
	return s.layout.Piece(z.piece).Leaves == 0 && slices.ContainsFunc(z.parts, func(t puzzlePart) bool {
		return !t.Zero && s.uses[s.chosen[t.k]] > 1
	})
}

// puzzle lays out a piece. It returns nil if a file of it is nowhere, or if all
// are in their places.
func (s *sharedSearch) puzzle(p int, options func(k int) (groups [][]string, final bool)) *puzzle {
	z := &puzzle{piece: p, pivot: -1, ways: 1, final: true}
	elsewhere, ways := s.content.Pieces[p].Unread, 1.0
	for span := range s.layout.Spans(p) {
		t := puzzlePart{Span: span, k: -1}
		if !span.Zero {
			var final bool
			t.k = int(s.fileOf[span.File])
			if t.options, final = options(t.k); len(t.options) == 0 {
				return nil
			}
			z.final = z.final && final
			elsewhere = elsewhere || len(t.options) > 1 || s.pick(t.k, t.options[0]) != s.files[t.k].At
			if n := float64(len(t.options)); n > 1 || z.pivot < 0 || ways == 1 {
				z.pivot, z.ends, z.ways = len(z.parts), len(t.options), ways
				z.cost += ways * n * openCost
				ways *= n
			}
			if z.ways > maxStarts {
				return z // whatever follows
			}
		}
		z.cost += ways * float64(span.Length)
		z.parts = append(z.parts, t)
	}
	if !elsewhere {
		return nil
	}
	return z
}

// hashSingle hashes pieces that can be put together in one way.
func (s *sharedSearch) hashSingle(ctx context.Context, list []*puzzle) error {
	src := standIns{}
	byPiece := map[int]*puzzle{}
	var only []int
	for _, z := range list {
		only = append(only, z.piece)
		byPiece[z.piece] = z
		for _, t := range z.parts {
			if !t.Zero {
				src[t.File] = func() (piecehash.File, error) { return s.reader.view(s.pick(t.k, t.options[0])) }
			}
		}
	}
	var matched []*puzzle
	err := s.reader.hash(ctx, only, src, func(p piecehash.Piece) {
		if s.matches(p.Index, p) {
			matched = append(matched, byPiece[p.Index])
		}
	})
	slices.SortFunc(matched, func(a, b *puzzle) int { return a.piece - b.piece }) // as if one had come after the other
	for _, z := range matched {
		s.solved(z, nil)
	}
	return err
}

// solved settles the files of a piece that matched.
func (s *sharedSearch) solved(z *puzzle, way *start) {
	s.good[z.piece] = true
	groups := make([][][]string, len(z.parts))
	for ; way != nil && way.before != nil; way = way.before {
		groups[way.part] = way.groups
	}
	for i, t := range z.parts {
		switch {
		case t.Zero:
		case groups[i] == nil:
			s.settle(z.piece, t.k, t.options)
		default:
			s.settle(z.piece, t.k, groups[i])
		}
	}
}
