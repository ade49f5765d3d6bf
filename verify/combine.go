package verify

import (
	"bytes"
	"context"
	"slices"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const (
	maxCombinations = 2048      // that are tried for one piece
	maxChoiceBytes  = 128 << 20 // in memory for one piece
)

// choice is bytes that may be a file's part of a piece, and where they are:
// groups of files that are equal, and differ from each other elsewhere at most.
type choice struct {
	groups [][]string
	data   []byte
}

// matchShared goes through the pieces that files share, and tries the
// candidates of their files together, until a combination matches. Pieces with
// few combinations come first: what they decide leaves fewer for the others. As
// it never leaves more, a piece of which all were tried is not tried again.
func (s *search) matchShared(ctx context.Context) error {
	if err := s.group(ctx); err != nil {
		return err
	}
	for {
		single, open := s.undecided()
		if err := s.hashSingle(ctx, single); err != nil {
			return err
		}
		decided := len(single) > 0
		for _, p := range open {
			if n := s.combinations(p); n > maxCombinations {
				continue
			}
			ok, err := s.combine(ctx, p)
			if err != nil {
				return err
			}
			decided = decided || ok
		}
		if !decided {
			return nil
		}
	}
}

// undecided returns the pieces that can be tried: those with one combination
// only, which are hashed side by side, and the others, by how many they have.
func (s *search) undecided() (single, open []int) {
	uses := map[string]int{}
	for _, path := range s.chosen {
		uses[path]++
	}
	ways := map[int]int{}
	for p, state := range s.r.pieces {
		if s.good[p] || s.tried[p] || state == PieceSkipped {
			continue
		}
		switch n := s.combinations(p); {
		case n == 1 && !s.reused(p, uses):
			single = append(single, p)
		case n > 0:
			ways[p] = n
			open = append(open, p)
		}
	}
	slices.SortStableFunc(open, func(a, b int) int { return ways[a] - ways[b] })
	return single, open
}

// reused tells whether a file of a piece is in the same place as others, and the
// piece can be put together in memory, so that they need be read once only.
func (s *search) reused(p int, uses map[string]int) bool {
	if s.plane.content(p) > maxKept/2 {
		return false
	}
	for span := range s.plane.Spans(p) {
		if !span.Zero && uses[s.chosen[int(s.r.disk[span.File])]] > 1 {
			return true
		}
	}
	return false
}

// combinations counts how a piece can be put together: 0 if a file of it is
// nowhere, or if all are in their places, and more than maxCombinations if there
// are too many.
func (s *search) combinations(p int) int {
	n, elsewhere := 1, s.r.pieces[p] == PieceUnread
	for span := range s.plane.Spans(p) {
		if span.Zero {
			continue
		}
		k := int(s.r.disk[span.File])
		if !s.wanted(k) {
			if s.r.Files[k].State == Skipped {
				return 0
			}
			continue
		}
		options := s.options(k)
		if len(options) == 0 {
			return 0
		}
		n = min(n*len(options), maxCombinations+1)
		elsewhere = elsewhere || s.pick(k, options[0]) != s.inPlace(k)
	}
	if !elsewhere {
		return 0
	}
	return n
}

// options lists where a file's bytes may be, as groups of equal files. What is
// in its place may be right in one piece though it is too long, or wrong in
// another.
func (s *search) options(k int) [][]string {
	f := &s.r.Files[k]
	own := s.inPlace(k)
	left, narrowed := s.left[k]
	path, found := s.chosen[k]
	switch {
	case !s.wanted(k):
		return [][]string{{own}}
	case narrowed:
		return left
	case found:
		return [][]string{{path}}
	}
	var groups [][]string
	if from, to := s.inside(k); from == to {
		groups = s.sizes[f.Length].groups
		if slices.ContainsFunc(groups, func(g []string) bool { return slices.Contains(g, own) }) {
			return groups
		}
	}
	if f.State <= Short {
		groups = append(slices.Clip(groups), []string{own})
	}
	return groups
}

// pick returns which of several equal files is the best for a file: any but the
// one in its place, and of those the one with a name like it.
func (s *search) pick(k int, group []string) string {
	best, own := "", s.inPlace(k)
	for _, path := range group {
		if path != own && (best == "" || s.rank(k, path) < s.rank(k, best)) {
			best = path
		}
	}
	if best == "" {
		return own
	}
	return best
}

// hashSingle hashes pieces that have one combination only.
func (s *search) hashSingle(ctx context.Context, pieces []int) error {
	src := standIns{}
	for _, p := range pieces {
		s.tried[p] = true
		for span := range s.plane.Spans(p) {
			if !span.Zero {
				k := int(s.r.disk[span.File])
				src[span.File] = func() (piecehash.File, error) { return s.openPart(k, s.pick(k, s.options(k)[0])) }
			}
		}
	}
	var matched []int
	err := s.hash(ctx, pieces, src, func(p piecehash.Piece) {
		if s.matches(p.Index, p) {
			matched = append(matched, p.Index)
		}
	})
	for _, p := range matched {
		s.good[p] = true
		for span := range s.plane.Spans(p) {
			if !span.Zero {
				k := int(s.r.disk[span.File])
				s.settle(k, s.options(k))
			}
		}
	}
	return err
}

// combine tries the combinations of one piece.
func (s *search) combine(ctx context.Context, p int) (bool, error) {
	var parts []part
	var total int64
	for span := range s.plane.Spans(p) {
		if !span.Zero {
			k := int(s.r.disk[span.File])
			parts = append(parts, part{k, span.File, span.Offset, span.Length})
			total += span.Length * int64(len(s.options(k)))
		}
	}
	if total > maxChoiceBytes {
		return false, nil
	}
	choices := make([][]choice, len(parts))
	for i, at := range parts {
		choices[i] = s.readChoices(at)
	}
	s.tried[p] = true
	if slices.ContainsFunc(choices, func(list []choice) bool { return len(list) == 0 }) {
		return false, nil
	}
	taken := make([]int, len(parts))
	for {
		ok, err := s.try(ctx, p, parts, choices, taken)
		if err != nil {
			return false, err
		}
		if ok {
			s.good[p] = true
			for i, at := range parts {
				s.settle(at.k, choices[i][taken[i]].groups)
			}
			return true, nil
		}
		if !next(taken, choices) {
			return false, nil
		}
	}
}

// part is bytes of a file, which has one index in Report.Files, and one in the layout.
type part struct {
	k, file     int
	off, length int64
}

// readChoices reads the same bytes of several files. Those that cannot be read
// are no choice, and those that are equal are one.
func (s *search) readChoices(at part) []choice {
	var list []choice
	for _, group := range s.options(at.k) {
		data, err := s.readPart(at.k, s.pick(at.k, group), at.off, at.length)
		if err != nil {
			continue
		}
		same := slices.IndexFunc(list, func(c choice) bool { return bytes.Equal(c.data, data) })
		if same < 0 {
			list = append(list, choice{data: data})
			same = len(list) - 1
		}
		list[same].groups = append(list[same].groups, group)
	}
	return list
}

// next counts the combinations up; false after the last.
func next(taken []int, choices [][]choice) bool {
	for i := range taken {
		if taken[i]++; taken[i] < len(choices[i]) {
			return true
		}
		taken[i] = 0
	}
	return false
}

func (s *search) try(ctx context.Context, p int, parts []part, choices [][]choice, taken []int) (ok bool, err error) {
	src := standIns{}
	for i, at := range parts {
		data := choices[i][taken[i]].data
		src[at.file] = func() (piecehash.File, error) { return held{bytes.NewReader(data), at.off}, nil }
	}
	err = s.hash(ctx, []int{p}, src, func(sum piecehash.Piece) { ok = s.matches(p, sum) })
	return ok, err
}

// settle takes the candidates that matched. What is in place is not found
// elsewhere. Candidates that are equal here are decided between by other pieces.
func (s *search) settle(k int, groups [][]string) {
	path := s.pick(k, groups[0])
	if _, found := s.chosen[k]; s.wanted(k) && path != s.inPlace(k) && (!found || s.left[k] != nil) {
		s.chosen[k], s.left[k] = path, groups
	}
}
