package find

import (
	"bytes"
	"context"
	"sync"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const maxKept = 16 << 20 // bytes of candidates that are kept in memory

// reader reads and hashes candidates.
type reader struct {
	layout   *layout.Layout
	workers  int
	open     func(path string) (piecehash.File, error)
	extender *piecehash.Extender
	buf      []byte           // for passes
	kept     map[string]*kept // what is read once, by path
	room     int64            // for more of that
	work     *work
}

// kept is a candidate that is kept in memory once it was read.
type kept struct {
	size    int64
	reading sync.Mutex
	data    []byte
}

func newReader(l *layout.Layout, workers int, open func(path string) (piecehash.File, error)) *reader {
	return &reader{layout: l, workers: workers, open: open, extender: piecehash.NewExtender(workers), kept: map[string]*kept{}, room: maxKept}
}

// keep makes candidates of a size be kept in memory, if there is room for all.
func (r *reader) keep(paths []string, size int64) {
	all := size * int64(len(paths))
	if all > r.room {
		return
	}
	r.room -= all
	for _, path := range paths {
		r.kept[path] = &kept{size: size}
	}
}

// view opens a candidate. What is kept in memory is read once.
func (r *reader) view(path string) (piecehash.File, error) {
	c := r.kept[path]
	if c == nil {
		return r.open(path)
	}
	c.reading.Lock()
	defer c.reading.Unlock()
	if c.data == nil {
		data, err := r.readWhole(path, c.size)
		if err != nil {
			return nil, err
		}
		c.data = data
	}
	return inMemory{bytes.NewReader(c.data)}, nil
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// readWhole reads a candidate of n bytes.
func (r *reader) readWhole(path string, n int64) ([]byte, error) {
	f, err := r.open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, n)
	if got, err := f.ReadAt(data, 0); got < len(data) {
		return nil, err
	}
	return data, nil
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
