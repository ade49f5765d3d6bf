// Package abreast lets several that read the same files at the same time read them
// from the disk once.
//
// Each [Reader] says which files it will read, and is told in which order: one that
// suits all, as near to those in which they name them as may be. Before a file that
// others have still to come to, it waits for them; through it, they go abreast: who
// comes to a block first reads it, and it is kept until all others have taken it, or
// are past it. Where a reader does not keep to the order, so that each waits for
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
	"sort"
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
	readers []*Reader
	files   map[any]*shared
	places  bool // they know the order in which they read
	blocks  int  // that are kept
	spare   [][]byte
}

// shared is a file, and who reads it.
type shared struct {
	size    int64
	readers []*Reader
	index   []int // which of its files it is for each of readers
	missing int   // readers that have still to come to it
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
	files []*shared // in the order in which it named them
	order []int     // in which it reads them
	ranks []int     // of files in order
	firm  bool
	begun bool
	ended bool
	wake  chan struct{} // has room for one: that it may go on

	index int   // how far it is: the file that it reads, by its rank,
	pos   int64 // and the byte

	next  *place // that it wants to read, and may have to wait for
	alone int    // a file that it does not wait for others at; -1 if there is none
	force bool   // the block that it wants is not kept
}

// place is a block of a file.
type place struct {
	s     *shared
	index int   // the rank of the file among those of the reader
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
	case r.alone != p.index && p.s.missing > 0:
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
	for range n {
		g.readers = append(g.readers, &Reader{g: g, alone: -1, index: -1, wake: make(chan struct{}, 1)})
	}
	return g.readers
}

// Begin says what will be read, and waits until all others have said so, or have ended.
// It returns the order in which to read the files, by their indices: theirs, if that
// suits the others. Those to whom it makes a difference, for they are firm, come first.
func (r *Reader) Begin(ctx context.Context, files []File, firm bool) (order []int, err error) {
	g := r.g
	g.mu.Lock()
	defer g.mu.Unlock()
	named := make(map[any]bool, len(files))
	for _, f := range files {
		s := g.files[f.Key]
		if s == nil || named[f.Key] { // one file under two names: each is read by itself
			s = &shared{size: f.Size, blocks: map[int64]*block{}}
		}
		if !named[f.Key] {
			g.files[f.Key], named[f.Key] = s, true
		}
		r.files = append(r.files, s)
	}
	r.begun, r.firm = true, firm
	g.begin()
	err = g.wait(ctx, r, func() bool { return g.places })
	return r.order, err
}

// begin gives all readers the order in which they read, once they have begun.
func (g *group) begin() {
	for _, r := range g.readers {
		if !r.begun && !r.ended {
			return
		}
	}
	if g.places {
		return
	}
	g.places = true
	rank := ranks(g.readers)
	for _, r := range g.readers {
		r.place(rank)
		r.tell()
	}
}

// place puts the files of a reader in order.
func (r *Reader) place(rank map[*shared]int) {
	r.order, r.ranks = make([]int, len(r.files)), make([]int, len(r.files))
	for i := range r.order {
		r.order[i] = i
	}
	sort.SliceStable(r.order, func(a, b int) bool { return rank[r.files[r.order[a]]] < rank[r.files[r.order[b]]] })
	for k, i := range r.order {
		s := r.files[i]
		r.ranks[i] = k
		s.readers, s.index = append(s.readers, r), append(s.index, k)
		if !r.ended {
			s.missing++
		}
	}
}

// tell lets a reader look whether it may go on.
func (r *Reader) tell() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// wait waits until something is so, or ctx is done. It is called with the lock held.
func (g *group) wait(ctx context.Context, r *Reader, so func() bool) error {
	for !so() && ctx.Err() == nil {
		g.mu.Unlock()
		select {
		case <-r.wake:
		case <-ctx.Done():
		}
		g.mu.Lock()
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
	for k, i := range r.order {
		if k > r.index {
			r.files[i].missing--
		}
	}
	for _, s := range r.files {
		g.sweep(s)
	}
	g.begin()
	r.tell()
	g.look()
}

// move says how far the reader has come: at a byte of a file, or farther.
func (r *Reader) move(index int, pos int64) {
	if r.ended || index < r.index || index == r.index && pos <= r.pos {
		return
	}
	was, before := r.index, r.pos
	r.index, r.pos = index, pos
	if was == index && before/blockSize == pos/blockSize && pos < r.files[r.order[index]].size {
		return // it wants what it wanted
	}
	for i := was + 1; i <= index; i++ {
		r.files[r.order[i]].missing--
	}
	for i := max(was, 0); i <= index; i++ {
		r.g.sweep(r.files[r.order[i]])
	}
	r.g.look()
}

// sweep lets go of the blocks that nobody will take any more, and tells whether there
// were any.
func (g *group) sweep(s *shared) (any bool) {
	for at, b := range s.blocks {
		if b.ready && b.uses == 0 && !s.awaits(nil, at) {
			g.drop(s, at)
			any = true
		}
	}
	return any
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

// look wakes readers that wait for nothing any more. If all wait, each for another, one
// goes on.
func (g *group) look() {
	going := false
	for _, r := range g.readers {
		switch {
		case r.ended:
		case r.next == nil:
			going = true
		case r.lacks() == nothing:
			going = true
			r.tell()
		}
	}
	if !going {
		g.settle()
	}
}

// settle lets one reader go on where all wait, each for another.
func (g *group) settle() {
	var first *Reader
	why := nothing
	for _, r := range g.readers {
		if r.ended {
			continue
		}
		switch l := r.lacks(); {
		case l != company && l != room:
			return // for a read that goes on
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
	first.tell()
}
