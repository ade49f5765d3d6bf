package piecehash

import (
	"slices"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/openfiles"
	"github.com/torrentkit/torrentkit/internal/procs"
)

const (
	aheadBytes = 48 << 20  // of content: how far is read ahead on a device, at most
	allAhead   = 384 << 20 // the same for all devices together
	notKnown   = 4 << 20   // bytes that count as ready where nobody knows how many are
	partBytes  = 512 << 10 // of a file that are brought to memory at a time
	openWork   = 256 << 10 // bytes that cost about as much as opening a file does
	enoughWarm = 64        // parts that were in memory, until cold data is no longer expected
	fileShare  = 8         // of so many files that may be open, one may be here: workers need theirs
)

// part is what is brought to memory at a time: bytes of one file.
type part struct {
	file   layout.FileIndex
	off, n int64
}

// window is how far is read ahead on each of so many devices, in bytes.
func window(devices int) int64 { return min(aheadBytes, allAhead/int64(devices)) }

// ahead brings what workers will read next on a device to memory, in the order in
// which they will, so that a disk that turns is not made to seek; many parts at a
// time, as far as the storage likes that, opening files included. It is a guess
// that costs memory of the system's only, and nothing before the first cold data
// is seen: workers read as they would without it, and wait less.
type ahead struct {
	p      *pipeline
	device int
	window int64 // bytes
	wg     sync.WaitGroup

	mu      sync.Mutex
	wake    sync.Cond
	stopped bool
	patient func() // ends what procs.Waiting began, once there are readers
	depth   depth
	readers int   // goroutines
	busy    int   // parts on their way
	flying  int64 // bytes of those of the line

	line   *line         // that is read
	next   int           // its piece to go on with
	cursor layout.Cursor // in that
	left   int64         // bytes of it
	at     int64         // bytes of content before, on other devices too
	limit  int64         // of at
	warm   int           // parts since the last cold one
}

// newAhead is for one of so many devices.
func newAhead(p *pipeline, device, devices int) *ahead {
	a := &ahead{p: p, device: device, window: window(devices), warm: enoughWarm}
	a.depth = newDepth(min(maxDepth, max(1, openfiles.Limit()/fileShare/devices)))
	a.wake.L = &a.mu
	return a
}

// follow is told that a worker has come to the k-th piece of a line, and whether
// it found it to be cold.
func (a *ahead) follow(l *line, k int, cold bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if cold {
		a.warm = 0
	}
	if a.stopped || a.warm >= enoughWarm {
		return
	}
	done := l.done.Load()
	if l != a.line || k > a.next || a.readers == 0 { // behind the workers it would be of no use
		if l != a.line {
			a.flying = 0
		}
		a.line, a.next, a.left, a.at = l, k, 0, done
	}
	a.limit = done + a.window*int64(len(l.ahead))
	a.staff()
	a.wake.Broadcast()
}

// reached is that of a line, as far as the device is concerned.
func (a *ahead) reached(l *line) (end int, works bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.works(l) {
		return 0, false
	}
	if end = a.next; a.left > 0 {
		end--
	}
	pieceLength := a.p.Layout.PieceLength()
	return end - int((a.flying+pieceLength-1)/pieceLength), true
}

func (a *ahead) works(l *line) bool { return !a.stopped && a.warm < enoughWarm && a.line == l }

// ready is how many bytes of a line are in memory, and were not read by workers.
func (a *ahead) ready(l *line) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.works(l) {
		return notKnown
	}
	return a.at - a.flying - l.done.Load()
}

// staff sees to it that there are as many goroutines as parts may be in flight.
func (a *ahead) staff() {
	if a.patient == nil {
		a.patient = procs.Waiting()
	}
	for ; a.readers < a.depth.now; a.readers++ {
		a.wg.Go(a.read)
	}
}

// stop ends all reading, and waits for what is on its way.
func (a *ahead) stop() {
	a.mu.Lock()
	a.stopped = true
	a.wake.Broadcast()
	a.mu.Unlock()
	a.wg.Wait()
	if a.patient != nil {
		a.patient()
	}
}

// read brings one part after the other to memory.
func (a *ahead) read() {
	var files = handles{source: a.p.Source, limit: 1}
	defer files.closeAll()
	a.mu.Lock()
	defer a.mu.Unlock()
	for {
		part, ok := a.take()
		if !ok {
			return
		}
		a.busy++
		a.flying += part.n
		of := a.line
		opened := !slices.Contains(files.index, part.file)
		a.mu.Unlock()
		f, err := files.get(part.file, a.p.Layout.File(part.file).Length)
		cold, able := false, true
		if err == nil { // else a worker will find out
			cold, able = fetch(f, part)
			files.took(part.file, int(part.n))
		}
		a.mu.Lock()
		a.busy--
		if of == a.line {
			a.flying -= part.n
		}
		a.note(part, cold, able, opened)
	}
}

// take waits until there may be one read more, and returns of what. At the end
// it returns false.
func (a *ahead) take() (p part, ok bool) {
	for !a.stopped {
		if a.busy < a.depth.now {
			if p = a.cut(); p.n > 0 {
				return p, true
			}
			a.depth.again() // the workers are what there is to wait for
		}
		a.wake.Wait()
	}
	return part{}, false
}

// cut returns the next part, or one of no bytes if there is none for now.
func (a *ahead) cut() (p part) {
	for a.at < a.limit && p.n < partBytes {
		if a.left == 0 {
			if a.next == a.line.count {
				break
			}
			i := a.line.piece(a.next)
			a.next++
			a.cursor, a.left = a.p.Layout.Cursor(i), a.p.Layout.Piece(i).Length
			continue
		}
		span := a.cursor.Span()
		n := min(span.Length, partBytes-p.n)
		switch {
		case span.Zero || a.elsewhere(span.File):
			n = span.Length
		case p.n == 0:
			p = part{span.File, span.Offset, n}
		case span.File != p.file || span.Offset != p.off+p.n:
			return p
		default:
			p.n += n
		}
		if !span.Zero {
			a.at += n
		}
		a.cursor.Advance(n)
		a.left -= n
	}
	return p
}

// elsewhere tells whether a file is another device's to read ahead.
func (a *ahead) elsewhere(file layout.FileIndex) bool {
	return len(a.line.ahead) > 1 && a.p.places.of(file) != a.device
}

// fetch brings a part to memory. It says whether it had to, and whether files of
// this kind can do that at all: where nobody knows what is in memory, everything
// would be read twice for nothing.
func fetch(f File, p part) (cold, able bool) {
	h, able := f.(fetcher)
	c, tells := f.(prober)
	if !able || !tells {
		return false, false
	}
	if s, ok := f.(sparser); !ok || s.NextData(p.off) < p.off+p.n {
		for _, off := range [...]int64{p.off, p.off + p.n - 1} {
			yes, known := c.Cached(off)
			if !known {
				return false, false
			}
			cold = cold || !yes
		}
	}
	if cold {
		h.Fetch(p.off, p.n)
	}
	return cold, true
}

// note learns from a part that was brought to memory.
func (a *ahead) note(p part, cold, able, opened bool) {
	switch {
	case !able:
		a.stopped = true
		a.wake.Broadcast()
	case !cold:
		a.warm++
	default:
		a.warm = 0
		work := p.n
		if opened {
			work += openWork
		}
		if a.depth.ended(work, time.Now()); a.depth.now > a.readers {
			a.staff()
		}
		if a.busy+1 < a.depth.now {
			a.wake.Broadcast()
		}
	}
}
