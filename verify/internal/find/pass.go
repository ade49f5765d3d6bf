package find

import (
	"cmp"
	"context"
	"slices"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const (
	passBytes = 4 << 20  // of files that are read side by side
	minRead   = 64 << 10 // of each of them
	maxRead   = 1 << 20
	maxPasses = passBytes / minRead
	maxStep   = 256 << 20 // hashed at a time, so that a search can be stopped
	minStep   = 4 << 10
)

// section is bytes of a file, and the starts of pieces that they continue.
type section struct {
	from, to int64
	starts   []*piecehash.Prefix
	failed   bool // it could not be read
}

// pass is a pass over a file: sections that overlap are read once, and what lies
// between sections is not.
type pass struct {
	path     string
	sections []*section
	file     piecehash.File
	active   []*section
	at       int64
	buf      []byte
}

// step reads on, and tells the reader's Extender. It returns false at the end.
func (p *pass) step(r *reader) bool {
	p.active = slices.DeleteFunc(p.active, func(t *section) bool { return t.to <= p.at })
	if len(p.active) == 0 {
		if len(p.sections) == 0 {
			return false
		}
		p.at = p.sections[0].from
	}
	end := p.at
	for _, t := range p.active {
		end = max(end, t.to)
	}
	for len(p.sections) > 0 && p.sections[0].from <= min(end, p.at+int64(len(p.buf))-1) {
		p.active = append(p.active, p.sections[0])
		end = max(end, p.sections[0].to)
		p.sections = p.sections[1:]
	}
	data := p.buf[:min(int64(len(p.buf)), end-p.at)]
	n, _ := p.file.ReadAt(data, p.at)
	hashed := 0
	for _, t := range p.active {
		from, to := max(t.from-p.at, 0), min(t.to-p.at, int64(len(data)))
		if t.failed = to > int64(n); t.failed {
			continue
		}
		for _, start := range t.starts {
			r.extender.Add(start, data[from:to])
		}
		hashed += len(t.starts) * int(to-from)
	}
	r.work.add(int64(hashed))
	r.hashed += int64(hashed)
	p.at += int64(n)
	if n == len(data) {
		return true
	}
	for _, t := range p.sections {
		t.failed = true
	}
	return false
}

// read makes passes over files, side by side as many as keep all lanes filled.
func (r *reader) read(ctx context.Context, list []*pass) error {
	for len(list) > 0 {
		n, lanes := 0, 0
		for n < min(len(list), maxPasses) && lanes < r.extender.Lanes() {
			for _, t := range list[n].sections {
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

func (r *reader) readGroup(ctx context.Context, group []*pass) error {
	if r.buf == nil {
		r.buf = make([]byte, passBytes)
	}
	starts := 0
	for _, p := range group {
		for _, t := range p.sections {
			starts += len(t.starts)
		}
	}
	share := max(minStep, min(maxRead, passBytes/len(group), maxStep/max(1, starts)))
	var open []*pass
	for i, p := range group {
		slices.SortFunc(p.sections, func(a, b *section) int { return cmp.Compare(a.from, b.from) })
		f, err := r.view(p.path)
		if err != nil {
			for _, t := range p.sections {
				t.failed = true
			}
			continue
		}
		defer f.Close()
		p.file, p.buf = f, r.buf[i*share:][:share]
		open = append(open, p)
	}
	for len(open) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		open = slices.DeleteFunc(open, func(p *pass) bool { return !p.step(r) })
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
		r.hashed += int64(len(starts)) * min(n, int64(len(block)))
		r.extender.Flush()
	}
	return nil
}

// candidate is a file, and pieces that are hashed of it as if it were theirs.
type candidate struct {
	path   string
	pieces []int
}

// hashInPasses hashes pieces of candidates, all in one pass over each, though they
// overlap: reading them one by one would read a candidate as often as there are
// classes. Pieces have no trees: where there are trees, all
// files start at the start of a piece. What cannot be read is not told.
func (r *reader) hashInPasses(ctx context.Context, list []candidate, tell func(path string, p piecehash.Piece)) error {
	var passes []*pass
	var pieces []pieceSection
	for _, c := range list {
		over := &pass{path: c.path}
		for _, p := range c.pieces {
			t, err := r.beginPiece(ctx, p)
			if err != nil {
				return err
			}
			t.path = c.path
			over.sections = append(over.sections, t.section)
			pieces = append(pieces, t)
		}
		passes = append(passes, over)
	}
	if err := r.read(ctx, passes); err != nil {
		return err
	}
	for _, t := range pieces {
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

// pieceSection is the part of a piece that is read, of one file, and the zeros
// behind it.
type pieceSection struct {
	*section
	path  string
	piece int
	after int64
}

// beginPiece begins a piece with the zeros before what is read of it.
func (r *reader) beginPiece(ctx context.Context, p int) (pieceSection, error) {
	start := piecehash.NewPrefix()
	t := pieceSection{section: &section{starts: []*piecehash.Prefix{&start}}, piece: p}
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
