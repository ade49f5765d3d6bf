package verify

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// plane tells where content lies when padding is left out: pieces that are in
// memory have none.
type plane struct {
	*layout.Layout
	starts []int64 // of each file, and the end
}

func newPlane(l *layout.Layout) plane {
	p := plane{l, make([]int64, l.NumFiles()+1)}
	for i := range l.NumFiles() {
		p.starts[i+1] = p.starts[i]
		if f := l.File(i); !f.Pad {
			p.starts[i+1] += f.Length
		}
	}
	return p
}

// start returns where a piece starts; the end for the piece behind the last.
func (p plane) start(piece int) int64 {
	if piece == p.NumPieces() {
		return p.starts[p.NumFiles()]
	}
	i := p.FirstFile(piece)
	if p.File(i).Pad {
		return p.starts[i]
	}
	at, _ := p.InFile(i, piece)
	return p.starts[i] + at
}

// content returns how many bytes of content are in a piece.
func (p plane) content(piece int) int64 { return p.start(piece+1) - p.start(piece) }

// part returns where the bytes of a file begin among those of a piece.
func (p plane) part(file, piece int) int64 {
	at, _ := p.InFile(file, piece)
	return p.starts[file] + at - p.start(piece)
}

// pieceAt returns the piece that holds a byte of a file.
func (p plane) pieceAt(file int, off int64) int {
	first, _ := p.FilePieces(file)
	_, n := p.InFile(file, first)
	if off < n {
		return first
	}
	return first + 1 + int((off-n)/p.PieceLength())
}

// batchSize is how many bytes of whole pieces are gathered before they are
// hashed side by side.
const batchSize = 8 << 20

// memory is a Source of pieces that are in memory, without their padding.
type memory struct {
	plane
	pieces map[int][]byte
}

func (m memory) Open(i int) (piecehash.File, error) { return memoryFile{m, i}, nil }

type memoryFile struct {
	memory
	file int
}

func (f memoryFile) Close() error { return nil }

var errNotThere = errors.New("these bytes are not at hand")

func (f memoryFile) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		if off >= f.File(f.file).Length {
			return done, io.ErrUnexpectedEOF
		}
		piece := f.pieceAt(f.file, off)
		at, n := f.InFile(f.file, piece)
		from := f.part(f.file, piece) + off - at
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

// judge hashes pieces that are in memory, and tells their digests.
func (r *Report) judge(ctx context.Context, m memory, workers int, tell func(piecehash.Piece)) error {
	if len(m.pieces) == 0 {
		return nil
	}
	job := piecehash.Job{Layout: r.torrent.Layout(), Source: m, Only: slices.Sorted(maps.Keys(m.pieces)), Workers: workers}
	for p, err := range job.Pieces(ctx) {
		if err != nil {
			return err
		}
		tell(p)
	}
	return nil
}
