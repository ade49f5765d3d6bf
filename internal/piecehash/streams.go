package piecehash

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
	"github.com/torrentkit/torrentkit/internal/sha1simd"
)

// The memory of workers in order Streams, and how much they ask for at a time.
const (
	allLoads = 16 << 20 // of all workers together
	loads    = 2        // of a worker: one waits for those of others, and is hashed, one is read into
	mostLoad = 1 << 20  // of one load: one that is read for as long as patience lasts waits for nobody
	leastAsk = 4 << 20  // bytes that a worker takes from the queue at a time
	mostAsk  = 16 << 20
	patience = 5 * time.Millisecond // that loads have with others
	skews    = 16                   // so many streams are each off by another skew
	fast     = 256 << 20            // bytes a second, from the beginning on, of workers that more join
)

// load is what a worker has read in order Streams: pieces one after the other, of
// which the first may have begun in the load before, and the last may go on in the
// next.
type load struct {
	buf   []byte
	used  int
	parts []slot // what is to be hashed of each piece
	lanes int    // of a hasher that it fills
}

// stream is how a worker reads in order Streams. It is the only one that adds loads;
// whoever hashes takes the oldest, one at a time.
type stream struct {
	*worker
	load [loads]load
	last *load     // that is read into
	skew int       // from the loads of other workers
	told announced // what will be read
	at   int       // the slot that the run has come to
	got  int64     // bytes behind those of the piece that were read with it

	// By the lock of the streams.
	first   int       // load that is to be hashed
	ready   int       // how many are
	busy    bool      // the first is being hashed
	ended   bool      // there will be no more
	late    bool      // others do not wait for it
	present bool      // when loads were taken last, there was one
	hashing bool      // a goroutine has the worker's tools
	batch   []*stream // whose loads that hashes

	// Of who hashes the first load.
	state  sha1simd.State // of the piece that goes on in the next load
	leaves []merkle.Hash  // the same
}

// there tells whether a load can be taken.
func (s *stream) there() bool { return s.ready > 0 && !s.busy }

// streams are those of all workers. One connection brings one long piece, and only
// several such fill the lanes of a hasher: a load waits for those of the others, a
// short time, and not for who was late before.
type streams struct {
	mu    sync.Mutex
	freed sync.Cond // a load was hashed
	all   []*stream
	hired int // workers that were started, of which some may not be among all yet
	began time.Time
	bytes int64       // that came since
	timer *time.Timer // runs while loads wait
	due   bool        // they have waited long enough
}

// add makes a stream for a worker, before it reads.
func (a *streams) add(w *worker) *stream {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := &stream{worker: w, skew: len(a.all) % skews * skew}
	s.last = &s.load[0]
	if a.freed.L = &a.mu; len(a.all) == 0 {
		a.began = time.Now()
	}
	a.all = append(a.all, s)
	return s
}

// room is the load that is read into. It has its memory from the first time on: no more
// than the job needs.
func (s *stream) room() *load {
	if l := s.last; l.buf != nil {
		return l
	}
	p := s.p
	share := int64((p.queue.count+p.Workers-1)/p.Workers) * int64(slotSize(p.Layout.PieceLength(), allLoads))
	size := min(int64(max(min(allLoads/loads/p.Workers, mostLoad)/layout.LeafSize, 1)*(layout.LeafSize+skew)), share+layout.LeafSize)
	s.last.buf = make([]byte, int(size)+s.skew)[s.skew:]
	return s.last
}

// turn has loads hashed, beside the reading, if it is time. It is called whenever
// that may have changed.
func (a *streams) turn(ctx context.Context) {
	var by *stream // of a worker whose tools nobody has
	lanes, all := 0, true
	for _, s := range a.all {
		switch {
		case s.there():
			all = all && len(a.all) == a.hired
			lanes += s.load[s.first].lanes
			if !s.hashing {
				by = s
			}
		case !s.late && !s.ended:
			all = false
		}
	}
	switch {
	case by == nil: // there is nothing to hash, or who hashes comes here again
	case all || a.due || lanes >= by.sha1.Lanes():
		by.hashing = true
		by.batch = a.take(by.batch[:0])
		go by.hashBatch(ctx)
	case a.timer == nil:
		a.timer = time.AfterFunc(patience, func() {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.due = true
			a.turn(ctx)
		})
	}
}

// take appends the streams whose first load is hashed next to list, and notes who was
// waited for in vain. Who is there twice in a row is no longer late.
func (a *streams) take(list []*stream) []*stream {
	for _, s := range a.all {
		switch {
		case s.there():
			s.late = s.late && !s.present
			s.present, s.busy = true, true
			list = append(list, s)
		case !s.busy:
			s.late = s.late || a.due
			s.present = false
		}
	}
	if a.timer != nil {
		a.timer.Stop()
	}
	a.timer, a.due = nil, false
	return list
}

// begin takes a run of what is to be asked for next.
func (s *stream) begin() (step func(context.Context) bool) {
	most, bytes, count := s.p.queue.ask(), int64(0), 0
	s.run = s.p.queue.take(s.line, s.run[:0], s.sha1.Lanes(), func(p layout.Piece) bool {
		bytes += s.p.Layout.ContentLength(p.Index)
		count++
		return bytes <= most && count <= s.p.maxRun
	})
	s.unlock()
	s.slots = s.slots[:0]
	for _, p := range s.run {
		s.slots = append(s.slots, slot{piece: p, cursor: s.p.Layout.Cursor(p.Index), length: s.p.Layout.ContentLength(p.Index), left: p.Length})
	}
	s.told, s.at, s.got = announced{file: -1}, 0, 0
	return s.step
}

// step reads the next bytes of the piece that the run has come to. It tells whether
// there may be more to read.
func (s *stream) step(ctx context.Context) bool {
	if ctx.Err() != nil || s.at == len(s.slots) {
		return false
	}
	piece, l := &s.slots[s.at], s.room()
	room := len(l.buf) - l.used - skew
	n := slotSize(piece.length-piece.counted, room) - skew
	if piece.length-piece.counted > int64(n) {
		n = room / layout.LeafSize * layout.LeafSize
	}
	if n <= 0 {
		s.pass(ctx)
		return true
	}
	piece.buf = l.buf[l.used:][:n]
	piece.goesOn = piece.left < piece.piece.Length
	s.fill(s.at)
	if s.got > 0 {
		l.used += len(piece.data) // where what was read with it lies
	} else {
		l.used += slotSize(int64(len(piece.data)), len(piece.data))
	}
	l.parts = append(l.parts, *piece)
	if l.lanes++; !piece.piece.SHA1 {
		l.lanes = s.sha1.Lanes() // as leaves do
	}
	over := piece.err != nil || piece.left == 0
	if over {
		s.at++
	}
	if !over || s.at == len(s.slots) {
		s.pass(ctx)
	}
	return true
}

// read reads bytes of the piece in slot i, and the pieces behind it that are of the
// same file and find room in the load: a read of a connection is better long.
func (s *stream) read(i int, f File, span layout.Span, buf []byte) error {
	s.announce(i, f, span)
	n := int64(len(buf))
	if piece := &s.slots[i]; piece.counted+n == piece.length {
		for k := range s.slots[i+1:] {
			more := s.slots[i+1+k].length
			if n+more > int64(cap(buf)-skew) || span.Offset+n+more > s.told.to {
				break
			}
			n += more
		}
	}
	have, err := s.readAt(f, span, buf[:n])
	if err != nil {
		s.told = announced{file: -1}
	}
	if have < len(buf) {
		return err
	}
	s.got = int64(have - len(buf))
	return nil
}

// here takes a piece that was read with the one before, if all of it was: else that
// read failed, and the next one will.
func (s *stream) here(piece *slot) bool {
	if s.got < piece.length {
		s.got = 0
	}
	if s.got == 0 {
		return false
	}
	piece.data, piece.content = piece.buf[:piece.length], int(piece.length)
	s.got -= piece.length
	s.advance(piece, piece.cursor.Span(), int(piece.length))
	return true
}

// pass hands over what was read to be hashed, and gets another load to read into.
func (s *stream) pass(ctx context.Context) {
	a := &s.p.streams
	a.mu.Lock()
	defer a.mu.Unlock()
	s.ready++
	a.bytes += int64(s.last.used)
	if s == a.all[len(a.all)-1] {
		a.join(s.p)
	}
	a.turn(ctx)
	for s.ready == loads || s.ready > 0 && s.p.Durable && ctx.Err() == nil {
		a.freed.Wait()
	}
	s.last = &s.load[(s.first+s.ready)%loads]
	s.last.used, s.last.parts, s.last.lanes = 0, s.last.parts[:0], 0
}

// join has another worker join where bytes come so fast that hashing may be what is slow,
// since few pieces side by side do not fill its lanes. Others want to use a network that
// brings less.
func (a *streams) join(p *pipeline) {
	if len(a.all) == a.hired && a.hired < p.Workers && float64(a.bytes) >= fast*time.Since(a.began).Seconds() {
		a.hired++
		p.queue.join()
		p.hire()
	}
}

// hashBatch hashes the first loads of the streams in the batch.
func (s *stream) hashBatch(ctx context.Context) {
	if results := s.hashFirst(); len(results) > 0 {
		select {
		case s.p.results <- results:
		case <-ctx.Done():
		}
	}
	a := &s.p.streams
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, b := range s.batch {
		b.first = (b.first + 1) % loads
		b.ready--
		b.busy = false
	}
	s.hashing = false
	a.turn(ctx)
	a.freed.Broadcast()
}

// hashFirst hashes the loads of the batch side by side, and returns the results of
// the pieces that end in them.
func (s *stream) hashFirst() []result {
	sc := &s.scratch
	active, side, leaves := sc.slots[:0], sc.side[:0], 0
	for _, b := range s.batch {
		parts := b.load[b.first].parts
		for i := range parts {
			part := &parts[i]
			part.state.Reset()
			if part.goesOn {
				part.state, part.leaves = b.state, len(b.leaves)
			}
			part.firstAt = leaves
			if part.piece.Leaves > 0 {
				leaves += part.leaves + (part.content+layout.LeafSize-1)/layout.LeafSize + part.holes
			}
			side = append(side, part)
			if part.err == nil {
				active = append(active, part)
			}
		}
	}
	sc.slots, sc.side = active, side
	sc.wantLeaves(leaves)
	for _, b := range s.batch {
		if part := &b.load[b.first].parts[0]; part.goesOn {
			copy(sc.leaves[part.firstAt:], b.leaves)
		}
	}
	s.hash(active)
	for _, b := range s.batch {
		parts := b.load[b.first].parts
		last := &parts[len(parts)-1]
		b.state = last.state
		b.leaves = append(b.leaves[:0], sc.leaves[last.firstAt:last.firstAt+last.leaves]...)
	}
	return s.finish(slices.DeleteFunc(side, func(part *slot) bool { return !part.ended && part.err == nil }))
}

// drain waits until all that the worker has read is hashed; once ctx is done, only
// until nobody is at it.
func (s *stream) drain(ctx context.Context) {
	a := &s.p.streams
	a.mu.Lock()
	defer a.mu.Unlock()
	s.ended = true
	a.turn(ctx)
	for s.hashing || s.busy || s.ready > 0 && ctx.Err() == nil {
		a.freed.Wait()
	}
	s.ready = 0
}

// announced is bytes of a file that a worker said it would read.
type announced struct {
	file     layout.FileIndex
	from, to int64
}

// announce tells a file, as the run comes to it, all that will be read of it
// from there on: it is one request where a file is a connection. Files further
// on are told later, so that one connection is in use at a time.
func (s *stream) announce(i int, file File, span layout.Span) {
	if s.told.file == span.File && s.told.from <= span.Offset && span.Offset < s.told.to {
		return
	}
	if h, ok := file.(hinter); ok {
		whole, _ := s.inOneFile(i)
		s.told = announced{whole.File, whole.Offset, whole.Offset + whole.Length}
		h.ReadAhead(whole.Offset, whole.Length)
	}
}
