package find

import (
	"cmp"
	"context"
	"slices"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const (
	sweepBytes = 4 << 20  // of files that are read side by side
	minSweep   = 64 << 10 // of each of them
	maxSweep   = 1 << 20
	maxSweeps  = sweepBytes / minSweep
	maxStep    = 256 << 20 // hashed at a time, so that a search can be stopped
	minStep    = 4 << 10
)

// strip is bytes of a file, and the starts of pieces that they continue.
type strip struct {
	from, to int64
	starts   []*piecehash.Prefix
	failed   bool // it could not be read
}

// sweep is a pass over a file: strips that overlap are read once, and what lies
// between strips is not.
type sweep struct {
	path   string
	strips []*strip
	file   piecehash.File
	active []*strip
	at     int64
	buf    []byte
}

// step reads on, and tells the Extender. It returns false at the end.
func (w *sweep) step(e *piecehash.Extender) bool {
	w.active = slices.DeleteFunc(w.active, func(t *strip) bool { return t.to <= w.at })
	if len(w.active) == 0 {
		if len(w.strips) == 0 {
			return false
		}
		w.at = w.strips[0].from
	}
	end := w.at
	for _, t := range w.active {
		end = max(end, t.to)
	}
	for len(w.strips) > 0 && w.strips[0].from <= min(end, w.at+int64(len(w.buf))-1) {
		w.active = append(w.active, w.strips[0])
		end = max(end, w.strips[0].to)
		w.strips = w.strips[1:]
	}
	data := w.buf[:min(int64(len(w.buf)), end-w.at)]
	n, _ := w.file.ReadAt(data, w.at)
	for _, t := range w.active {
		from, to := max(t.from-w.at, 0), min(t.to-w.at, int64(len(data)))
		if t.failed = to > int64(n); t.failed {
			continue
		}
		for _, p := range t.starts {
			e.Add(p, data[from:to])
		}
	}
	w.at += int64(n)
	if n == len(data) {
		return true
	}
	for _, t := range w.strips {
		t.failed = true
	}
	return false
}

// read makes passes over files, side by side as many as keep all lanes filled.
func (r *reader) read(ctx context.Context, list []*sweep) error {
	for len(list) > 0 {
		n, lanes := 0, 0
		for n < min(len(list), maxSweeps) && lanes < r.extender.Lanes() {
			for _, t := range list[n].strips {
				lanes += len(t.starts)
			}
			n++
		}
		if err := r.readGroup(ctx, list[:n]); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

func (r *reader) readGroup(ctx context.Context, group []*sweep) error {
	if r.buf == nil {
		r.buf = make([]byte, sweepBytes)
	}
	starts := 0
	for _, w := range group {
		for _, t := range w.strips {
			starts += len(t.starts)
		}
	}
	share := max(minStep, min(maxSweep, sweepBytes/len(group), maxStep/max(1, starts)))
	var open []*sweep
	for i, w := range group {
		slices.SortFunc(w.strips, func(a, b *strip) int { return cmp.Compare(a.from, b.from) })
		f, err := r.view(w.path)
		if err != nil {
			for _, t := range w.strips {
				t.failed = true
			}
			continue
		}
		defer f.Close()
		w.file, w.buf = f, r.buf[i*share:][:share]
		open = append(open, w)
	}
	for len(open) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		open = slices.DeleteFunc(open, func(w *sweep) bool { return !w.step(r.extender) })
		r.extender.Flush()
	}
	return nil
}

// zeros continues starts of pieces with zeros.
func (r *reader) zeros(ctx context.Context, starts []*piecehash.Prefix, n int64) error {
	var block [minStep]byte
	for ; n > 0; n -= int64(len(block)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, p := range starts {
			r.extender.Add(p, block[:min(n, int64(len(block)))])
		}
		r.extender.Flush()
	}
	return nil
}

// pass is a candidate, and pieces of files that it stands for.
type pass struct {
	path   string
	pieces []int
}

// slide hashes pieces of the files for which candidates stand, all in one pass
// over each, though they overlap: reading them one by one would read a candidate
// as often as there are classes. Pieces have no trees: where there are trees, all
// files start at the start of a piece. What cannot be read is not told.
func (r *reader) slide(ctx context.Context, list []pass, tell func(path string, p piecehash.Piece)) error {
	var sweeps []*sweep
	var slides []slideStrip
	for _, c := range list {
		w := &sweep{path: c.path}
		for _, p := range c.pieces {
			t, err := r.slideOver(ctx, p)
			if err != nil {
				return err
			}
			t.path = c.path
			w.strips = append(w.strips, t.strip)
			slides = append(slides, t)
		}
		sweeps = append(sweeps, w)
	}
	if err := r.read(ctx, sweeps); err != nil {
		return err
	}
	for _, t := range slides {
		if t.failed {
			continue
		}
		if err := r.zeros(ctx, t.starts, t.after); err != nil {
			return err
		}
		tell(t.path, piecehash.Piece{Index: t.piece, SHA1: r.extender.Sums(t.starts)[0]})
	}
	return nil
}

// slideStrip is the part of a piece that is read, of one file, and the zeros
// behind it.
type slideStrip struct {
	*strip
	path  string
	piece int
	after int64
}

// slideOver begins a piece with the zeros before what is read of it.
func (r *reader) slideOver(ctx context.Context, p int) (slideStrip, error) {
	start := piecehash.NewPrefix()
	t := slideStrip{strip: &strip{starts: []*piecehash.Prefix{&start}}, piece: p}
	for span := range r.layout.Spans(p) {
		switch {
		case !span.Zero:
			t.from, t.to = span.Offset, span.Offset+span.Length
		case t.to > 0:
			t.after += span.Length
		default:
			if err := r.zeros(ctx, t.starts, span.Length); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}
