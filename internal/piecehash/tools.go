package piecehash

import (
	"crypto/sha256"
	"sync"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
	"github.com/torrentkit/torrentkit/internal/sha1simd"
	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// tools are what a worker works with. To make them takes longer than to hash a small
// file: workers of jobs that follow one another have the same ones.
type tools struct {
	sha1    sha1Lanes
	sha256  *sha256simd.Hasher
	trees   *merkle.Hasher
	arena   []byte // for parallel order; nil before it is used
	run     []layout.Piece
	slots   []slot
	scratch scratch
}

var spareTools = sync.Pool{New: func() any { return newTools(sha1simd.New()) }}

func newTools(sha1 sha1Lanes) *tools {
	t := &tools{sha1: sha1, sha256: sha256simd.New()}
	t.trees = merkle.New(t.sha256)
	return t
}

// putBack keeps tools for another job, and nothing of the last one.
func (t *tools) putBack() {
	const mostLeaves = 4096
	if cap(t.scratch.leaves) > mostLeaves {
		t.scratch.leaves = nil
	}
	clear(t.slots[:cap(t.slots)])
	clear(t.scratch.slots[:cap(t.scratch.slots)])
	clear(t.scratch.states[:cap(t.scratch.states)])
	clear(t.scratch.chunks[:cap(t.scratch.chunks)])
	spareTools.Put(t)
}

// hole is the hash of a leaf of zeros.
var hole = sync.OnceValue(func() merkle.Hash { return sha256.Sum256(make([]byte, layout.LeafSize)) })
