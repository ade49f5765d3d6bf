package verify

import (
	"cmp"
	"context"
	"crypto/sha1"
	"hash"
	"runtime"
	"slices"
	"sync"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// slideBytes is how much of a file is in memory while pieces slide over it.
const slideBytes = 1 << 20

// strip is a piece that is hashed while its file is read once from start to end.
type strip struct {
	piece    layout.Piece
	from, to int64 // in the file
	before   int64 // zeros in front of it
	h        hash.Hash
}

// slide hashes pieces of files for which one candidate stands, all in one pass
// over it, though they overlap: reading them one by one would read the candidate
// as often as there are classes, and need not fit into memory. Pieces have no
// trees: where there are trees, files start at the start of a piece, and there
// are no more than two classes. What cannot be read is not told.
func (s *search) slide(ctx context.Context, path string, pieces []int, tell func(piecehash.Piece)) error {
	f, err := s.open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	strips := s.strips(pieces)
	end := int64(0)
	for _, t := range strips {
		end = max(end, t.to)
	}
	buf := make([]byte, min(slideBytes, end))
	var active []*strip
	for at := int64(0); len(strips)+len(active) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(active) == 0 {
			at = strips[0].from
		}
		data := buf[:min(int64(len(buf)), end-at)]
		if n, _ := f.ReadAt(data, at); n < len(data) {
			return nil
		}
		for len(strips) > 0 && strips[0].from < at+int64(len(data)) {
			active = append(active, strips[0])
			strips = strips[1:]
		}
		s.feed(active, data, at)
		at += int64(len(data))
		active = slices.DeleteFunc(active, func(t *strip) bool {
			if t.to <= at {
				tell(t.sum())
			}
			return t.to <= at
		})
	}
	return nil
}

// strips lists pieces by where they begin.
func (s *search) strips(pieces []int) []*strip {
	var list []*strip
	for _, p := range pieces {
		t := &strip{piece: s.plane.Piece(p)}
		for span := range s.plane.Spans(p) {
			switch {
			case !span.Zero:
				t.from, t.to = span.Offset, span.Offset+span.Length
			case t.to == 0:
				t.before += span.Length
			}
		}
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *strip) int { return cmp.Compare(a.from, b.from) })
	return list
}

// feed hashes what the pieces have of the bytes at an offset, with all processors.
func (s *search) feed(active []*strip, data []byte, at int64) {
	workers := s.workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(active); i += workers {
				active[i].write(data, at)
			}
		})
	}
	wg.Wait()
}

func (t *strip) write(data []byte, at int64) {
	if t.h == nil {
		t.h = sha1.New()
		t.zeros(t.before)
	}
	from, to := max(t.from-at, 0), min(t.to-at, int64(len(data)))
	t.h.Write(data[from:to])
}

func (t *strip) zeros(n int64) {
	var block [4096]byte
	for ; n > 0; n -= int64(len(block)) {
		t.h.Write(block[:min(n, int64(len(block)))])
	}
}

func (t *strip) sum() piecehash.Piece {
	t.zeros(t.piece.Length - t.before - (t.to - t.from))
	return piecehash.Piece{Index: t.piece.Index, SHA1: [20]byte(t.h.Sum(nil))}
}
