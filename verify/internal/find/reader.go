package find

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const maxKept = 32 << 20 // bytes of candidates that are kept in memory

// reader reads and hashes candidates.
type reader struct {
	layout   *layout.Layout
	workers  int
	open     func(path string) (piecehash.File, error)
	extender *piecehash.Extender
	buf      []byte           // for passes
	kept     map[string]*kept // candidates whose first bytes are kept in memory, by path
	room     int64            // for those bytes
	work     *work
}

// kept is a candidate whose first bytes are kept in memory once they were read.
type kept struct {
	size, share int64 // of the candidate, and how much of it is kept
	reading     sync.Mutex
	data        []byte
}

func newReader(l *layout.Layout, workers int, open func(path string) (piecehash.File, error)) *reader {
	return &reader{layout: l, workers: workers, open: open, extender: piecehash.NewExtender(workers), kept: map[string]*kept{}, room: maxKept}
}

// keep makes the first bytes of candidates of a size be kept in memory, as many as
// divide gives them room for.
func (r *reader) keep(paths []string, size int64) {
	for _, path := range paths {
		r.kept[path] = &kept{size: size}
	}
}

// letGo keeps candidates in memory no more where others can use the room.
func (r *reader) letGo(paths map[string]bool) {
	all := int64(0)
	for _, c := range r.kept {
		all += c.size
	}
	before := len(r.kept)
	if all > r.room {
		maps.DeleteFunc(r.kept, func(path string, _ *kept) bool { return paths[path] })
	}
	if len(r.kept) < before {
		r.divide()
	}
}

// divide gives all candidates the same room, and what the smaller ones do not need to
// the others. Who would get little more than before is left as it is.
func (r *reader) divide() {
	left := r.room
	list := slices.SortedFunc(maps.Values(r.kept), func(a, b *kept) int { return cmp.Compare(a.size, b.size) })
	for i, c := range list {
		share := min(c.size, left/int64(len(list)-i))
		left -= share
		if share == c.size || share < c.share || share > c.share*9/8 {
			c.share = share
		}
	}
}

// wholly tells whether a candidate is kept in memory whole.
func (r *reader) wholly(path string) bool {
	c := r.kept[path]
	return c != nil && c.share == c.size
}

// view opens a candidate. What is kept of it in memory is read once.
func (r *reader) view(path string) (piecehash.File, error) {
	c := r.kept[path]
	if c == nil {
		return r.open(path)
	}
	c.reading.Lock()
	defer c.reading.Unlock()
	if int64(len(c.data)) == c.size {
		return inMemory{bytes.NewReader(c.data)}, nil
	}
	f, err := r.open(path)
	if err != nil {
		return nil, err
	}
	if have := int64(len(c.data)); have < c.share {
		more := make([]byte, c.share)
		copy(more, c.data)
		if n, err := f.ReadAt(more[have:], have); int64(n) < c.share-have {
			f.Close()
			return nil, err
		}
		c.data = more
	}
	return startInMemory{f, c.data}, nil
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// startInMemory is a file whose first bytes are in memory.
type startInMemory struct {
	piecehash.File
	start []byte
}

func (f startInMemory) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	if off < int64(len(f.start)) {
		n = copy(p, f.start[off:])
	}
	if n == len(p) {
		return n, nil
	}
	more, err := f.File.ReadAt(p[n:], off+int64(n))
	return n + more, err
}

// candidateFiles is a Source of candidates in the place of files of the layout.
type candidateFiles map[layout.FileIndex]func() (piecehash.File, error)

func (m candidateFiles) Open(i layout.FileIndex) (piecehash.File, error) { return m[i]() }

// hash hashes pieces. Those that cannot be read match nothing, and are not told.
func (r *reader) hash(ctx context.Context, only []layout.Run, src piecehash.Source, tell func(piecehash.Piece)) error {
	if len(only) == 0 {
		return nil
	}
	job := piecehash.Job{Layout: r.layout, Source: src, Workers: r.workers, Only: only}
	for p, err := range job.Pieces(ctx) {
		if p.Index < 0 {
			return err
		}
		r.work.add(r.layout.ContentLength(p.Index))
		if err == nil {
			tell(p)
		}
	}
	return nil
}
