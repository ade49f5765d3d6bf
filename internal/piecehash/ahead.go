package piecehash

import (
	"slices"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/openfiles"
)

const (
	aheadBytes = 48 << 20  // of content: how far is read ahead, at most
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

// ahead brings what workers will read next to memory, in the order in which they
// will, so that a disk that turns is not made to seek; many parts at a time, as
// far as the storage likes that, opening files included. It is a guess that
// costs memory of the system's only, and nothing before the first cold data is
// seen: workers read as they would without it, and wait less.
type ahead struct {
	p  *pipeline
	wg sync.WaitGroup

	mu      sync.Mutex
	wake    sync.Cond
	stopped bool
	depth   depth
	readers int // goroutines
	busy    int // parts on their way

	next   int           // the job's piece to go on with
	cursor layout.Cursor // in it
	left   int64         // bytes of it
	at     int64         // bytes of content before
	limit  int64         // of at
	warm   int           // parts since the last cold one
}

func newAhead(p *pipeline) *ahead {
	a := &ahead{p: p, depth: newDepth(min(maxDepth, max(1, openfiles.Limit()/fileShare))), warm: enoughWarm}
	a.wake.L = &a.mu
	return a
}

// follow is told that a worker has come to the job's k-th piece, and whether it
// found it to be cold.
func (a *ahead) follow(k int, cold bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if cold {
		a.warm = 0
	}
	if a.stopped || a.warm >= enoughWarm {
		return
	}
	done := a.p.finished()
	if k > a.next || a.readers == 0 { // behind the workers it would be of no use
		a.next, a.left, a.at = k, 0, done
	}
	a.limit = done + aheadBytes
	a.staff()
	a.wake.Broadcast()
}

// staff sees to it that there are as many goroutines as parts may be in flight.
func (a *ahead) staff() {
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
		a.mu.Unlock()
		opened := !slices.Contains(files.index, part.file)
		cold, able := a.fetch(&files, part)
		a.mu.Lock()
		a.busy--
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
			if a.next == a.p.queue.count {
				break
			}
			i := a.p.queue.piece(a.next)
			a.next++
			a.cursor, a.left = a.p.Layout.Cursor(i), a.p.Layout.Piece(i).Length
			continue
		}
		span := a.cursor.Span()
		n := min(span.Length, partBytes-p.n)
		switch {
		case span.Zero:
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

// fetch brings a part to memory. It says whether it had to, and whether files of
// this kind can do that at all: where nobody knows what is in memory, everything
// would be read twice for nothing.
func (a *ahead) fetch(files *handles, p part) (cold, able bool) {
	f, err := files.get(p.file, a.p.Layout.File(p.file).Length)
	if err != nil {
		return false, true // a worker will find out
	}
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
	files.took(p.file, int(p.n))
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
