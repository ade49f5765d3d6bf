package verify

import (
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// bareFile is a file whose pieces have no hashes of their own in the torrent,
// as in a v2 torrent that was made of a magnet link: only when all of it was
// read can it be compared, with its pieces root.
type bareFile struct {
	roots [][32]byte
	read  int
}

// weigh records the verdict on a piece, or keeps its root until all of its
// file was read.
func (r *Report) weigh(p piecehash.Piece) {
	verdict := r.torrent.Check(p.Index, p.SHA1, p.Root)
	if r.mark(p.Index, verdict); verdict == metainfo.Unknown {
		r.keep(p.Index, p.Root)
	}
}

// hasHash tells whether the torrent has a hash of the piece itself.
func (r *Report) hasHash(i int) bool {
	return r.torrent.PieceSHA1(i) != nil || r.torrent.PieceRoot(i) != nil
}

// keep remembers the root of a piece that could not be compared.
func (r *Report) keep(piece int, root [32]byte) {
	r.bareLock.Lock()
	defer r.bareLock.Unlock()
	l := r.torrent.Layout()
	file := l.FirstFile(piece)
	first, end := l.FilePieces(file)
	b := r.bare[file]
	if b == nil {
		if r.bare == nil {
			r.bare = make(map[int]*bareFile)
		}
		b = &bareFile{roots: make([][32]byte, end-first)}
		r.bare[file] = b
	}
	b.roots[piece-first] = root
	b.read++
}

// judgeBare gives all pieces of a file that was read the verdict on the file.
func (r *Report) judgeBare() {
	for file, b := range r.bare {
		if b.read < len(b.roots) {
			continue
		}
		state := PieceBad
		if r.torrent.CheckFile(file, b.roots) {
			state = PieceOK
		}
		first, end := r.torrent.Layout().FilePieces(file)
		for i := first; i < end; i++ {
			r.pieces[i] = state
		}
	}
	r.bare = nil
}
