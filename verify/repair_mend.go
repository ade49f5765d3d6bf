package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// maxRepair bounds the length of the pieces that are repaired: one is in memory
// when its bytes are written.
const maxRepair = 512 << 20

// Repaired is what a repair did, or would do.
type Repaired struct {
	// Report is what verifying found afterwards; before, if nothing was written.
	Report *Report
	From   string // where good pieces were looked for
	DryRun bool
	// Pieces are the pieces that were replaced, in order, and Bytes how many
	// bytes were written: those that differ, in blocks.
	Pieces []int
	Bytes  int64
	// Created are the files that were missing, as indices in Report.Files.
	Created []int
	// Failed are the pieces that were not replaced.
	Failed []FailedPiece
	// Faults are what is wrong with the web seeds that were asked.
	Faults []SeedFault
}

// FailedPiece is a piece that could not be repaired, or neighbours, from Index to
// Last, that could not be for the same reason.
type FailedPiece struct {
	Index, Last int
	Err         error
}

// ErrNotWhole is why a piece is not taken from a place: it is not good there either.
var ErrNotWhole = errors.New("the piece is not whole there")

// mender takes good pieces from sources and writes them.
type mender struct {
	*run    // what is known of the content
	res     *Repaired
	workers int
	mending func(done, total int64) // RepairOptions.Mending
	room    []byte                  // for the next piece that is read
	planned map[int]bool            // pieces that would have been replaced, were it no dry run
	refused map[int]error           // why the source has not given all of a piece in hand: the system would not read it

	w        *writer
	src, own handleCache // of the source, and of the content as it is now
}

func newMender(r *run, o RepairOptions) *mender {
	return &mender{
		run: r, res: &Repaired{Report: r.Report, DryRun: o.DryRun}, workers: o.Workers,
		planned: map[int]bool{}, refused: map[int]error{}, w: newWriter(r, o.DryRun), mending: o.Mending,
	}
}

// from replaces what is not ok by what a source has.
func (m *mender) from(ctx context.Context, src piecehash.Source) error {
	m.res.Failed = nil
	clear(m.refused)
	pieces, created, bytes := len(m.res.Pieces), len(m.res.Created), m.res.Bytes
	m.src, m.own = handleCache{source: src}, handleCache{source: m.w}
	err := m.mendAll(ctx)
	m.src.close()
	m.own.close()
	err = cmp.Or(err, m.w.close())
	if m.res.DryRun || len(m.res.Pieces) == pieces && len(m.res.Created) == created && m.res.Bytes == bytes {
		return err
	}
	after, e := m.again(ctx, m.touched(ctx, m.res.Pieces[pieces:]), m.workers, true)
	if e == nil {
		after.Incomplete = m.Incomplete || err != nil
		m.run, m.w.r, m.res.Report = after, after, after.Report
		m.res.Failed = slices.DeleteFunc(m.res.Failed, func(f FailedPiece) bool { // of zeros, which are there since the file has its size
			return !m.pieces.any(layout.Run{First: f.Index, End: f.Last + 1}, isOpen)
		})
	}
	return cmp.Or(err, e)
}

// touched lists the pieces to read once more: those that were replaced and, unless
// the run was stopped, what could not be read of files that have grown by them.
func (m *mender) touched(ctx context.Context, replaced []int) []layout.Run {
	list := slices.Clone(replaced)
	for k := range m.w.seen {
		for r, s := range m.pieces.runs(m.layout.RunOf(m.indexOf(k))) {
			for i := r.First; i < r.End && isUnread(s) && ctx.Err() == nil; i++ {
				list = append(list, i)
			}
		}
	}
	slices.Sort(list)
	return layout.Runs(slices.Compact(list))
}

func (m *mender) mendAll(ctx context.Context) error {
	if err := m.createEmpty(); err != nil {
		return err
	}
	done, total := int64(0), int64(0)
	for _, open := range m.pieces.that(isOpen) {
		total += m.layout.ContentIn(open)
	}
	batch := map[int][]byte{}
	size := int64(0)
	flush := func() error {
		err := m.mend(ctx, batch)
		batch, size = map[int][]byte{}, 0
		return err
	}
	for _, open := range m.pieces.that(isOpen) {
		for open.First < open.End {
			if err := ctx.Err(); err != nil {
				return err
			}
			i := open.First
			data, next := m.next(open)
			if done += m.layout.ContentIn(layout.Run{First: i, End: next}); m.mending != nil {
				m.mending(done, total)
			}
			if open.First = next; data == nil {
				continue
			}
			batch[i] = data
			if size += int64(len(data)); size >= batchSize {
				if err := flush(); err != nil {
					return err
				}
			}
		}
	}
	return flush()
}

// next reads the first piece of a run from the source, and tells where to go on:
// what cannot be had of a piece cannot be had of its neighbours either, however many
// they are.
func (m *mender) next(open layout.Run) (data []byte, next int) {
	i := open.First
	switch {
	case !m.hasHash(i): // nor has any other piece of the file
		return nil, m.layout.RunOf(m.layout.FirstFile(i)).End
	case m.planned[i] || m.layout.ContentLength(i) == 0:
		return nil, i + 1
	}
	data, err := m.gather(i)
	if err == nil {
		return data, i + 1
	}
	next = i + 1
	var none *noBytes
	if errors.As(err, &none) {
		next, err = min(m.layout.RunOf(none.file).End, open.End), none.error
	}
	m.fail(layout.Run{First: i, End: next}, err)
	return nil, next
}

func (m *mender) fail(r layout.Run, err error) {
	m.res.Failed = append(m.res.Failed, FailedPiece{r.First, r.End - 1, err})
}

func (m *mender) failOne(i int, err error) { m.fail(layout.Run{First: i, End: i + 1}, err) }

// noBytes is why a piece cannot be put together: a file is not there, or ends before.
type noBytes struct {
	error
	file layout.FileIndex
}

// createEmpty makes the empty files that are missing.
func (m *mender) createEmpty() error {
	for k := range m.Files {
		if f := &m.Files[k]; f.State == Missing && f.Length == 0 && !m.w.made[k] && !f.IsLink() {
			if err := m.w.create(k); err != nil {
				return err
			}
			m.res.Created = append(m.res.Created, k)
		}
	}
	return nil
}

// gather reads a piece from the source; the bytes of a file that the source
// does not have are taken from our own copy.
func (m *mender) gather(i int) ([]byte, error) {
	n := m.layout.ContentLength(i)
	if n > maxRepair {
		return nil, fmt.Errorf("the piece has %d bytes, more than the %d that are repaired at a time", n, maxRepair)
	}
	if int64(cap(m.room)) < n {
		m.room = make([]byte, n)
	}
	data := m.room[:0:n]
	for span := range m.layout.Spans(i) {
		if span.Zero {
			continue
		}
		part := data[len(data) : len(data)+int(span.Length)]
		if err := m.src.read(span.File, part, span.Offset); err != nil {
			switch e := m.own.read(span.File, part, span.Offset); {
			case e != nil && ended(err) && ended(e):
				return nil, &noBytes{err, span.File}
			case e != nil:
				return nil, err
			case Refused(err):
				m.refused[i] = err
			}
		}
		data = data[:len(data)+len(part)]
	}
	m.room = nil
	return data, nil
}

// mend hashes pieces, and writes those that are good.
func (m *mender) mend(ctx context.Context, batch map[int][]byte) error {
	good := map[int]bool{}
	err := m.hash(ctx, memory{m.layout, batch}, func(p piecehash.Piece) {
		good[p.Index] = m.torrent.Check(p.Index, p.SHA1, p.Root) == metainfo.Good
	})
	if err != nil {
		return err
	}
	order := make([]int, 0, len(batch))
	for i := range batch {
		order = append(order, i)
	}
	slices.Sort(order)
	m.own.close() // what was read through them is about to change
	for _, i := range order {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !good[i] {
			m.failOne(i, cmp.Or(m.refused[i], ErrNotWhole))
			continue
		}
		if err := m.write(i, batch[i]); err != nil {
			m.failOne(i, err)
			continue
		}
		m.planned[i] = m.res.DryRun
		m.res.Pieces = append(m.res.Pieces, i)
	}
	return nil
}

func (m *mender) write(piece int, data []byte) error {
	for span := range m.layout.Spans(piece) {
		if span.Zero {
			continue
		}
		k := m.fileOf(span.File)
		created, n, err := m.w.write(k, data[:span.Length], span.Offset)
		if created {
			m.res.Created = append(m.res.Created, k)
		}
		m.res.Bytes += n
		if err != nil {
			return err
		}
		data = data[span.Length:]
	}
	return nil
}

// handleCache keeps the file of a source that was used last open.
type handleCache struct {
	source piecehash.Source
	file   piecehash.File
	index  layout.FileIndex
}

func (c *handleCache) read(i layout.FileIndex, p []byte, off int64) error {
	if c.file == nil || c.index != i {
		c.close()
		f, err := c.source.Open(i)
		if err != nil {
			return &noFile{err}
		}
		c.file, c.index = f, i
	}
	_, err := c.file.ReadAt(p, off)
	if err != nil {
		c.close() // whether it can be opened again tells whether there is a use
	}
	return err
}

// noFile is why a file cannot be opened.
type noFile struct{ error }

func (e *noFile) Unwrap() error { return e.error }

// ended tells whether nothing behind the bytes that were wanted can be read either.
func ended(err error) bool {
	var none *noFile
	return errors.As(err, &none) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func (c *handleCache) close() {
	if c.file != nil {
		c.file.Close()
		c.file = nil
	}
}

// hash hashes pieces that are in memory, and tells their digests.
func (m *mender) hash(ctx context.Context, held memory, tell func(piecehash.Piece)) error {
	if len(held.pieces) == 0 {
		return nil
	}
	job := piecehash.Job{Layout: m.layout, Source: held, Only: layout.Runs(slices.Sorted(maps.Keys(held.pieces))), Workers: m.workers}
	for p, err := range job.Pieces(ctx) {
		if err != nil {
			return err
		}
		tell(p)
	}
	return nil
}

// batchSize is how many bytes of whole pieces are gathered before they are
// hashed side by side.
const batchSize = 8 << 20

// memory is a Source of pieces that are in memory, without their padding.
type memory struct {
	*layout.Layout
	pieces map[int][]byte
}

func (m memory) Open(i layout.FileIndex) (piecehash.File, error) { return memoryFile{m, i}, nil }

type memoryFile struct {
	memory
	file layout.FileIndex
}

func (f memoryFile) Close() error { return nil }

var errNotThere = errors.New("these bytes are not at hand")

func (f memoryFile) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		if off >= f.File(f.file).Length {
			return done, io.ErrUnexpectedEOF
		}
		piece := f.PieceAt(f.file, off)
		at, n := f.InFile(f.file, piece)
		from := f.InContent(f.file, piece) + off - at
		data := f.pieces[piece]
		if to := from + at + n - off; to <= int64(len(data)) {
			k := copy(p[done:], data[from:to])
			done += k
			off += int64(k)
			continue
		}
		return done, errNotThere
	}
	return done, nil
}
