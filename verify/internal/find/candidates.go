package find

import (
	"iter"
	"slices"
)

// candidates lists where a file's bytes may be, as groups of equal files, and tells
// whether that is all. What is in its place may be right in one piece though it
// is too long, or wrong in another.
func (s *sharedSearch) candidates(k int) (groups [][]string, final bool) {
	f := &s.files[k]
	own := f.At
	groups = s.soFar(k)
	switch {
	case f.Skipped:
		return nil, true
	case !s.wanted(k):
		return [][]string{{own}}, true
	case groups != nil:
		others := s.others(k, groups)
		if s.phase == byAll {
			return slices.AppendSeq(slices.Clip(groups), others), true
		}
		for range others {
			return groups, false
		}
		return groups, true
	}
	if named := s.named[k]; named != nil && s.phase == byName {
		return named, false
	}
	final = true
	if !s.hasInner(k) {
		b := s.sizes[f.Length]
		groups = b.groups
		if s.phase < byAll {
			groups, final = b.free, len(b.free) == len(b.groups)
		}
		if holds(groups, own) {
			return groups, final
		}
	}
	if f.Readable && !s.needless[k] {
		groups = append(slices.Clip(groups), []string{own})
	}
	return groups, final
}

// others lists what else may be a file that was found, where a piece of it does
// not match: files can be the same in all pieces but one. A file changes once.
func (s *sharedSearch) others(k int, groups [][]string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		b := s.sizes[s.files[k].Length]
		switch {
		case s.changed[k]:
		case s.hasInner(k):
			for _, path := range b.paths {
				if (s.uses[path] == 0 || s.doubtful[path]) && !holds(groups, path) && !yield([]string{path}) {
					return
				}
			}
		default:
			may := s.samples.mayBe(s.search, k, groups[0])
			for _, group := range b.groups {
				if may(group) && !holds(groups, group[0]) && !yield(group) {
					return
				}
			}
		}
	}
}

func holds(groups [][]string, path string) bool {
	return slices.ContainsFunc(groups, func(g []string) bool { return slices.Contains(g, path) })
}

// pick returns which of several equal files is the best for a file: any but the
// one in its place, of those the one with a name like it, and of those one that
// no other file was found to be.
func (s *sharedSearch) pick(k int, group []string) string {
	if len(group) == 1 {
		return group[0]
	}
	own := s.files[k].At
	faults := func(path string) int {
		if path == own {
			return 2 * (otherName + 1)
		}
		return 2*s.files[k].rank(path) + min(s.uses[path], 1)
	}
	return slices.MinFunc(group, func(a, b string) int { return faults(a) - faults(b) })
}

// narrow takes the candidates that matched in a piece. Those that are equal in it
// are decided between by other pieces.
func (s *sharedSearch) narrow(p, k int, groups [][]string) {
	if !s.wanted(k) {
		return
	}
	if before := s.soFar(k); before != nil {
		both := slices.DeleteFunc(slices.Clone(groups), func(g []string) bool { return !holds(before, g[0]) })
		if len(both) == 0 {
			s.exchange(p, k)
		} else {
			groups = both
		}
	}
	s.narrowed[k] = groups
	switch path := s.pick(k, groups[0]); path {
	case s.chosen[k]:
	case s.files[k].At: // it is not elsewhere
		delete(s.chosen, k)
	default:
		s.chosen[k] = path
		s.uses[path]++
	}
}

// soFar returns what a file was found to be, as groups of equal files; nil if
// nothing is known of it.
func (s *sharedSearch) soFar(k int) [][]string {
	path, found := s.chosen[k]
	if s.narrowed[k] == nil && found {
		return [][]string{{path}}
	}
	return s.narrowed[k]
}

// former is what a file was found to be before another candidate was right in a
// piece.
type former struct {
	path   string
	groups [][]string
	pieces []int // that matched
}

// exchange forgets what matched of a file, but for one piece, so that it is proved
// anew.
func (s *sharedSearch) exchange(but, k int) {
	s.changed[k] = true
	was := former{path: s.chosen[k], groups: s.narrowed[k]}
	from, to := s.layout.FilePieces(s.files[k].Index)
	for p := from; p < to; p++ {
		if p != but && s.good[p] {
			was.pieces = append(was.pieces, p)
			s.retry(p)
		}
	}
	s.former[k] = was
}

// retry forgets that a piece matched, so that it is tried anew.
func (s *sharedSearch) retry(p int) {
	if s.good[p] {
		s.unproved = append(s.unproved, p)
	}
	s.good[p] = false
	delete(s.tried, p)
}

// undoExchanges takes exchanges back that did not hold: another candidate was right
// in one piece, and wrong where the first one was right. It tells whether there was
// one.
func (s *sharedSearch) undoExchanges() (any bool) {
	for k, was := range s.former {
		delete(s.former, k)
		if !slices.ContainsFunc(was.pieces, func(p int) bool { return !s.good[p] }) {
			continue
		}
		any = true
		s.narrowed[k], s.chosen[k] = was.groups, was.path
		if was.path == "" {
			delete(s.chosen, k)
		}
		from, to := s.layout.FilePieces(s.files[k].Index)
		for p := from; p < to; p++ {
			s.retry(p)
		}
	}
	return any
}
