package assemble

import (
	"cmp"
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// settle hashes what was brought of the files before one, and of its first bytes,
// and gives files their names of which nothing is open any more.
func (a *assembly) settle(ctx context.Context, file layout.FileIndex, bytes int64) error {
	a.fresh = 0
	if err := a.prove(ctx, file, bytes); err != nil {
		return err
	}
	var ready, later []*part
	for _, p := range a.pending {
		if _, end := a.layout.FilePieces(p.Index); p.copying != nil || p.unsure && end > a.next {
			later = append(later, p)
		} else {
			ready = append(ready, p)
		}
	}
	if err := a.sync(ctx, ready); err != nil {
		return err
	}
	a.pending = later
	for i, p := range ready {
		if err := a.name(p); err != nil {
			a.pending = append(later, ready[i:]...)
			return a.failed(p, err)
		}
	}
	return nil
}

// prove hashes the pieces that are complete, once the files before one and some
// bytes of it are there, and looks whether those that were good are good.
func (a *assembly) prove(ctx context.Context, file layout.FileIndex, bytes int64) error {
	only := a.toProve(file, bytes)
	if len(only) == 0 {
		return nil
	}
	job := piecehash.Job{Layout: a.layout, Source: a, Only: layout.Runs(only), Workers: a.Workers}
	for p, err := range job.Pieces(ctx) {
		if p.Index < 0 {
			return err
		}
		if err == nil && a.Torrent.Check(p.Index, p.SHA1, p.Root) != metainfo.Good {
			err = ErrNotProved
		}
		if err != nil {
			return a.failed(a.unsure(p.Index), err)
		}
	}
	return nil
}

// toProve lists the pieces of files on the stage that are complete.
func (a *assembly) toProve(file layout.FileIndex, bytes int64) (only []int) {
	for _, p := range a.pending {
		if !p.unsure {
			continue
		}
		first, end := a.layout.FilePieces(p.Index)
		for i := max(first, a.next); i < end; i++ {
			if !a.complete(i, file, bytes) {
				return only
			}
			if a.next = i + 1; a.Good(i) {
				only = append(only, i)
			}
		}
	}
	return only
}

// complete tells whether all files of a piece have been gone through.
func (a *assembly) complete(piece int, file layout.FileIndex, bytes int64) bool {
	for span := range a.layout.Spans(piece) {
		if !span.Zero && (span.File > file || span.File == file && span.Offset+span.Length > bytes) {
			return false
		}
	}
	return true
}

// unsure returns a file of a piece for which it is to be hashed, if there is one.
func (a *assembly) unsure(piece int) *part {
	for span := range a.layout.Spans(piece) {
		if p := a.parts[span.File]; !span.Zero && p != nil && p.unsure {
			return p
		}
	}
	return nil
}

// Open implements piecehash.Source: a file where it is by now.
func (a *assembly) Open(i layout.FileIndex) (piecehash.File, error) {
	p := a.parts[i]
	switch {
	case p == nil:
		return a.Rest.Open(i)
	case p.copying != nil:
		return unclosed{p.copying}, nil
	}
	f, err := a.out.Open(p.at, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// unclosed is a file that stays open.
type unclosed struct{ *os.File }

func (unclosed) Close() error { return nil }

// sync has the disk hold copies before they get their names. Several are waited for
// at a time: the disk takes them together.
func (a *assembly) sync(ctx context.Context, list []*part) error {
	if a.Kind != Copy && a.Kind != RefLink {
		return nil
	}
	errs := make([]error, len(list))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(8, len(list)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(list)); i = next.Add(1) - 1 {
				if errs[i] = ctx.Err(); errs[i] == nil {
					errs[i] = a.syncOne(list[i])
				}
			}
		})
	}
	wg.Wait()
	return cmp.Or(errs...)
}

func (a *assembly) syncOne(p *part) error {
	f, err := a.out.Open(p.at, os.O_RDWR)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil {
		return a.failed(p, err)
	}
	return nil
}
