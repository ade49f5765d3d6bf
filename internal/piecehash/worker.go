package piecehash

import (
	"context"
	"io"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
	"github.com/torrentkit/torrentkit/internal/sha1simd"
	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// The memory of a pipeline: each worker has an arena for what it has read and
// not yet hashed.
const (
	arenaSize   = 2 << 20  // of one worker, where there are few
	allArenas   = 32 << 20 // of all workers together
	skew        = 192      // between lanes, so that lanes a power of two apart do not share cache sets
	maxRun      = 512      // pieces in a run
	maxZeroStep = 1 << 20  // bytes of zeros that a piece is fed at a time, so that a job can be stopped
)

// slot is a piece of a run on its way through a worker.
type slot struct {
	piece  layout.Piece
	cursor layout.Cursor
	state  sha1simd.State
	sum    [sha1simd.Size]byte
	buf    []byte // the slot's part of the arena
	left   int64  // bytes of the piece that are not in state, data or zeros

	data    []byte // bytes to hash next, in buf
	content int    // how many of them, from the start, are content
	zeros   int    // or: blocks of zeros to hash next

	leaves  int // leaves of the merkle tree so far
	firstAt int // where its leaves begin among those of the run
	counted int64
	err     error
	ended   bool
}

// worker reads and hashes runs of pieces. All that it needs is allocated once.
type worker struct {
	p       *pipeline
	files   handles
	sha1    *sha1simd.Hasher
	sha256  *sha256simd.Hasher
	trees   *merkle.Hasher
	arena   []byte
	chunk   int // bytes of a piece that are read at a time
	run     []layout.Piece
	slots   []slot
	scratch scratch
}

func newWorker(p *pipeline) *worker {
	w := &worker{p: p, files: handles{source: p.Source}, sha1: sha1simd.New(), sha256: sha256simd.New()}
	w.trees = merkle.New(w.sha256)
	size := min(arenaSize, allArenas/p.Workers)
	lanes := 1 // where only leaves are hashed, those of one piece fill all lanes
	if p.Layout.NumPieces() > 0 && p.Layout.Piece(0).SHA1 {
		lanes = w.sha1.Lanes()
	}
	w.chunk = max(size/lanes/layout.LeafSize, 1) * layout.LeafSize
	w.arena = make([]byte, lanes*w.chunk+max(lanes, 16)*skew)
	return w
}

// work takes runs until there are none.
func (w *worker) work(ctx context.Context) {
	defer w.files.closeAll()
	for ctx.Err() == nil {
		w.begin()
		if len(w.slots) == 0 {
			return
		}
		for w.step(ctx) {
		}
		if ctx.Err() != nil {
			return
		}
		select {
		case w.p.results <- w.finish():
		case <-ctx.Done():
			return
		}
	}
}

// begin takes a run from the queue and gives each of its pieces a slot.
func (w *worker) begin() {
	used, count := 0, 0
	w.run = w.p.queue.take(w.run[:0], w.sha1.Lanes(), func(p layout.Piece) bool {
		used += w.slotSize(p)
		count++
		return used <= len(w.arena) && count <= maxRun
	})
	w.slots = w.slots[:0]
	arena := w.arena
	leaves := 0
	for _, p := range w.run {
		n := w.slotSize(p)
		s := slot{piece: p, cursor: w.p.Layout.Cursor(p.Index), left: p.Length, buf: arena[:n-skew], firstAt: leaves}
		s.state.Reset()
		arena = arena[n:]
		if p.Leaves > 0 {
			leaves += int((p.Length + layout.LeafSize - 1) / layout.LeafSize)
		}
		w.slots = append(w.slots, s)
	}
	if cap(w.scratch.leaves) < leaves {
		w.scratch.leaves = make([]merkle.Hash, leaves)
	}
	w.scratch.leaves = w.scratch.leaves[:leaves]
}

// slotSize is the room that a piece wants in the arena: whole blocks.
func (w *worker) slotSize(p layout.Piece) int {
	n := int(min(p.Length, int64(w.chunk)))
	return (n+sha1simd.BlockSize-1)/sha1simd.BlockSize*sha1simd.BlockSize + skew
}

// step reads the next chunk of every piece of the run and hashes them together.
// It tells whether there is more to do.
func (w *worker) step(ctx context.Context) bool {
	active := w.scratch.slots[:0]
	for i := range w.slots {
		s := &w.slots[i]
		if s.ended || s.err != nil {
			continue
		}
		if ctx.Err() != nil {
			return false
		}
		w.fill(s)
		if s.err == nil {
			active = append(active, s)
		}
	}
	w.scratch.slots = active
	w.feedSHA1(active)
	w.feedLeaves(active)
	w.end(active)
	return len(active) > 0
}

// fill reads the next bytes of a piece into its buffer, or finds that zeros are next.
func (w *worker) fill(s *slot) {
	s.data, s.content, s.zeros = s.buf[:0], 0, 0
	for s.left > 0 && len(s.data) < len(s.buf) {
		span := s.cursor.Span()
		have := len(s.data)
		n := len(s.buf) - have
		switch rest := have % sha1simd.BlockSize; {
		case !span.Zero:
			n = int(min(int64(n), span.Length))
			if s.err = w.read(span, s.buf[have:have+n]); s.err != nil {
				w.count(s, w.p.Layout.ContentLength(s.piece.Index)-s.counted)
				return
			}
			s.content += n
			w.count(s, int64(n))
		case rest == 0 && span.Length >= sha1simd.BlockSize:
			if have == 0 {
				s.zeros = int(min(span.Length, maxZeroStep) / sha1simd.BlockSize)
				s.skip(s.zeros * sha1simd.BlockSize)
			}
			return
		default: // zeros to the end of the block
			n = int(min(span.Length, int64(sha1simd.BlockSize-rest)))
			clear(s.buf[have : have+n])
		}
		s.data = s.buf[:have+n]
		s.skip(n)
	}
}

// skip moves on in the piece.
func (s *slot) skip(n int) {
	s.cursor.Advance(int64(n))
	s.left -= int64(n)
}

func (w *worker) count(s *slot, n int64) {
	s.counted += n
	w.p.done.Add(n)
}

// read reads one span, whole.
func (w *worker) read(span layout.Span, buf []byte) error {
	f, err := w.files.get(span.File)
	if err != nil {
		return &ReadError{span.File, span.Offset, err}
	}
	n, err := f.ReadAt(buf, span.Offset)
	if n < len(buf) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return &ReadError{span.File, span.Offset + int64(n), err}
	}
	if span.Offset+int64(n) == w.p.Layout.File(span.File).Length {
		w.files.release(span.File)
	}
	return nil
}

// finish computes the merkle roots of the run and returns its results.
func (w *worker) finish() []result {
	sc := &w.scratch
	roots := sc.hashes[:0]
	trees, row := sc.trees[:0], sc.leaves[:0]
	for i := range w.slots {
		if s := &w.slots[i]; s.leaves > 0 && s.err == nil {
			trees = append(trees, merkle.Tree{Nodes: s.leaves, Width: s.piece.Leaves})
			roots = append(roots, merkle.Hash{})
			row = append(row, sc.leaves[s.firstAt:s.firstAt+s.leaves]...)
		}
	}
	w.trees.Roots(roots, row, trees, 1)
	sc.hashes, sc.trees = roots, trees
	batch := w.p.batch()
	next := 0
	for i := range w.slots {
		s := &w.slots[i]
		r := result{piece: Piece{Index: s.piece.Index}, err: s.err}
		if s.err == nil {
			r.piece.SHA1 = s.sum
			if s.leaves > 0 {
				r.piece.Root = roots[next]
				next++
			}
		}
		batch = append(batch, r)
	}
	return batch
}
