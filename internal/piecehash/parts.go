package piecehash

import (
	"context"
	"sync"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// parts is a piece that no big arena holds on its way through a worker: it is
// read in parts, and each is hashed while the next one is read.
type parts struct {
	sync.WaitGroup        // of the part that is hashed
	slot           slot   // that part, and what was hashed of the piece before
	next           []byte // where the part behind it is read to
}

// divide makes the only piece of the run one that is read in parts, if there is
// room for two.
func (w *worker) divide(arena []byte, chunk int) bool {
	size := min(bigPart, chunk/2) / layout.LeafSize * layout.LeafSize
	if size == 0 {
		return false
	}
	w.place(arena, size)
	w.parts.slot = w.slots[0]
	w.parts.next = arena[size+skew:][:size]
	return true
}

// stepPart is step for a piece that is read in parts.
func (w *worker) stepPart(ctx context.Context) bool {
	s, part := &w.slots[0], &w.parts.slot
	if ctx.Err() == nil {
		w.fill(0)
	}
	if s.err != nil || s.counted == s.length {
		w.unlock()
	}
	w.parts.Wait()
	if s.err != nil || ctx.Err() != nil {
		return false
	}
	part.data, part.content, part.zeros, part.holes, part.left = s.data, s.content, s.zeros, s.holes, s.left
	s.buf, w.parts.next = w.parts.next, s.buf
	w.scratch.slots = append(w.scratch.slots[:0], part)
	w.parts.Go(func() { w.hash(w.scratch.slots) })
	if s.left > 0 {
		return true
	}
	w.parts.Wait()
	s.sum, s.leaves, s.ended = part.sum, part.leaves, true
	return false
}
