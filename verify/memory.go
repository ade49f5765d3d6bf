package verify

import (
	"errors"
	"io"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

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
