package piecehash

import (
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
	"github.com/torrentkit/torrentkit/internal/sha1simd"
)

// scratch is the argument lists of batched calls.
type scratch struct {
	slots   []*slot
	side    []*slot // in order Streams, of several workers
	states  []*sha1simd.State
	chunks  [][]byte
	blocks  []int
	lengths []uint64
	sums    [][sha1simd.Size]byte
	hashes  []merkle.Hash
	leafAt  []int         // where the digest of a message goes among the leaves
	leaves  []merkle.Hash // of all pieces of the run, piece by piece
	trees   []merkle.Tree
}

// wantLeaves makes room for as many leaves.
func (sc *scratch) wantLeaves(n int) {
	if cap(sc.leaves) < n {
		sc.leaves = make([]merkle.Hash, n)
	}
	sc.leaves = sc.leaves[:n]
}

// feedSHA1 hashes what was read of all slots side by side: first data, then
// zeros, whose message schedule is empty.
func (w *worker) feedSHA1(slots []*slot) {
	sc := &w.scratch
	sc.states, sc.chunks = sc.states[:0], sc.chunks[:0]
	for _, s := range slots {
		if n := wholeBlocks(len(s.data)); s.piece.SHA1 && n > 0 {
			sc.states = append(sc.states, &s.state)
			sc.chunks = append(sc.chunks, s.data[:n])
		}
	}
	w.sha1.Blocks(sc.states, sc.chunks)
	sc.states, sc.blocks = sc.states[:0], sc.blocks[:0]
	for _, s := range slots {
		if s.piece.SHA1 && s.zeros > 0 {
			sc.states = append(sc.states, &s.state)
			sc.blocks = append(sc.blocks, s.zeros)
		}
	}
	w.sha1.Zeros(sc.states, sc.blocks)
}

// feedLeaves hashes the leaves in what was read of all slots side by side.
func (w *worker) feedLeaves(slots []*slot) {
	sc := &w.scratch
	sc.chunks, sc.leafAt = sc.chunks[:0], sc.leafAt[:0]
	for _, s := range slots {
		if s.piece.Leaves == 0 {
			continue
		}
		for data := s.data[:s.content]; len(data) > 0; s.leaves++ {
			n := min(len(data), layout.LeafSize)
			sc.chunks = append(sc.chunks, data[:n])
			sc.leafAt = append(sc.leafAt, s.firstAt+s.leaves)
			data = data[n:]
		}
		for range s.holes { // which begin at a leaf
			sc.leaves[s.firstAt+s.leaves] = hole()
			s.leaves++
		}
	}
	for len(sc.hashes) < len(sc.chunks) {
		sc.hashes = append(sc.hashes, merkle.Hash{})
	}
	w.sha256.Sums(sc.hashes[:len(sc.chunks)], sc.chunks)
	for i, at := range sc.leafAt {
		sc.leaves[at] = sc.hashes[i]
	}
}

// end finishes the slots of which everything was fed.
func (w *worker) end(slots []*slot) {
	sc := &w.scratch
	sc.states, sc.chunks, sc.lengths, sc.sums = sc.states[:0], sc.chunks[:0], sc.lengths[:0], sc.sums[:0]
	for _, s := range slots {
		s.ended = s.left == 0
		if s.ended && s.piece.SHA1 {
			sc.states = append(sc.states, &s.state)
			sc.chunks = append(sc.chunks, s.data[wholeBlocks(len(s.data)):])
			sc.lengths = append(sc.lengths, uint64(s.piece.Length))
			sc.sums = append(sc.sums, [sha1simd.Size]byte{})
		}
	}
	w.sha1.Finish(sc.sums, sc.states, sc.chunks, sc.lengths)
	next := 0
	for _, s := range slots {
		if s.ended && s.piece.SHA1 {
			s.sum = sc.sums[next]
			next++
		}
	}
}

func wholeBlocks(n int) int { return n &^ (sha1simd.BlockSize - 1) }
