package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const (
	// batchSize is how many bytes of whole pieces are gathered before they are
	// hashed side by side. Two batches are in memory: one fills, one is hashed.
	batchSize = 8 << 20
	// maxHeld bounds the pieces that wait for the rest of their bytes, beside
	// one: more wait only if files come in another order than the torrent's.
	maxHeld = 32 << 20
)

// feeder verifies content that comes as a stream, file by file, in whatever
// order. Pieces are gathered in memory and hashed in batches; a piece that is
// larger than a batch and lies in one file is hashed as it comes.
type feeder struct {
	r        *Report
	plane    plane
	failFast bool
	ctx      context.Context
	workers  int
	progress func(done, total int64)
	done     int64

	held      map[int]*heldPiece // pieces that wait for bytes
	heldBytes int64
	ready     map[int][]byte // whole pieces
	size      int64          // of ready
	spare     [][]byte
	batches   chan map[int][]byte
	hashed    chan map[int][]byte
	failure   error // of hashing; read when hashed gives
}

type heldPiece struct {
	data []byte
	left int64 // bytes that have not come
}

func newFeeder(ctx context.Context, r *Report, o Options) *feeder {
	f := &feeder{
		r: r, ctx: ctx, plane: newPlane(r.torrent.Layout()), failFast: o.FailFast, workers: o.Workers, progress: o.Progress,
		held: map[int]*heldPiece{}, ready: map[int][]byte{},
		batches: make(chan map[int][]byte), hashed: make(chan map[int][]byte, 1),
	}
	f.hashed <- nil
	go f.hash()
	return f
}

// hash hashes batches until there are no more.
func (f *feeder) hash() {
	defer close(f.hashed)
	for b := range f.batches {
		f.failure = f.r.hashBatch(f.ctx, memory{f.plane, b}, f.workers)
		f.hashed <- b
	}
}

// hashBatch judges pieces that are in memory.
func (r *Report) hashBatch(ctx context.Context, m memory, workers int) error {
	return r.judge(ctx, m, workers, r.weigh)
}

// judge hashes pieces that are in memory, and tells their digests.
func (r *Report) judge(ctx context.Context, m memory, workers int, tell func(piecehash.Piece)) error {
	if len(m.pieces) == 0 {
		return nil
	}
	return r.hashOnly(ctx, piecehash.Job{Source: m, Only: slices.Sorted(maps.Keys(m.pieces)), Workers: workers}, tell)
}

// hashOnly runs a job on pieces that are sure to be readable.
func (r *Report) hashOnly(ctx context.Context, job piecehash.Job, tell func(piecehash.Piece)) error {
	job.Layout = r.torrent.Layout()
	for p, err := range job.Pieces(ctx) {
		if p.Index < 0 {
			return err
		}
		var read *piecehash.ReadError
		if errors.As(err, &read) {
			return read.Err
		}
		tell(p)
	}
	return nil
}

// flush hands what is ready over, once the batch before is hashed.
func (f *feeder) flush() error {
	for i, data := range <-f.hashed {
		if s := f.r.pieces[i]; f.failFast && s != PieceOK && s != PieceNoHash {
			f.r.Incomplete = true
		}
		if f.r.torrent.PieceLength <= batchSize/8 && int64(len(f.spare)) < batchSize/f.r.torrent.PieceLength {
			f.spare = append(f.spare, data)
		}
	}
	switch {
	case f.failure != nil:
		err := f.failure
		f.hashed <- nil
		return err
	case f.r.Incomplete:
		f.hashed <- nil
		return errStopped
	}
	f.batches <- f.ready
	f.ready, f.size = map[int][]byte{}, 0
	return nil
}

// errStopped ends a stream at its first fault.
var errStopped = errors.New("stopped at the first fault")

// close waits until everything is judged. Pieces that are padding only come
// with no file, and are judged here.
func (f *feeder) close(err error) error {
	for i := range f.r.pieces { // those with content may be judged at this moment
		if f.plane.content(i) == 0 && f.r.pieces[i] == PieceUnread {
			f.ready[i] = []byte{}
		}
	}
	if err == nil {
		err = f.flush()
	}
	if err == nil {
		<-f.hashed
		err = f.failure
	}
	close(f.batches)
	for range f.hashed {
	}
	if err == errStopped {
		return nil
	}
	return err
}

func (f *feeder) buffer(n int64) []byte {
	if last := len(f.spare) - 1; last >= 0 {
		b := f.spare[last]
		f.spare = f.spare[:last]
		if int64(cap(b)) >= n {
			return b[:n]
		}
	}
	return make([]byte, n, min(n+n/4, max(n, f.r.torrent.PieceLength)))
}

// file takes the bytes of one file of the torrent, of which rd gives n.
func (f *feeder) file(i int, n int64, rd io.Reader) error {
	l := f.r.torrent.Layout()
	first, end := l.FilePieces(i)
	for p := first; p < end; p++ {
		at, length := l.InFile(i, p)
		if at+length > n { // the rest is missing
			_, err := io.CopyN(io.Discard, rd, n-at)
			return err
		}
		if err := f.part(i, p, length, rd); err != nil {
			return err
		}
		f.done += length
		if f.progress != nil {
			f.progress(f.done, l.TotalLength())
		}
	}
	return nil
}

// part takes the bytes of a file that lie in one piece.
func (f *feeder) part(i, p int, length int64, rd io.Reader) error {
	l := f.r.torrent.Layout()
	if err := f.ctx.Err(); err != nil {
		return err
	}
	whole := f.plane.content(p)
	switch {
	case f.r.pieces[p] == PieceSkipped:
		_, err := io.CopyN(io.Discard, rd, length)
		return err
	case length == whole && whole > batchSize:
		in := &sequential{file: i, r: rd}
		in.at, _ = l.InFile(i, p)
		return f.r.hashOnly(f.ctx, piecehash.Job{Source: in, Workers: 1, Only: []int{p}}, f.r.weigh)
	}
	h := f.held[p]
	if h == nil {
		if f.heldBytes > 0 && f.heldBytes+whole > maxHeld {
			_, err := io.CopyN(io.Discard, rd, length) // the piece stays unread
			return err
		}
		h = &heldPiece{data: f.buffer(whole), left: whole}
		f.held[p] = h
		f.heldBytes += whole
	}
	at := f.plane.part(i, p)
	if _, err := io.ReadFull(rd, h.data[at:at+length]); err != nil {
		return err
	}
	if h.left -= length; h.left > 0 {
		return nil
	}
	delete(f.held, p)
	f.heldBytes -= whole
	f.ready[p] = h.data
	if f.size += whole; f.size < batchSize {
		return nil
	}
	return f.flush()
}

// sequential is a Source of one file that is read from its start to its end.
type sequential struct {
	file int
	at   int64
	r    io.Reader
}

func (s *sequential) Open(int) (piecehash.File, error) { return s, nil }
func (s *sequential) Close() error                     { return nil }

func (s *sequential) ReadAt(p []byte, off int64) (int, error) {
	if off != s.at {
		return 0, fmt.Errorf("byte %d was asked for after byte %d of a stream", off, s.at)
	}
	n, err := io.ReadFull(s.r, p)
	s.at += int64(n)
	return n, err
}
