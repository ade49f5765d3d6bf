package inspect

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"encoding/binary"
	"slices"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
)

// fileID identifies the bytes of a file: files that share one are the same. It
// is zero where it is not known.
type fileID struct {
	kind idKind
	sum  [32]byte // the pieces root, or a SHA-1 of the hashes of all pieces
	n    int64    // the length of the file, or of the pieces
}

type idKind uint8

const (
	noID idKind = iota
	emptyFile
	byRoot
	byPieces
)

// fileIDs are the identities of a file. root is not known where it has no pieces
// root, pieces is not known where its pieces hold bytes of other files too.
type fileIDs struct{ root, pieces fileID }

func (a fileIDs) each() [2]fileID { return [2]fileID{a.root, a.pieces} }

func idsOf(t *metainfo.Torrent, i int) fileIDs {
	var ids fileIDs
	f := &t.Files[i]
	if f.Length == 0 {
		return fileIDs{fileID{kind: emptyFile}, fileID{kind: emptyFile}}
	}
	if root := t.Root(i); root != [32]byte{} {
		ids.root = fileID{byRoot, root, f.Length}
	}
	l, file := t.Layout(), layout.FileIndex(i)
	if l == nil {
		return ids
	}
	first, end := l.FilePieces(file)
	if t.PieceSHA1(first) == nil || l.Start(file)%t.PieceLength != 0 {
		return ids
	}
	if last := l.Piece(end - 1); l.Start(file)+f.Length != int64(end-1)*t.PieceLength+last.Length {
		return ids
	}
	sum := sha1.New()
	sum.Write(binary.BigEndian.AppendUint64(nil, uint64(f.Length)))
	for p := first; p < end; p++ {
		sum.Write(t.PieceSHA1(p))
	}
	ids.pieces = fileID{kind: byPieces, n: t.PieceLength}
	sum.Sum(ids.pieces.sum[:0])
	return ids
}

// same tells whether two files are the same; known is false where that cannot be told.
func (a fileIDs) same(b fileIDs) (same, known bool) {
	switch {
	case a.root.kind != noID && b.root.kind != noID:
		return a.root == b.root, true
	case a.pieces.kind == noID || b.pieces.kind == noID:
		return false, false
	}
	return a.pieces == b.pieces, a.pieces.n == b.pieces.n // other pieces have other hashes of the same bytes
}

// side is a torrent that is compared, with its files by path.
type side struct {
	t       *metainfo.Torrent
	byPath  map[string]int
	matched []bool
}

func newSide(t *metainfo.Torrent) *side {
	s := &side{t: t, byPath: map[string]int{}, matched: slices.Repeat([]bool{true}, len(t.Files))}
	for i, f := range t.Content() {
		s.byPath[f.Path], s.matched[i] = i, false
	}
	return s
}

// path names a file for people.
func (s *side) path(i int) string {
	return cmp.Or(s.t.Files[i].Path, s.t.Name)
}

func (d *Difference) files(a, b *metainfo.Torrent) {
	x, y := newSide(a), newSide(b)
	pieces := comparePieces(a, b)
	for i := range a.Files {
		j, ok := y.byPath[a.Files[i].Path]
		if x.matched[i] || !ok {
			continue
		}
		x.matched[i], y.matched[j] = true, true
		d.pair(x, y, i, j, pieces)
	}
	d.renamed(x, y)
	for i := range a.Files {
		if !x.matched[i] {
			d.Files = append(d.Files, FileChange{FileRemoved, x.path(i), "", a.Files[i].Length, 0})
		}
	}
	for j := range b.Files {
		if !y.matched[j] {
			d.Files = append(d.Files, FileChange{FileAdded, "", y.path(j), 0, b.Files[j].Length})
		}
	}
}

// pair compares two files with the same path.
func (d *Difference) pair(x, y *side, i, j int, pieces piecesEqual) {
	f, g := &x.t.Files[i], &y.t.Files[j]
	change := FileChange{FileChanged, x.path(i), y.path(j), f.Length, g.Length}
	same, known := false, true
	if f.Length == g.Length {
		if same, known = idsOf(x.t, i).same(idsOf(y.t, j)); !known {
			same, known = pieces.of(layout.FileIndex(i), layout.FileIndex(j))
		}
	}
	switch {
	case known && same && f.Link() == g.Link() && f.IsLink() == g.IsLink():
		d.SameFiles++
		return
	case !known:
		change.Kind = FileUnclear
	}
	d.Files = append(d.Files, change)
}

// renamed matches what is left by its bytes, and then by a length that only one
// file on each side has.
func (d *Difference) renamed(x, y *side) {
	byID := map[fileID]int{}
	for j := range y.t.Files {
		if !y.matched[j] && y.t.Files[j].Length > 0 {
			for _, id := range idsOf(y.t, j).each() {
				byID[id] = j
			}
		}
	}
	delete(byID, fileID{})
	for i := range x.t.Files {
		if x.matched[i] || x.t.Files[i].Length == 0 {
			continue
		}
		ids := idsOf(x.t, i)
		j, ok := byID[ids.root]
		if !ok {
			j, ok = byID[ids.pieces]
		}
		if ok && !y.matched[j] {
			d.match(FileRenamed, x, y, i, j)
		}
	}
	left, right := uniqueLengths(x), uniqueLengths(y)
	for i := range x.t.Files {
		n := x.t.Files[i].Length
		if _, unique := left[n]; x.matched[i] || !unique {
			continue
		}
		if j, ok := right[n]; ok {
			if _, known := idsOf(x.t, i).same(idsOf(y.t, j)); !known {
				d.match(FileMoved, x, y, i, j)
			}
		}
	}
}

func (d *Difference) match(kind FileChangeKind, x, y *side, i, j int) {
	x.matched[i], y.matched[j] = true, true
	d.Files = append(d.Files, FileChange{kind, x.path(i), y.path(j), x.t.Files[i].Length, y.t.Files[j].Length})
}

// uniqueLengths returns the unmatched files by their lengths, where only one has that length.
func uniqueLengths(s *side) map[int64]int {
	m, twice := map[int64]int{}, map[int64]bool{}
	for i := range s.t.Files {
		if n := s.t.Files[i].Length; !s.matched[i] && n > 0 {
			if _, ok := m[n]; ok {
				twice[n] = true
			}
			m[n] = i
		}
	}
	for n := range twice {
		delete(m, n)
	}
	return m
}

// piecesEqual compares files through pieces that they share with others: two
// v1 torrents whose pieces are equally long.
type piecesEqual struct {
	a, b   *metainfo.Torrent
	usable bool
}

func comparePieces(a, b *metainfo.Torrent) piecesEqual {
	hashes := func(t *metainfo.Torrent) bool { return t.NumPieces() > 0 && t.PieceSHA1(0) != nil }
	return piecesEqual{a, b, a.PieceLength == b.PieceLength && hashes(a) && hashes(b)}
}

// of tells whether two files of the same length that start at the same byte are
// the same: all their pieces are, or one that holds nothing else is not.
func (p piecesEqual) of(i, j layout.FileIndex) (same, known bool) {
	if !p.usable || p.a.Layout().Start(i) != p.b.Layout().Start(j) {
		return false, false
	}
	first, end := p.a.Layout().FilePieces(i)
	if _, other := p.b.Layout().FilePieces(j); other != end {
		return false, false
	}
	same = true
	for n := first; n < end; n++ {
		if bytes.Equal(p.a.PieceSHA1(n), p.b.PieceSHA1(n)) {
			continue
		}
		same = false
		if whole(p.a.Layout(), i, n) && whole(p.b.Layout(), j, n) {
			return false, true
		}
	}
	return same, same
}

// whole tells whether a piece lies in a file from end to end.
func whole(l *layout.Layout, file layout.FileIndex, piece int) bool {
	_, n := l.InFile(file, piece)
	return n == l.Piece(piece).Length
}
