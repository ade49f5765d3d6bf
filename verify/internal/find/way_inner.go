package find

import (
	"context"
	"maps"
	"slices"
	"sort"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const (
	maxTrials    = 64      // candidates that are tried for a class side by side
	maxHeads     = 1 << 14 // first pieces that are hashed side by side
	maxNamesakes = 64      // files with the name of a candidate that it is tried for first
)

// innerSearch tries candidates by the pieces that lie inside of files.
type innerSearch struct {
	*search
	crowded map[string]bool // candidates that may be files of many classes
}

// trial is a candidate of which the first piece inside is hashed for a class.
type trial struct {
	path  string
	class *class
	order int // among those of the round
}

// hit is a candidate whose first piece is that of some files of a class.
type hit struct {
	path  string
	files []int
	order int // of its trial
}

// round is what is hashed side by side: pieces with trees by a job, in the place of
// those of files, and others in passes over the candidates.
type round struct {
	only       []layout.Run
	source     candidateFiles
	trials     map[int]trial // by piece
	candidates []candidate
	classes    map[int]*class // by their first pieces
	heads      int
	hits       []hit
}

// run tries the first piece inside of candidates, of all sizes side by side, and
// then the others of those whose first piece was that of a file. First they are
// tried for the files whose names they have, then for every class.
func (s *innerSearch) run(ctx context.Context) error {
	var buckets []*bucket
	for _, size := range rising(maps.Keys(s.sizes)) {
		buckets = append(buckets, s.sizes[size])
	}
	if err := s.tryClasses(ctx, buckets, s.namedClasses); err != nil {
		return err
	}
	// Those that were found to be one file may be another, too, but rarely are.
	for _, again := range []bool{false, true} {
		found := maps.Clone(s.uses)
		for _, b := range buckets {
			if slices.ContainsFunc(b.classes, func(c *class) bool { return c.open > 0 }) {
				b.next = 0
			}
		}
		err := s.tryClasses(ctx, buckets, func(b *bucket, path string) []*class {
			if again != (found[path] > 0) {
				return nil
			}
			return s.otherClasses(b, path)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tryClasses tries all candidates for the classes that are given for each.
func (s *innerSearch) tryClasses(ctx context.Context, buckets []*bucket, classes func(*bucket, string) []*class) error {
	for {
		r := &round{source: candidateFiles{}, trials: map[int]trial{}, classes: map[int]*class{}}
		before := 0
		for _, b := range buckets {
			for _, c := range b.classes {
				c.used = 0
			}
			n := b.next
			s.fill(b, r, classes)
			before += b.next - n
		}
		if before == 0 {
			return nil
		}
		if err := s.hashHeads(ctx, r); err != nil {
			return err
		}
		s.note(r)
		if err := s.hashRest(ctx, r.hits); err != nil {
			return err
		}
	}
}

// fill adds the next candidates of a bucket to a round.
func (s *innerSearch) fill(b *bucket, r *round, classesFor func(*bucket, string) []*class) {
	for ; b.next < len(b.paths) && r.heads < maxHeads; b.next++ {
		path := b.paths[b.next]
		classes := classesFor(b, path)
		if slices.ContainsFunc(classes, (*class).full) {
			return
		}
		var pieces []int
		for _, c := range classes {
			p := c.first[0]
			if c.trees {
				p = c.first[c.used]
				r.trials[p] = trial{path, c, len(r.only)}
				r.only = append(r.only, layout.Run{First: p, End: p + 1})
				r.source[s.files[c.files[c.used]].Index] = func() (piecehash.File, error) { return s.reader.open(path) }
			} else {
				pieces = append(pieces, p)
				r.classes[p] = c
			}
			c.used++
		}
		if len(pieces) > 0 {
			r.candidates = append(r.candidates, candidate{path, pieces})
			r.heads += len(pieces)
		}
	}
}

// namedClasses returns the classes of the files that a candidate may be by its
// name, unless all of them were found under better ones: those of one file, if
// the candidate's path ends in that file's, or of some with its name.
func (s *innerSearch) namedClasses(b *bucket, path string) []*class {
	files := b.namesakes(path)
	if k, ok := b.placeOf(path); ok {
		files = []int{k}
	}
	var list []*class
	for _, k := range files[:min(len(files), maxNamesakes)] {
		if c := s.classOf[k]; c != nil && s.wants(k, path) && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list
}

// otherClasses returns the other classes of which files were not found.
func (s *innerSearch) otherClasses(b *bucket, path string) []*class {
	var list []*class
	named := s.namedClasses(b, path)
	for _, c := range b.classes {
		if c.open > 0 && !slices.Contains(named, c) {
			list = append(list, c)
		}
	}
	return list
}

// hashHeads finds out of which files the candidates of a round have the first piece.
func (s *innerSearch) hashHeads(ctx context.Context, r *round) error {
	err := s.reader.hash(ctx, r.only, r.source, func(p piecehash.Piece) {
		r.hits = append(r.hits, s.hitsOf(r.trials[p.Index], p)...)
	})
	if err != nil {
		return err
	}
	sort.Slice(r.hits, func(i, j int) bool { return r.hits[i].order < r.hits[j].order }) // the best names come first
	return s.reader.hashInPasses(ctx, r.candidates, func(path string, p piecehash.Piece) {
		r.hits = append(r.hits, s.hitsOf(trial{path: path, class: r.classes[p.Index]}, p)...)
	})
}

// hitsOf is the hit of a trial, if it is one.
func (s *innerSearch) hitsOf(t trial, p piecehash.Piece) []hit {
	head := string(p.SHA1[:])
	if !s.layout.Piece(p.Index).SHA1 {
		head = string(p.Root[:])
	}
	var files []int
	for _, k := range t.class.heads[head] {
		if from, _ := s.inner(k); s.matches(from, p) && s.wants(k, t.path) {
			files = append(files, k)
		}
	}
	if len(files) == 0 {
		return nil
	}
	return []hit{{t.path, files, t.order}}
}

// note remembers which candidates may be of more than two classes, as one of
// zeros is: they are read in one pass.
func (s *innerSearch) note(r *round) {
	count := map[string]int{}
	for _, h := range r.hits {
		if count[h.path]++; count[h.path] == 3 {
			s.crowded[h.path] = true
		}
	}
}

// hashRest reads the other pieces of candidates, each for a file of its own. One
// whose files are all taken by others waits for what becomes of those.
func (s *innerSearch) hashRest(ctx context.Context, hits []hit) error {
	for len(hits) > 0 {
		var now, later []hit
		reps := map[int]bool{}
		for _, h := range hits {
			h.files = slices.DeleteFunc(h.files, func(k int) bool { return !s.wants(k, h.path) })
			free := slices.IndexFunc(h.files, func(k int) bool { return !reps[k] })
			switch {
			case len(h.files) == 0:
			case free < 0:
				later = append(later, h)
			default:
				h.files[0], h.files[free] = h.files[free], h.files[0]
				reps[h.files[0]] = true
				now = append(now, h)
			}
		}
		sums, err := s.digests(ctx, now)
		if err != nil {
			return err
		}
		s.accept(now, sums)
		hits = later
	}
	return nil
}

// digests hashes all pieces inside of candidates but the first, as pieces of the
// first of their files.
func (s *innerSearch) digests(ctx context.Context, hits []hit) (map[int]piecehash.Piece, error) {
	sums := map[int]piecehash.Piece{}
	src := candidateFiles{}
	var only []layout.Run
	together := map[string][]int{}
	for _, h := range hits {
		rep := h.files[0]
		from, to := s.inner(rep)
		src[s.files[rep].Index] = func() (piecehash.File, error) { return s.reader.open(h.path) }
		rest := layout.Run{First: from + 1, End: to}
		if !s.crowded[h.path] {
			only = append(only, rest)
			continue
		}
		for ; rest.First < rest.End; rest.First++ {
			together[h.path] = append(together[h.path], rest.First)
		}
	}
	tell := func(p piecehash.Piece) { sums[p.Index] = p }
	var crowded []candidate
	for path, pieces := range together {
		crowded = append(crowded, candidate{path, pieces})
	}
	if err := s.reader.hashInPasses(ctx, crowded, func(_ string, p piecehash.Piece) { tell(p) }); err != nil {
		return nil, err
	}
	return sums, s.reader.hash(ctx, only, src, tell)
}

// accept gives candidates to the files that they are: first each to the file
// that it was read for, so that equal files get candidates of their own where
// there are enough.
func (s *innerSearch) accept(hits []hit, sums map[int]piecehash.Piece) {
	for i := range hits {
		h := &hits[i]
		first, to := s.inner(h.files[0])
		h.files = slices.DeleteFunc(h.files, func(k int) bool {
			from, _ := s.inner(k)
			for p := first + 1; p < to; p++ {
				if sum, read := sums[p]; !read || !s.matches(from+p-first, sum) {
					return true
				}
			}
			return false
		})
		if len(h.files) > 0 && s.wants(h.files[0], h.path) {
			s.take(h.files[0], h.path)
		}
	}
	for _, h := range hits {
		for _, k := range h.files {
			if s.wants(k, h.path) {
				s.take(k, h.path)
			}
		}
	}
}

// take says where a file with pieces inside is.
func (s *innerSearch) take(k int, path string) {
	if _, again := s.chosen[k]; !again {
		s.classOf[k].open--
	}
	s.chosen[k] = path
	s.uses[path]++
	from, to := s.inner(k)
	for p := from; p < to; p++ {
		s.good[p] = true
	}
}
