package find

import (
	"context"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const maxKept = 28 << 20 // bytes of candidates that are kept in memory

// reader reads and hashes candidates.
type reader struct {
	layout   *layout.Layout
	workers  int
	open     func(path string) (piecehash.File, error)
	extender *piecehash.Extender
	buf      []byte // for passes
	memory   *memory
	work     *work
	hashed   int64 // bytes, in passes
}

func newReader(l *layout.Layout, workers int, open func(path string) (piecehash.File, error)) *reader {
	return &reader{layout: l, workers: workers, open: open, extender: piecehash.NewExtender(workers), memory: newMemory(maxKept)}
}

// view opens a candidate. What is kept of it in memory is not read.
func (r *reader) view(path string) (piecehash.File, error) { return r.memory.view(path, r.open) }

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
