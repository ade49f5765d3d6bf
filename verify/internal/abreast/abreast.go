// Package abreast lets several that read the same files at the same time read them
// from the disk once.
//
// Each [Reader] says which files it will read, and in which order. Before a file
// that others have still to come to, it waits for them; through it, they go abreast:
// who comes to a block first reads it, and it is kept until all others have taken it,
// or are past it. Where their orders do not allow that, because each would wait for
// another, one goes on alone, and what it read is read again.
//
// The bytes that a reader gets are those of the file, whoever read them. An error is
// its own: what one could not read, every other tries by itself. The package neither
// opens nor hashes anything.
package abreast

import (
	"context"
	"errors"
	"io"
	"sync"
)

const (
	blockSize = 256 << 10 // bytes that are read at a time, from a multiple of it on
	maxBlocks = 64        // that are kept by all readers together
)

// A File is one that a reader will read. Keys are comparable, and equal for what is the
// same file.
type File struct {
	Key  any
	Size int64 // in bytes
}

// Source is an open file.
type Source = interface {
	io.ReaderAt
	io.Closer
}

// group is the readers that go abreast.
type group struct {
	mu      sync.Mutex
	changed sync.Cond // a reader began, moved or ended, or a block was read
	readers []*Reader
	files   map[any]*shared
	blocks  int // that are kept
	spare   [][]byte
}

// shared is a file, and who reads it.
type shared struct {
	size    int64
	readers []*Reader
	index   []int // which of its files it is for each of readers
	blocks  map[int64]*block
}

// block is bytes of a file from a multiple of blockSize on.
type block struct {
	data  []byte
	ready bool // they were read
	uses  int  // readers that copy them
}

// Reader is one of those that go abreast.
type Reader struct {
	g     *group
	files []*shared // in the order in which they are read
	begun bool
	ended bool

	index int   // how far it is: the file that it reads,
	pos   int64 // and the byte

	next  *place // that it wants to read, and may have to wait for
	alone int    // a file that it does not wait for others at; -1 if there is none
	force bool   // the block that it wants is not kept
}

// place is a block of a file.
type place struct {
	s     *shared
	index int   // of the file among those of the reader
	at    int64 // of the block
}

// lack is what a reader cannot go on for.
type lack uint8

const (
	nothing lack = iota
	company      // all others that will read the file
	room         // for a block
	others       // that are reading it
)

// lacks tells what is in the way of reading the block that a reader wants.
func (r *Reader) lacks() lack {
	p := r.next
	switch b := p.s.blocks[p.at]; {
	case r.ended, r.force, b != nil && b.ready:
		return nothing
	case b != nil:
		return others
	case r.alone != p.index && !p.s.gathered():
		return company
	case p.s.awaits(r, p.at) && r.g.blocks >= maxBlocks:
		return room
	}
	return nothing
}

// errEnded is why a reader that was ended reads nothing.
var errEnded = errors.New("the reading was ended")

// New makes n readers that wait for one another. Each has to be ended.
func New(n int) []*Reader {
	g := &group{files: map[any]*shared{}}
	g.changed.L = &g.mu
	for range n {
		g.readers = append(g.readers, &Reader{g: g, alone: -1, index: -1})
	}
	return g.readers
}

// Begin says what will be read, in this order, and waits until all others have said so,
// or have ended.
func (r *Reader) Begin(ctx context.Context, files []File) error {
	g := r.g
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, f := range files {
		s := g.files[f.Key]
		if s == nil {
			s = &shared{size: f.Size, blocks: map[int64]*block{}}
			g.files[f.Key] = s
		}
		if n := len(s.readers); n > 0 && s.readers[n-1] == r {
			s = &shared{size: f.Size, blocks: map[int64]*block{}} // one file under two names: each is read by itself
		}
		s.readers, s.index = append(s.readers, r), append(s.index, i)
		r.files = append(r.files, s)
	}
	r.begun = true
	g.changed.Broadcast()
	return g.wait(ctx, func() bool {
		for _, o := range g.readers {
			if !o.begun && !o.ended {
				return false
			}
		}
		return true
	})
}

// wait waits until something is so, or ctx is done. It is called with the lock held.
func (g *group) wait(ctx context.Context, so func() bool) error {
	if so() {
		return ctx.Err()
	}
	stop := context.AfterFunc(ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.changed.Broadcast()
	})
	defer stop()
	for !so() && ctx.Err() == nil {
		g.changed.Wait()
	}
	return ctx.Err()
}

// End says that nothing more will be read. Reads that wait come back.
func (r *Reader) End() {
	g := r.g
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.ended {
		return
	}
	r.ended = true
	for _, s := range r.files {
		g.sweep(s)
	}
	g.settle()
	g.changed.Broadcast()
}

// move says how far the reader has come: at a byte of a file, or farther.
func (r *Reader) move(index int, pos int64) {
	if index < r.index || index == r.index && pos <= r.pos {
		return
	}
	was := r.index
	r.index, r.pos = index, pos
	for i := max(was, 0); i <= index; i++ {
		r.g.sweep(r.files[i])
	}
	r.g.changed.Broadcast()
}

// sweep lets go of the blocks that nobody will take any more.
func (g *group) sweep(s *shared) {
	for at, b := range s.blocks {
		if b.ready && b.uses == 0 && !s.awaits(nil, at) {
			g.drop(s, at)
		}
	}
}

func (g *group) drop(s *shared, at int64) {
	if len(g.spare)+g.blocks <= maxBlocks {
		g.spare = append(g.spare, s.blocks[at].data)
	}
	delete(s.blocks, at)
	g.blocks--
}

// awaits tells whether one that reads the file, other than r, has still to take bytes
// of the block at a byte.
func (s *shared) awaits(r *Reader, at int64) bool {
	end := min(at+blockSize, s.size)
	for k, o := range s.readers {
		if o != r && !o.ended && o.index == s.index[k] && o.pos < end {
			return true
		}
	}
	return false
}

// gathered tells whether all who will read the file have come to it.
func (s *shared) gathered() bool {
	for k, o := range s.readers {
		if !o.ended && o.index < s.index[k] {
			return false
		}
	}
	return true
}

// settle lets one reader go on if all wait, each for another.
func (g *group) settle() {
	var first *Reader
	why := nothing
	for _, r := range g.readers {
		if r.ended {
			continue
		}
		if r.next == nil {
			return
		}
		switch l := r.lacks(); {
		case l != company && l != room:
			return
		case first == nil, l == company && why == room:
			first, why = r, l
		}
	}
	switch why {
	case company:
		first.alone = first.next.index
	case room:
		first.force = true
	default:
		return
	}
	g.changed.Broadcast()
}
