package find

import "github.com/torrentkit/torrentkit/internal/layout"

// class is files of one size whose pieces inside lie at the same offsets and
// are hashed alike: what is computed of a candidate for one of them holds for
// all. In v2 a size has one class. In v1 it has as many as there are places in
// a piece where its files start.
type class struct {
	files []int
	first []int            // piece inside of each
	trees bool             // their pieces have merkle trees
	heads map[string][]int // files by the digest of their first piece inside
	open  int              // files that were not found yet
	used  int              // candidates that are tried in this round
}

// shape is what the files of a class have in common, beside their size.
type shape struct {
	offset      int64 // of the first piece inside
	count       int
	first, last layout.Piece // without their indices
}

// inner returns the pieces that hold bytes of this file only, as the first and
// the one behind the last.
func (s *search) inner(k int) (from, to int) {
	r := s.layout.Alone(s.files[k].Index)
	if s.chained[k] {
		return r.First, r.First
	}
	return r.First, r.End
}

// chain lets the few files of a size that have one v1 piece inside be found as the others,
// which have none: all candidates are read for those, and not once more for these.
func (s *search) chain(b *bucket) {
	const few = 10 // of which one
	var list []int
	for _, k := range b.files {
		if from, to := s.inner(k); from < to {
			if to > from+1 || s.layout.Piece(from).Leaves > 0 {
				return
			}
			list = append(list, k)
		}
	}
	if len(list)*few <= len(b.files) {
		for _, k := range list {
			s.chained[k] = true
		}
	}
}

// hasInner tells whether a file has pieces inside.
func (s *search) hasInner(k int) bool {
	from, to := s.inner(k)
	return from < to
}

// classify makes the classes of a bucket, in the order of their files.
func (s *search) classify(b *bucket) {
	known := map[shape]*class{}
	for _, k := range b.files {
		from, to := s.inner(k)
		if from == to {
			continue
		}
		head := string(s.content.Torrent.PieceSHA1(from))
		if head == "" {
			head = string(s.content.Torrent.PieceRoot(from))
		}
		if head == "" {
			continue
		}
		at, _ := s.layout.InFile(s.files[k].Index, from)
		sh := shape{at, to - from, s.layout.Piece(from), s.layout.Piece(to - 1)}
		sh.first.Index, sh.last.Index = 0, 0
		c := known[sh]
		if c == nil {
			c = &class{trees: sh.first.Leaves > 0, heads: map[string][]int{}}
			known[sh] = c
			b.classes = append(b.classes, c)
		}
		c.files, c.first = append(c.files, k), append(c.first, from)
		c.open++
		c.heads[head] = append(c.heads[head], k)
		s.classOf[k] = c
	}
}

// full tells whether no more candidates can be tried for a class in this round.
// A file stands for each where there are trees.
func (c *class) full() bool { return c.used == maxTrials || c.trees && c.used == len(c.files) }
