package verify

import (
	"context"
	"slices"

	"github.com/torrentkit/torrentkit/internal/metainfo"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const (
	maxCombinations = 2048      // that are tried for one piece
	maxChoiceBytes  = 128 << 20 // in memory for one piece
)

// choice is bytes that may be a file's part of a piece.
type choice struct {
	path string
	data []byte
}

// matchShared goes through the pieces that files share, and tries the
// candidates of their files together, until a combination matches. Pieces with
// few combinations come first: what they decide leaves fewer for the others.
func (s *search) matchShared(ctx context.Context) error {
	for {
		var open []int
		for p, ok := range s.good {
			if !ok && s.r.pieces[p] != PieceSkipped && s.combinations(p) > 0 {
				open = append(open, p)
			}
		}
		slices.SortFunc(open, func(a, b int) int {
			if d := s.combinations(a) - s.combinations(b); d != 0 {
				return d
			}
			return a - b
		})
		decided := false
		for _, p := range open {
			if n := s.combinations(p); n == 0 || n > maxCombinations {
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

// combinations counts how a piece can be put together: 0 if a file of it is
// nowhere, or if its file is settled and more than maxCombinations if too many.
func (s *search) combinations(p int) int {
	n := 1
	for span := range s.plane.Spans(p) {
		if span.Zero {
			continue
		}
		k := int(s.r.disk[span.File])
		switch {
		case !s.wanted(k) && s.r.Files[k].State == Skipped:
			return 0
		case s.wanted(k) && !s.chosen[k]:
			n *= len(s.paths(k))
		}
		if n == 0 {
			return 0
		}
		if n > maxCombinations {
			return n
		}
	}
	return n
}

// paths lists where a file's bytes may be. What is in its place may be right in
// one piece though it is too long, or wrong in another.
func (s *search) paths(k int) []string {
	own := s.inPlace(k)
	switch {
	case !s.wanted(k):
		return []string{own}
	case s.chosen[k]:
		return s.tries[k][:1]
	case s.r.Files[k].State <= Short:
		return append(slices.Clip(s.tries[k]), own)
	}
	return s.tries[k]
}

// combine tries the combinations of one piece.
func (s *search) combine(ctx context.Context, p int) (bool, error) {
	var files []int
	var choices [][]choice
	var bytes int64
	for span := range s.plane.Spans(p) {
		if span.Zero {
			continue
		}
		k := int(s.r.disk[span.File])
		paths := s.paths(k)
		if bytes += span.Length * int64(len(paths)); bytes > maxChoiceBytes {
			return false, nil
		}
		files = append(files, k)
		choices = append(choices, readChoices(paths, span.Offset, span.Length))
	}
	taken := make([]int, len(files))
	for {
		ok, err := s.try(ctx, p, choices, taken)
		if err != nil {
			return false, err
		}
		if ok {
			s.settle(p, files, choices, taken)
			return true, nil
		}
		if !next(taken, choices) {
			return false, nil
		}
	}
}

// readChoices reads the same bytes of several files. Those that cannot be read,
// or that are equal to others, are no choice.
func readChoices(paths []string, off, length int64) []choice {
	var list []choice
	for _, path := range paths {
		f, err := openPlain(path)
		if err != nil {
			continue
		}
		data := make([]byte, length)
		_, err = f.ReadAt(data, off)
		f.Close()
		if err == nil && !slices.ContainsFunc(list, func(c choice) bool { return string(c.data) == string(data) }) {
			list = append(list, choice{path, data})
		}
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

func (s *search) try(ctx context.Context, p int, choices [][]choice, taken []int) (ok bool, err error) {
	data := make([]byte, 0, s.plane.content(p))
	for i, list := range choices {
		if len(list) == 0 {
			return false, nil
		}
		data = append(data, list[taken[i]].data...)
	}
	err = s.r.judge(ctx, memory{s.plane, map[int][]byte{p: data}}, 1, func(p piecehash.Piece) { ok = s.r.torrent.Check(p.Index, p.SHA1, p.Root) == metainfo.Good })
	return ok, err
}

// settle takes the candidates that matched. Equal ones stay behind them: they
// differ in other pieces at most, and are tried there.
func (s *search) settle(p int, files []int, choices [][]choice, taken []int) {
	s.good[p] = true
	for i, k := range files {
		if path := choices[i][taken[i]].path; s.wanted(k) && !s.chosen[k] && path != s.inPlace(k) {
			s.chosen[k] = true
			s.tries[k] = []string{path}
		}
	}
}
