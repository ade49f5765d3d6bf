package piecehash

import (
	"context"
	"errors"
	"io"
	"runtime"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
	"github.com/torrentkit/torrentkit/internal/sha1simd"
)

// The memory of a pipeline: each worker has an arena for what it has read and
// not yet hashed, and borrows a big one to read sequentially.
const (
	arenaSize    = 2 << 20  // of one worker, where there are few
	allArenas    = 24 << 20 // of all workers together
	allBigArenas = 16 << 20 // the same for sequential reading
	maxBigArenas = 4        // one is read into while the others are hashed
	bigPart      = 1 << 20  // of a piece that no big arena holds: what is read while the one before is hashed
	skew         = 192      // between lanes, so that lanes a power of two apart do not share cache sets
	maxRun       = 512      // pieces in a run
	zeroLanes    = 32       // messages that any kernel for zeros hashes side by side, at most
	maxZeroStep  = 1 << 20  // bytes of zeros that a piece is fed at a time, so that a job can be stopped
	allZeroSteps = 64 << 20 // the same for all pieces of a run
)

// slot is a piece of a run on its way through a worker.
type slot struct {
	piece  layout.Piece
	cursor layout.Cursor
	state  sha1simd.State
	sum    [sha1simd.Size]byte
	buf    []byte // the slot's part of the arena
	length int64  // as worker.length has it
	left   int64  // bytes of the piece that are not in state, data or zeros

	data    []byte // bytes to hash next, in buf
	content int    // how many of them, from the start, are content
	zeros   int    // blocks of zeros to hash behind that
	holes   int    // how many leaves of content are in zeros

	leaves  int   // leaves of the merkle tree so far
	firstAt int   // where its leaves begin among those of the run
	counted int64 // bytes of content that were read, or need not be
	err     error
	ended   bool
	goesOn  bool // in order Streams: the piece began in the load before
}

// sha1Lanes is what workers need of a sha1simd.Hasher.
type sha1Lanes interface {
	Lanes() int
	Blocks(states []*sha1simd.State, chunks [][]byte)
	Zeros(states []*sha1simd.State, blocks []int)
	Finish(digests [][sha1simd.Size]byte, states []*sha1simd.State, tails [][]byte, lengths []uint64)
}

// worker reads and hashes runs of pieces. All that it needs is allocated once.
type worker struct {
	*tools
	p       *pipeline
	files   handles
	size    int // of the arena that it needs
	chunk   int // bytes of a piece that are read at a time, in parallel order
	big     []byte
	line    *line // that run is of
	reading bool  // the worker holds the line
	parts   parts
	stream  *stream // in order Streams
}

func newWorker(p *pipeline, t *tools) *worker {
	w := &worker{tools: t, p: p}
	w.files = handles{source: p.Source, limit: max(2, min(2*w.sha1.Lanes()+8, maxHandles/p.Workers))}
	size := min(arenaSize, allArenas/p.Workers)
	lanes := 1 // where only leaves are hashed, those of one piece fill all lanes
	if p.queue.count > 0 && p.Layout.Piece(p.queue.lines[0].piece(0)).SHA1 {
		lanes = w.sha1.Lanes()
	}
	w.chunk = max(size/lanes/layout.LeafSize, 1) * layout.LeafSize
	share := int64((p.queue.count + p.Workers - 1) / p.Workers)
	need := share * int64(slotSize(p.Layout.PieceLength(), w.chunk))
	w.size = int(min(need, int64(lanes*w.chunk+max(lanes, 16)*skew)))
	return w
}

// own returns the worker's own arena.
func (w *worker) own() []byte {
	if cap(w.arena) < w.size {
		w.arena = make([]byte, w.size)
	}
	return w.arena[:w.size]
}

// work takes runs until there are none.
func (w *worker) work(ctx context.Context) {
	defer w.files.closeAll()
	if w.p.Order == Streams {
		w.stream = w.p.streams.add(w)
		defer w.stream.drain(ctx)
	}
	for ctx.Err() == nil {
		step := w.begin()
		if step == nil {
			return
		}
		for step(ctx) {
		}
		w.release()
		if ctx.Err() != nil {
			return
		}
		if w.stream != nil {
			continue // who hashes hands the results on
		}
		all := w.scratch.slots[:0]
		for i := range w.slots {
			all = append(all, &w.slots[i])
		}
		w.scratch.slots = all
		select {
		case w.p.results <- w.finish(all):
		case <-ctx.Done():
			return
		}
	}
}

// place gives each piece of the run a slot in the arena.
func (w *worker) place(arena []byte, chunk int) {
	w.slots = w.slots[:0]
	leaves := 0
	for _, p := range w.run {
		length := w.length(p)
		n := slotSize(length, chunk)
		s := slot{piece: p, cursor: w.p.Layout.Cursor(p.Index), length: length, left: p.Length, buf: arena[:n-skew], firstAt: leaves}
		s.state.Reset()
		arena = arena[n:]
		if p.Leaves > 0 {
			leaves += int((p.Length + layout.LeafSize - 1) / layout.LeafSize)
		}
		w.slots = append(w.slots, s)
	}
	w.scratch.wantLeaves(leaves)
}

// slotSize is the room that bytes of a piece want in an arena: whole blocks, and
// one at least.
func slotSize(length int64, chunk int) int {
	n := int(max(1, min(length, int64(chunk))))
	return (n+sha1simd.BlockSize-1)/sha1simd.BlockSize*sha1simd.BlockSize + skew
}

// step reads the next chunk of every piece of the run and hashes them together.
// It tells whether there is more to do.
func (w *worker) step(ctx context.Context) bool {
	active := w.scratch.slots[:0]
	more := false
	for i := range w.slots {
		s := &w.slots[i]
		if s.ended || s.err != nil {
			continue
		}
		if ctx.Err() != nil {
			return false
		}
		w.fill(i)
		if s.err == nil {
			active = append(active, s)
			if s.counted < s.length {
				more = true
			}
			if more && w.big != nil {
				break // the rest of its content comes before that of the next piece
			}
		}
	}
	if !more {
		w.unlock()
	}
	w.scratch.slots = active
	w.hash(active)
	return len(active) > 0
}

// hash hashes what was read of pieces.
func (w *worker) hash(active []*slot) {
	w.feedSHA1(active)
	w.feedLeaves(active)
	w.end(active)
}

// fill reads the next bytes of the piece in slot i into its buffer, or finds
// that zeros are next: padding, or a hole of a sparse file.
func (w *worker) fill(i int) {
	s := &w.slots[i]
	s.data, s.content, s.zeros, s.holes = s.buf[:0], 0, 0, 0
	for s.left > 0 && len(s.data) < len(s.buf) {
		span := s.cursor.Span()
		if w.stream != nil && w.stream.here(s) {
			continue
		}
		file, zeros, err := w.open(span)
		if err != nil {
			w.p.queue.end(span.File, 0)
			w.fail(s, err)
			return
		}
		have := len(s.data)
		unit := sha1simd.BlockSize // of zeros that need not be in the buffer
		if s.piece.Leaves > 0 && !span.Zero {
			unit = layout.LeafSize
		}
		rest := have % unit
		n := len(s.buf) - have
		switch {
		case zeros == 0:
			n = int(min(int64(n), span.Length))
			if w.stream != nil {
				err = w.stream.read(i, file, span, s.buf[have:have+n])
			} else {
				err = w.read(file, span, s.buf[have:have+n])
			}
			if err != nil {
				w.fail(s, err)
				return
			}
		case rest == 0 && zeros >= int64(unit):
			w.skip(s, span, min(zeros, maxZeroStep, max(allZeroSteps/int64(len(w.slots)), layout.LeafSize)), unit)
			return
		default: // to the end of the block or leaf
			n = int(min(int64(n), zeros, int64(unit-rest)))
			clear(s.buf[have : have+n])
		}
		if !span.Zero {
			s.content += n
		}
		s.data = s.buf[:have+n]
		w.advance(s, span, n)
	}
}

// skip notes that zeros are next, in whole units.
func (w *worker) skip(s *slot, span layout.Span, zeros int64, unit int) {
	n := int(zeros) / unit * unit
	s.zeros = n / sha1simd.BlockSize
	if unit == layout.LeafSize {
		s.holes = n / layout.LeafSize
	}
	w.advance(s, span, n)
}

// advance moves on in the piece.
func (w *worker) advance(s *slot, span layout.Span, n int) {
	s.cursor.Advance(int64(n))
	s.left -= int64(n)
	if !span.Zero {
		s.counted += int64(n)
		w.line.done.Add(int64(n))
	}
}

// fail gives a piece up. Its bytes count as done.
func (w *worker) fail(s *slot, err error) {
	s.err = err
	w.line.done.Add(w.p.Layout.ContentLength(s.piece.Index) - s.counted)
}

// open returns the open file of a span, and with how many bytes of zeros the
// span begins that need not be read.
func (w *worker) open(span layout.Span) (f File, zeros int64, err error) {
	if span.Zero {
		return nil, span.Length, nil
	}
	if f, err = w.files.get(span.File, w.p.Layout.File(span.File).Length); err != nil {
		return nil, 0, &ReadError{span.File, span.Offset, err}
	}
	if s, ok := f.(sparser); ok {
		zeros = min(s.NextData(span.Offset)-span.Offset, span.Length)
	}
	return f, zeros, nil
}

// read reads one span, whole.
func (w *worker) read(f File, span layout.Span, buf []byte) error {
	_, err := w.readAt(f, span, buf)
	return err
}

// readAt reads bytes of a file. If not all come, it says how many.
func (w *worker) readAt(f File, span layout.Span, buf []byte) (n int, err error) {
	if w.p.Durable {
		// Where workers keep all processors busy, digests wait milliseconds until
		// they are taken, and a kill would lose them.
		runtime.Gosched()
	}
	n, err = f.ReadAt(buf, span.Offset)
	if n == len(buf) {
		w.files.took(span.File, n)
		return n, nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		w.p.queue.end(span.File, span.Offset+int64(n))
	}
	w.files.drop(span.File) // the next piece of it finds out whether there is a use
	return n, &ReadError{span.File, span.Offset + int64(n), err}
}

// finish computes the merkle roots of pieces and returns their results.
func (w *worker) finish(slots []*slot) []result {
	sc := &w.scratch
	roots := sc.hashes[:0]
	trees, row := sc.trees[:0], sc.leaves[:0]
	for _, s := range slots {
		if s.leaves > 0 && s.err == nil {
			trees = append(trees, merkle.Tree{Nodes: s.leaves, Width: s.piece.Leaves})
			roots = append(roots, merkle.Hash{})
			row = append(row, sc.leaves[s.firstAt:s.firstAt+s.leaves]...)
		}
	}
	w.trees.Roots(roots, row, trees, 1)
	sc.hashes, sc.trees = roots, trees
	batch := w.p.batch()
	next := 0
	for _, s := range slots {
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
