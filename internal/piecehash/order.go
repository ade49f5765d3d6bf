package piecehash

import (
	"context"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// begin takes a run from the queue, of a length that fits the order in which it
// will be read, and returns the step that reads and hashes it, or nil at the end.
// A worker that reads sequentially keeps all others from taking runs of the line
// until it has read its own; it hashes while the next one reads.
func (w *worker) begin() (step func(context.Context) bool) {
	if !w.lock() {
		return nil
	}
	if w.stream != nil {
		return w.stream.begin()
	}
	next := w.p.queue.peek(w.line)
	end, works := w.line.reached()
	whole := w.whole(next, end, works)
	for _, a := range w.line.ahead {
		a.follow(w.line, next, whole && !works)
	}
	var arena []byte
	chunk := w.chunk
	if whole {
		arena = w.borrow()
		chunk = (len(arena) - 16*skew) / layout.LeafSize * layout.LeafSize
	} else {
		arena = w.own()
	}
	used, count, most := 0, 0, w.p.maxRun
	if works && len(w.p.queue.lines) > 1 {
		most = min(most, end-next) // other lines may have more
	}
	w.run = w.p.queue.take(w.line, w.run[:0], w.sha1.Lanes(), func(p layout.Piece) bool {
		n := w.length(p)
		used += slotSize(n, chunk)
		count++
		if whole && n > int64(chunk) {
			used = len(arena) + 1 // read in parts: alone, or its parts and others would not be in order
		}
		return used <= len(arena) && count <= most
	})
	if len(w.run) == 0 && w.p.Next != nil {
		w.release()
		return nil
	}
	step = w.step
	if whole && len(w.run) == 1 && w.length(w.run[0]) > int64(chunk) && w.divide(arena, chunk) {
		step = w.stepPart
	} else {
		w.place(arena, chunk)
	}
	switch {
	case whole && !works:
		w.readAhead(256<<10, 4<<20) // so that nothing stands still until the next run is announced
	case !whole:
		w.unlock()
	}
	return step
}

// length is how much of a piece needs room in an arena: not the padding, which can
// be most of it. Side by side are no more such pieces than keep the lanes busy, so
// that their content stays in the cache.
func (w *worker) length(p layout.Piece) int64 {
	content := w.p.Layout.ContentLength(p.Index)
	if w.big == nil {
		return max(content, min(p.Length, arenaSize/zeroLanes))
	}
	return content
}

// lock gets a line to take a run from. It returns false if no pieces are left.
func (w *worker) lock() bool {
	w.line = w.p.queue.hold()
	w.reading = w.line != nil
	return w.reading
}

func (w *worker) unlock() {
	if w.reading {
		w.reading = false
		w.p.queue.letGo(w.line)
	}
}

// borrow gets a big arena; the one who has it gives it back without the lock.
func (w *worker) borrow() []byte {
	w.big = <-w.p.big
	if w.big == nil {
		w.big = make([]byte, w.p.bigArena()+16*skew)
	}
	return w.big
}

// bigArena is how large arenas for sequential reading are: no larger than the
// longest run needs.
func (p *pipeline) bigArena() int {
	most := max(allBigArenas/cap(p.big)/max(1, p.Abreast), layout.LeafSize)
	run := int64(min(p.queue.count, p.maxRun)) * int64(slotSize(p.Layout.PieceLength(), most))
	return int(min(int64(most), (run+layout.LeafSize-1)/layout.LeafSize*layout.LeafSize))
}

// release gives back what the worker holds for a run.
func (w *worker) release() {
	w.unlock()
	if w.big != nil {
		w.p.big <- w.big
		w.big = nil
	}
}

// whole decides whether the next run is read piece by piece, and not all pieces
// side by side; what is read ahead of it, if that works, has reached the piece
// before end. Data in memory is read fastest by all workers at once, from
// everywhere. What is not in memory comes fastest in order, from any kind of
// storage, as long as it is asked for ahead.
func (w *worker) whole(next, end int, works bool) bool {
	if w.p.Order != Auto {
		return w.p.Order != Parallel
	}
	lanes, last := w.sha1.Lanes(), w.line.count-1
	if next > last {
		return false
	}
	if works {
		return end < min(next+lanes, last+1) // without looking, which would make a disk seek
	}
	for _, i := range [...]int{next, next + lanes/2, next + lanes - 1} {
		if w.cold(w.line.piece(min(i, last))) {
			return true
		}
	}
	return false
}

// cold tells whether the start of a piece must come from slow storage.
func (w *worker) cold(piece int) bool {
	c := w.p.Layout.Cursor(piece)
	span := c.Span()
	file, zeros, err := w.open(span)
	if err != nil || zeros > 0 {
		return false
	}
	if p, ok := file.(prober); ok {
		if cached, known := p.Cached(span.Offset); known {
			return !cached
		}
	}
	if s, ok := file.(seeker); ok {
		return s.SeekingIsSlow()
	}
	return false
}

// inOneFile returns all that the run reads from the span at the cursor of a
// slot on without leaving its file, and the first slot that starts elsewhere.
func (w *worker) inOneFile(i int) (whole layout.Span, next int) {
	whole = w.slots[i].cursor.Span()
	for next = i + 1; next < len(w.slots); next++ { // pieces that go on in the same file
		s := w.slots[next].cursor.Span()
		if s.File != whole.File || s.Offset != whole.Offset+whole.Length {
			break
		}
		whole.Length += s.Length
	}
	return whole, next
}

// readAhead announces what the run will read of each file, if that is
// worthwhile, and some bytes beyond, so that the storage is busy from here on
// and not only while somebody waits for it.
func (w *worker) readAhead(worthwhile, beyond int64) {
	for i := 0; i < len(w.slots); {
		var whole layout.Span
		whole, i = w.inOneFile(i)
		if whole.Zero || whole.Length < worthwhile {
			continue
		}
		if file, _, err := w.open(whole); err == nil {
			if h, ok := file.(hinter); ok {
				h.ReadAhead(whole.Offset, whole.Length+beyond)
			}
		}
	}
}
