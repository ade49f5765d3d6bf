package metainfo

import (
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// Roots compares files that have no piece layer (BEP 52) with their pieces roots,
// as the roots of their pieces become known. It is not safe for concurrent use.
type Roots struct {
	t       *Torrent
	hasher  *merkle.Hasher
	growing map[layout.FileIndex]*merkle.Grower
}

// NewRoots begins with no piece.
func (t *Torrent) NewRoots() *Roots {
	return &Roots{t, merkle.New(sha256simd.New()), map[layout.FileIndex]*merkle.Grower{}}
}

// Add takes the merkle root of the i-th piece, which must belong to a file of a v2
// torrent and not have come before. With the last piece of a file comes a verdict
// on all of them: Good, Bad, or Unknown before.
func (r *Roots) Add(i int, root [32]byte) (file int, v Verdict) {
	f := r.t.layout.FirstFile(i)
	pieces := r.t.layout.RunOf(f)
	g := r.growing[f]
	if g == nil {
		g = r.hasher.Grow(pieces.Len(), int(r.t.PieceLength/layout.LeafSize))
		r.growing[f] = g
	}
	top, whole := g.Add(i-pieces.First, root)
	switch {
	case !whole:
		return int(f), Unknown
	case top == r.t.Root(int(f)):
		return int(f), Good
	}
	return int(f), Bad
}
