package create

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sort"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// ErrJournals is torrents of several shapes made together with a journal.
var ErrJournals = errors.New("a journal is for one format and piece length, not for several at once")

// Torrents makes the torrents of several plans of one [Content] from one pass
// over it. It is read as the options of the first plan say, which is told of the
// progress. Beside an [*UnexpectedHashError] come the torrents up to that which it
// is about.
//
// Torrents of the same format, padding and piece length share their hashes.
// For others a window over the content is kept in memory, of the longest piece
// length and 16 MiB.
func Torrents(ctx context.Context, plans []*Plan) ([]*Result, error) {
	var shapes []*Plan // one of each shape
	of := make([]*Plan, len(plans))
	for i, p := range plans {
		if p.content != plans[0].content {
			return nil, errors.New("torrents made together are of one content")
		}
		for _, s := range shapes {
			if s.Format == p.Format && s.PieceLength == p.PieceLength && s.shape.Align == p.shape.Align && s.shape.PadEnds == p.shape.PadEnds {
				of[i] = s
			}
		}
		if of[i] == nil {
			of[i] = p
			shapes = append(shapes, p)
		}
	}
	files := plans[0].content.inOrder(ctx, plans...)
	defer files.close()
	if len(shapes) == 1 {
		if err := plans[0].hash(ctx, files, 0, plans[0].NumPieces); err != nil {
			return nil, err
		}
	} else if err := hashTogether(ctx, shapes, files, plans[0].Progress); err != nil {
		return nil, err
	}
	if err := files.finish(plans); err != nil {
		return nil, err
	}
	if err := plans[0].content.unchanged(ctx); err != nil {
		return nil, err
	}
	var all []*Result
	for i, p := range plans {
		if of[i] != p {
			p.draft.CopyHashes(of[i].draft)
			p.Reused = of[i].Reused
		}
		made, err := p.result()
		if all = append(all, made); err != nil {
			return all, err
		}
	}
	return all, nil
}

// windowStep is how much content is read at a time for several shapes.
const windowStep = 16 << 20

// window is a stretch of the content, all files one after the other.
type window struct {
	open   func(k int) (content.Reader, error)
	starts []int64 // where each file begins, by its place in the order; one more for the end
	from   int64   // what data begins with
	data   []byte
	read   int64
	file   content.Reader
	at     int // the file that is open, or is next
}

func newWindow(p *Plan, files *ordered) *window {
	w := &window{open: p.content.open, starts: make([]int64, len(p.Files)+1)}
	if files != nil {
		w.open = files.files.Open
	}
	for k := range p.Files {
		w.starts[k+1] = w.starts[k] + p.Files[k].Length
	}
	return w
}

// advance forgets what lies before from, and reads on up to end.
func (w *window) advance(from, end int64) error {
	keep := w.data[from-w.from:]
	w.data = append(w.data[:0], keep...)
	w.from = from
	for w.read < end {
		if w.starts[w.at+1] == w.read {
			if err := w.closeFile(); err != nil {
				return err
			}
			w.at++
			continue
		}
		if w.file == nil {
			f, err := w.open(w.at)
			if err != nil {
				return err
			}
			w.file = f
		}
		n := min(end, w.starts[w.at+1]) - w.read
		have := len(w.data)
		w.data = append(w.data, make([]byte, n)...)
		if _, err := w.file.ReadAt(w.data[have:], w.read-w.starts[w.at]); err != nil {
			return err
		}
		w.read += n
	}
	return nil
}

// closeFile closes the open file, which tells whether it changed.
func (w *window) closeFile() error {
	if w.file == nil {
		return nil
	}
	f := w.file
	w.file = nil
	return f.Close()
}

// windowFile is a file of a layout, as far as it is in the window.
type windowFile struct {
	w     *window
	start int64
}

func (f windowFile) ReadAt(b []byte, off int64) (int, error) {
	at := f.start + off - f.w.from
	if at < 0 || at+int64(len(b)) > int64(len(f.w.data)) {
		return 0, io.ErrUnexpectedEOF
	}
	return copy(b, f.w.data[at:]), nil
}

func (windowFile) Close() error { return nil }

// windowSource opens the files of one layout.
type windowSource struct {
	w      *window
	layout *layout.Layout
}

func (s windowSource) Open(i layout.FileIndex) (piecehash.File, error) {
	return windowFile{s.w, s.w.starts[s.layout.ContentIndex(i)]}, nil
}

// track is one shape on its way through the content.
type track struct {
	p      *Plan
	source windowSource
	ends   []int64 // of the content of each piece
	starts []int64
	next   int // the first piece that is not hashed
}

func newTrack(p *Plan, w *window) *track {
	t := &track{p: p, source: windowSource{w, p.draft.Layout()}}
	var end int64
	for i := range p.NumPieces {
		start := end
		for span := range p.draft.Layout().Spans(i) {
			if !span.Zero {
				end = w.starts[t.source.layout.ContentIndex(span.File)] + span.Offset + span.Length
			}
		}
		t.starts, t.ends = append(t.starts, start), append(t.ends, end)
	}
	return t
}

// hash hashes the pieces that end before end.
func (t *track) hash(ctx context.Context, end int64) error {
	first, stop := t.next, sort.Search(len(t.ends), func(i int) bool { return t.ends[i] > end })
	if first >= stop {
		return nil
	}
	job := t.p.job(nil)
	job.Source = t.source
	job.Only = []layout.Run{{First: first, End: stop}}
	for piece, err := range job.Pieces(ctx) {
		if err != nil {
			return unwrapRead(cmp.Or(ctx.Err(), err))
		}
		t.p.draft.Set(piece.Index, piece.SHA1, piece.Root)
	}
	t.next = stop
	return nil
}

// hashTogether computes the pieces of several shapes from one pass.
func hashTogether(ctx context.Context, shapes []*Plan, files *ordered, progress func(done, total int64)) error {
	shapes[0].dropCache()
	defer shapes[0].content.quitWith(ctx)()
	w := newWindow(shapes[0], files)
	defer w.closeFile()
	var tracks []*track
	for _, p := range shapes {
		if len(p.o.Journals) > 0 || p.old != nil {
			return ErrJournals
		}
		tracks = append(tracks, newTrack(p, w))
	}
	total := shapes[0].TotalLength
	for end := min(windowStep, total); ; end = min(end+windowStep, total) {
		from := end
		for _, t := range tracks {
			if t.next < len(t.starts) {
				from = min(from, t.starts[t.next])
			}
		}
		if err := w.advance(max(from, w.from), end); err != nil {
			return cmp.Or(ctx.Err(), err)
		}
		for _, t := range tracks {
			if err := t.hash(ctx, end); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if progress != nil {
			progress(end, total)
		}
		if end == total {
			break
		}
	}
	return w.closeFile()
}
