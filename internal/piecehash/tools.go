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
// file: jobs that follow one another may have the same ones.
type tools struct {
	sha1    sha1Lanes
	sha256  *sha256simd.Hasher
	trees   *merkle.Hasher
	arena   []byte // for parallel order; nil before it is used
	run     []layout.Piece
	slots   []slot
	scratch scratch
}

// Spare keeps what workers worked with, for jobs that follow. The zero value is ready for
// use, and several jobs may use it at once. Nil keeps nothing.
type Spare struct{ tools sync.Pool }

// get returns tools that are kept, or new ones.
func (s *Spare) get() *tools {
	if s != nil {
		if t, ok := s.tools.Get().(*tools); ok {
			return t
		}
	}
	return newTools(sha1simd.New())
}

func newTools(sha1 sha1Lanes) *tools {
	t := &tools{sha1: sha1, sha256: sha256simd.New()}
	t.trees = merkle.New(t.sha256)
	return t
}

// put keeps tools for another job, and nothing of the last one.
func (s *Spare) put(t *tools) {
	const mostLeaves = 4096
	if s == nil {
		return
	}
	if cap(t.scratch.leaves) > mostLeaves {
		t.scratch.leaves = nil
	}
	clear(t.slots[:cap(t.slots)])
	clear(t.scratch.slots[:cap(t.scratch.slots)])
	clear(t.scratch.side[:cap(t.scratch.side)])
	clear(t.scratch.states[:cap(t.scratch.states)])
	clear(t.scratch.chunks[:cap(t.scratch.chunks)])
	s.tools.Put(t)
}

// hole is the hash of a leaf of zeros.
var hole = sync.OnceValue(func() merkle.Hash { return sha256.Sum256(make([]byte, layout.LeafSize)) })
