package verify

import (
	"errors"
	"io"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// window is a run of a torrent's pieces with a layout of its own, so that
// hashing a few of many pieces costs no more than those few.
type window struct {
	layout *layout.Layout
	begin  int // the torrent's piece that is piece 0 of layout
	parts  []windowPart
}

// windowPart is what a file of a window's layout stands for.
type windowPart struct {
	file int   // in the torrent
	from int64 // the part's first byte, in the file
}

// windowOf cuts the pieces from first to end out of a layout. Where files have
// trees, the cut leaves a piece more of a file that goes on before or behind:
// the shape of a tree depends on whether a file is longer than a piece.
func windowOf(l *layout.Layout, first, end int) (window, error) {
	begin := first
	if l.Format().HasV2() {
		if _, n := l.InFile(l.FirstFile(first), first-1); n > 0 && first > 0 {
			begin--
		}
		end = min(end+1, l.NumPieces())
	}
	w := window{begin: begin}
	var files []layout.File
	for i := l.FirstFile(begin); i < l.NumFiles(); i++ {
		f := l.File(i)
		start, stop := l.FilePieces(i)
		if f.Length == 0 {
			continue
		}
		if start >= end {
			break
		}
		from, to := int64(0), f.Length
		if start < begin {
			from, _ = l.InFile(i, begin)
		}
		if stop > end {
			at, n := l.InFile(i, end-1)
			to = at + n
		}
		files = append(files, layout.File{Length: to - from, Pad: f.Pad})
		w.parts = append(w.parts, windowPart{i, from})
	}
	var err error
	w.layout, err = layout.New(l.Format(), l.PieceLength(), files)
	return w, err
}

// windowSource gives a window's files from those of the torrent.
type windowSource struct {
	window
	source piecehash.Source
}

func (s windowSource) Open(i int) (piecehash.File, error) {
	p := s.parts[i]
	f, err := s.source.Open(p.file)
	if err != nil {
		return nil, err
	}
	return shifted{f, p.from}, nil
}

// shifted is a file without its first bytes.
type shifted struct {
	piecehash.File
	from int64
}

func (f shifted) ReadAt(p []byte, off int64) (int, error) { return f.File.ReadAt(p, f.from+off) }

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
