package abreast

import "context"

// Open reads the i-th file of those that were begun with, from f, which is closed with it.
// It is read from its start to its end, with gaps where nothing is wanted, but for what is
// aside: that may be read at any time, and is not shared.
func (r *Reader) Open(ctx context.Context, i int, f Source, aside []Extent) Source {
	return &file{Source: f, ctx: ctx, r: r, s: r.files[i], index: r.ranks[i], aside: aside}
}

// Extent is bytes of a file from one on to before another.
type Extent struct{ From, To int64 }

type file struct {
	Source
	ctx   context.Context
	r     *Reader
	s     *shared
	index int // its rank
	aside []Extent
}

func (f *file) ReadAt(p []byte, off int64) (n int, err error) {
	for _, e := range f.aside {
		if e.From <= off && off < e.To {
			return f.Source.ReadAt(p, off)
		}
	}
	if len(f.s.readers) == 1 {
		f.r.g.mu.Lock()
		f.r.move(f.index, off)
		f.r.g.mu.Unlock()
		return f.Source.ReadAt(p, off)
	}
	for n < len(p) && err == nil {
		var k int
		k, err = f.readSome(p[n:], off+int64(n))
		n += k
	}
	return n, err
}

// NextData and ReadAhead are those of the file below, if it has them.

func (f *file) NextData(off int64) int64 {
	if s, ok := f.Source.(interface{ NextData(off int64) int64 }); ok {
		return s.NextData(off)
	}
	return off
}

func (f *file) ReadAhead(off, n int64) {
	if h, ok := f.Source.(interface{ ReadAhead(off, n int64) }); ok {
		h.ReadAhead(off, n)
	}
}

// readSome reads up to the end of a block, or of p.
func (f *file) readSome(p []byte, off int64) (n int, err error) {
	g, r, s := f.r.g, f.r, f.s
	g.mu.Lock()
	defer g.mu.Unlock()
	r.move(f.index, off)
	at := off - off%blockSize
	p = p[:min(int64(len(p)), at+blockSize-off)]
	kept, err := f.come(at)
	if err != nil {
		return 0, err
	}
	if !kept {
		if n, err = f.read(p, off); err == nil {
			r.move(f.index, off+int64(n))
		}
		return n, err
	}
	b := s.blocks[at]
	b.uses++
	g.mu.Unlock()
	n = copy(p, b.data[min(off-at, int64(len(b.data))):])
	g.mu.Lock()
	b.uses--
	r.move(f.index, off+int64(n))
	if g.sweep(s) {
		g.look()
	}
	if n == 0 { // behind the end, where the file below knows what to say
		return f.read(p, off)
	}
	return n, nil
}

// read reads from the file below, without the lock.
func (f *file) read(p []byte, off int64) (int, error) {
	f.r.g.mu.Unlock()
	defer f.r.g.mu.Lock()
	return f.Source.ReadAt(p, off)
}

// come waits until the block at a byte can be read, and tells whether it was, and is
// kept for others. Else the reader reads for itself.
func (f *file) come(at int64) (kept bool, err error) {
	g, r, s := f.r.g, f.r, f.s
	r.next = &place{s, f.index, at}
	if r.lacks() != nothing {
		g.look()
	}
	err = g.wait(f.ctx, r, func() bool { return r.lacks() == nothing })
	force := r.force
	r.next, r.force = nil, false
	b := s.blocks[at]
	switch {
	case err != nil:
		return false, err
	case r.ended:
		return false, errEnded
	case b != nil && b.ready:
		return true, nil
	case force || !s.awaits(r, at):
		return false, nil
	}
	return f.keep(at), nil
}

// keep reads the block at a byte for all. It tells whether that succeeded.
func (f *file) keep(at int64) bool {
	g, s := f.r.g, f.s
	b := &block{}
	s.blocks[at] = b
	g.blocks++
	size := min(blockSize, s.size-at)
	if n := len(g.spare); n > 0 && int64(cap(g.spare[n-1])) >= size {
		b.data, g.spare = g.spare[n-1][:size], g.spare[:n-1]
	} else {
		b.data = make([]byte, size) // which for a small file is all that is needed
	}
	n, err := f.read(b.data, at)
	b.ready = n == len(b.data) && err == nil
	if !b.ready {
		g.drop(s, at)
	}
	g.look()
	return b.ready
}
