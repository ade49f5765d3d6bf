package layout

import (
	"iter"
	"math/bits"
	"sort"
)

// pads are the files that are padding. The zero value is none.
type pads struct {
	bits   []uint64    // one for each file; nil where there are no pad files
	before []FileIndex // how many pad files lie before each word of bits
}

// count counts the pad files, once all are known.
func (p *pads) count() {
	p.before = make([]FileIndex, len(p.bits))
	n := FileIndex(0)
	for w, word := range p.bits {
		p.before[w] = n
		n += FileIndex(bits.OnesCount64(word))
	}
}

// has tells whether a file is padding.
func (p *pads) has(i FileIndex) bool { return p.bits != nil && p.bits[i/64]>>(i%64)&1 != 0 }

// NumContent returns the number of files that are no padding.
func (l *Layout) NumContent() int { return l.ContentIndex(l.files) }

// ContentIndex returns how many files lie before a file, padding left out: its index
// among those that are on a disk, if it is one of them.
func (l *Layout) ContentIndex(i FileIndex) int {
	if l.pads.bits == nil {
		return int(i)
	}
	w := i / 64
	return int(i - l.pads.before[w] - FileIndex(bits.OnesCount64(l.pads.bits[w]&(1<<(i%64)-1))))
}

// ContentFile returns the k-th of the files that are no padding.
func (l *Layout) ContentFile(k int) FileIndex {
	if l.pads.bits == nil {
		return FileIndex(k)
	}
	before := l.pads.before
	w := sort.Search(len(before), func(w int) bool { return 64*w-int(before[w]) > k }) - 1
	left := ^l.pads.bits[w]
	for range k - (64*w - int(before[w])) {
		left &= left - 1
	}
	return FileIndex(64*w + bits.TrailingZeros64(left))
}

// Content yields the files that are no padding, counted, in order.
func (l *Layout) Content() iter.Seq2[int, FileIndex] {
	return func(yield func(int, FileIndex) bool) {
		k := 0
		for i := range l.files {
			if l.pads.has(i) {
				continue
			}
			if !yield(k, i) {
				return
			}
			k++
		}
	}
}

// contentBefore returns how much content lies before a piece, or before the end
// for the piece behind the last.
func (l *Layout) contentBefore(piece int) int64 {
	if piece == l.NumPieces() {
		return l.TotalLength()
	}
	f := l.FirstFile(piece)
	if l.pads.has(f) {
		return l.contentBeforeFile(f)
	}
	at, _ := l.InFile(f, piece)
	return l.contentBeforeFile(f) + at
}

// contentBeforeFile returns how much content lies before a file.
func (l *Layout) contentBeforeFile(i FileIndex) int64 {
	n := l.content[i/stride]
	for f := i / stride * stride; f < i; f++ {
		if !l.pads.has(f) {
			n += l.length(f)
		}
	}
	return n
}

// ContentLength returns how many bytes of the i-th piece are content, and not padding.
func (l *Layout) ContentLength(i int) int64 { return l.ContentIn(Run{i, i + 1}) }

// InContent returns where the bytes of a file in a piece begin among the content
// of the piece, padding left out.
func (l *Layout) InContent(file FileIndex, piece int) int64 {
	at, _ := l.InFile(file, piece)
	return l.contentBeforeFile(file) + at - l.contentBefore(piece)
}

// PieceAt returns the piece that holds a byte of a file.
func (l *Layout) PieceAt(file FileIndex, off int64) int {
	return int((l.start(file) + off) / l.pieceLength)
}
