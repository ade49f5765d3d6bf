// Package layout is the arithmetic between files and pieces: which bytes of
// which files make up a piece, where padding lies, how many leaves the merkle
// tree of a piece has, and how long pieces should be.
//
// It is one of the two places in the module where v1, v2 and hybrid torrents
// differ (the other is the encoding, in package metainfo). What comes out, a
// [Piece] with its spans, tells a reader what to hash without naming a format.
//
// It does no input or output and no hashing, and knows neither names nor keys,
// save for the order of paths, which the order of pieces follows.
package layout

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"sort"
)

// Format is the set of metadata versions that a torrent carries.
type Format uint8

// The three formats. Hybrid is both V1 and V2.
const (
	V1     Format = 1
	V2     Format = 2
	Hybrid Format = V1 | V2
)

// HasV1 tells whether pieces have SHA-1 hashes (BEP 3).
func (f Format) HasV1() bool { return f&V1 != 0 }

// HasV2 tells whether files have merkle trees (BEP 52).
func (f Format) HasV2() bool { return f&V2 != 0 }

// LeafSize is the length in bytes of the blocks that are the leaves of a
// BEP 52 merkle tree.
const LeafSize = 16 << 10

// File is what matters of a file here.
type File struct {
	Length int64 // in bytes
	Pad    bool  // a BEP 47 pad file: zeros that are on no disk
}

// FileIndex is the index of a file in a layout, pad files included, and so that of
// the file in its torrent.
type FileIndex int32

// Layout maps the pieces of a torrent to bytes of its files.
type Layout struct {
	format      Format
	pieceLength int64
	pads        pads
	files       FileIndex
	ends        offsets // where each file ends in the space that pieces divide, behind a 0 for the first
	content     []int64 // how much content lies before each file of which the index is a multiple of stride
	total       int64   // bytes of content
}

// stride is how many files may have to be counted to know how much content lies before one.
const stride = 32

// Errors that New returns, wrapped with what they are about.
var (
	ErrPieceLength = errors.New("not a valid piece length")
	ErrOverflow    = errors.New("the sum of the file lengths does not fit into 63 bits")
	ErrNegative    = errors.New("negative length")
	ErrAlignment   = errors.New("does not start on a piece boundary")
)

// FileError is a fault of one file of a layout.
type FileError struct {
	File FileIndex
	Err  error
}

func (e *FileError) Error() string { return fmt.Sprintf("file %d: %v", e.File, e.Err) }
func (e *FileError) Unwrap() error { return e.Err }

// New lays files out in pieces of pieceLength bytes. In v1 and hybrid torrents
// the pieces divide the concatenation of all files, pad files included; in v2
// every file starts on a piece boundary by itself. In a hybrid the pad files
// must bring that about: where they do not, the error is ErrAlignment in a
// *FileError.
func New(format Format, pieceLength int64, files []File) (*Layout, error) {
	return Of(format, pieceLength, len(files), func(i int) File { return files[i] })
}

// Of is New for n files without a list of them: file is asked for each in turn.
func Of(format Format, pieceLength int64, n int, file func(i int) File) (*Layout, error) {
	if err := CheckPieceLength(format, pieceLength); err != nil {
		return nil, err
	}
	l := &Layout{
		format: format, pieceLength: pieceLength,
		files: FileIndex(n), ends: newOffsets(n + 1), content: make([]int64, 0, n/stride+1),
	}
	var pos int64
	l.ends.add(pos)
	for i := range n {
		f := file(i)
		if f.Length < 0 {
			return nil, &FileError{FileIndex(i), ErrNegative}
		}
		if format.HasV2() && f.Length > 0 && !f.Pad && pos%pieceLength != 0 {
			if format.HasV1() {
				return nil, &FileError{FileIndex(i), ErrAlignment}
			}
			aligned, ok := roundUp(pos, pieceLength)
			if !ok {
				return nil, &FileError{FileIndex(i), ErrOverflow}
			}
			// Empty files before this one start where it starts; they have no bytes, so nothing changes for them.
			pos = aligned
		}
		if i%stride == 0 {
			l.content = append(l.content, l.total)
		}
		if f.Length > math.MaxInt64-pos {
			return nil, &FileError{FileIndex(i), ErrOverflow}
		}
		pos += f.Length
		l.ends.add(pos)
		if !f.Pad {
			l.total += f.Length
			continue
		}
		if l.pads.bits == nil {
			l.pads.bits = make([]uint64, n/64+1)
		}
		l.pads.bits[i/64] |= 1 << (i % 64)
	}
	l.pads.count()
	if pos/pieceLength >= math.MaxInt32 {
		return nil, fmt.Errorf("%w: %d gives more than %d pieces", ErrPieceLength, pieceLength, math.MaxInt32)
	}
	return l, nil
}

// Format returns what the torrent is.
func (l *Layout) Format() Format { return l.format }

// PieceLength returns the length of all pieces but the last, in bytes.
func (l *Layout) PieceLength() int64 { return l.pieceLength }

// TotalLength returns the number of bytes of content, without padding.
func (l *Layout) TotalLength() int64 { return l.total }

// PaddedLength returns the number of bytes that the pieces divide, with padding.
func (l *Layout) PaddedLength() int64 { return l.ends.at(l.files) }

// NumFiles returns the number of files, pad files included.
func (l *Layout) NumFiles() FileIndex { return l.files }

// ClientIndices returns, by file, the index that a magnet link selects it by (BEP
// 53): that in the list of libtorrent, where a file of a v2 torrent that ends
// within a piece has a pad file behind it, if another file follows. In v1 and
// hybrid torrents it is the file's own.
func (l *Layout) ClientIndices() []int64 {
	indices := make([]int64, l.files)
	next := int64(0)
	for i := range l.NumFiles() {
		indices[i] = next
		next++
		if !l.format.HasV1() && l.length(i)%l.pieceLength != 0 {
			next++
		}
	}
	return indices
}

// File returns the i-th file.
func (l *Layout) File(i FileIndex) File { return File{l.length(i), l.pads.has(i)} }

func (l *Layout) length(i FileIndex) int64 { return l.end(i) - l.start(i) }

// start is where the i-th file starts in the space that pieces divide: behind the one
// before, or in v2 on the next piece boundary.
func (l *Layout) start(i FileIndex) int64 {
	start := l.ends.at(i)
	if !l.format.HasV1() && l.end(i) > start && !l.pads.has(i) {
		n := uint64(l.pieceLength) // a power of two, in v2
		start = int64((uint64(start) + n - 1) &^ (n - 1))
	}
	return start
}

// end is where the i-th file ends there.
func (l *Layout) end(i FileIndex) int64 { return l.ends.at(i + 1) }

// NumPieces returns the number of pieces.
func (l *Layout) NumPieces() int {
	if l.PaddedLength() == 0 {
		return 0
	}
	return int((l.PaddedLength()-1)/l.pieceLength) + 1
}

// Span is a run of bytes of one file.
type Span struct {
	File   FileIndex
	Offset int64 // first byte, in the file
	Length int64 // in bytes, never 0
	Zero   bool  // the bytes are padding: zeros that are on no disk
}

// Piece tells what is hashed for one piece.
type Piece struct {
	Index int
	// Length is the number of bytes of the piece, padding included.
	Length int64
	// SHA1 is set when the SHA-1 of all its bytes is wanted (BEP 3).
	SHA1 bool
	// Leaves is the number of leaves, padding included, of the merkle tree over
	// its content (BEP 52); a power of two, or 0 when no tree is wanted. A
	// piece that has a tree holds content of one file only.
	Leaves int
}

// Piece describes the i-th piece.
func (l *Layout) Piece(i int) Piece {
	start := int64(i) * l.pieceLength
	p := Piece{Index: i, SHA1: l.format.HasV1(), Length: min(l.pieceLength, l.PaddedLength()-start)}
	if !l.format.HasV2() {
		return p
	}
	f := l.fileAt(start)
	if l.pads.has(f) { // padding that fills a piece of its own has no tree
		return p
	}
	if !p.SHA1 {
		p.Length = min(p.Length, l.end(f)-start)
	}
	p.Leaves = l.leaves(l.length(f))
	return p
}

// leaves returns the number of leaves under the hash that stands for a piece
// of a file of that length: the whole tree's if the file fits into a piece.
func (l *Layout) leaves(length int64) int {
	if length > l.pieceLength {
		return int(l.pieceLength / LeafSize)
	}
	n := 1
	for int64(n)*LeafSize < length {
		n *= 2
	}
	return n
}

// fileAt returns the file that holds the byte at pos, which must be one of a file.
func (l *Layout) fileAt(pos int64) FileIndex {
	return FileIndex(sort.Search(int(l.files), func(i int) bool { return l.end(FileIndex(i)) > pos }))
}

// Cursor walks the spans of a piece, without a list of them: one piece can
// hold a million small files.
type Cursor struct {
	l        *Layout
	file     FileIndex
	pos, end int64
}

// Cursor returns a cursor at the start of the i-th piece.
func (l *Layout) Cursor(i int) Cursor {
	pos := int64(i) * l.pieceLength
	return Cursor{l: l, file: l.fileAt(pos), pos: pos, end: pos + l.Piece(i).Length}
}

// Span returns what is left of the span at the cursor; its Length is 0 at the
// end of the piece.
func (c *Cursor) Span() Span {
	for c.pos < c.end {
		if n := min(c.l.end(c.file), c.end) - c.pos; n > 0 {
			return Span{File: c.file, Offset: c.pos - c.l.start(c.file), Length: n, Zero: c.l.pads.has(c.file)}
		}
		c.file++
	}
	return Span{}
}

// Advance moves the cursor by n bytes, at most to the end of the span.
func (c *Cursor) Advance(n int64) { c.pos += n }

// Spans yields the spans of the i-th piece in order. They cover its Length
// exactly once.
func (l *Layout) Spans(i int) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		c := l.Cursor(i)
		for s := c.Span(); s.Length > 0 && yield(s); s = c.Span() {
			c.Advance(s.Length)
		}
	}
}

// FilePieces returns the pieces that hold bytes of the i-th file: first, and
// the one behind the last. An empty file has none.
func (l *Layout) FilePieces(i FileIndex) (first, end int) {
	n := l.length(i)
	if n == 0 {
		return 0, 0
	}
	start := l.start(i)
	return int(start / l.pieceLength), int((start+n-1)/l.pieceLength) + 1
}

// Start returns where the i-th file starts in the space that pieces divide, in bytes.
func (l *Layout) Start(i FileIndex) int64 { return l.start(i) }

// InFile returns the bytes of the i-th file that lie in a piece, as an offset
// in the file and a length.
func (l *Layout) InFile(i FileIndex, piece int) (offset, length int64) {
	start := l.start(i)
	pos := int64(piece) * l.pieceLength
	from := max(pos, start)
	to := l.end(i)
	if to-pos > l.pieceLength {
		to = pos + l.pieceLength
	}
	return from - start, max(to-from, 0)
}

func roundUp(n, unit int64) (int64, bool) {
	rest := n % unit
	if rest == 0 {
		return n, true
	}
	if n > math.MaxInt64-(unit-rest) {
		return 0, false
	}
	return n + unit - rest, true
}

// FirstFile returns the file that holds the first byte of a piece.
func (l *Layout) FirstFile(piece int) FileIndex { return l.fileAt(int64(piece) * l.pieceLength) }
