package find

import (
	"context"

	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// standIns is a Source of other files than those of the layout.
type standIns map[int]func() (piecehash.File, error)

func (m standIns) Open(i int) (piecehash.File, error) { return m[i]() }

func (s *search) matches(piece int, p piecehash.Piece) bool {
	return s.content.Torrent.Check(piece, p.SHA1, p.Root) == metainfo.Good
}

// hash hashes pieces. Those that cannot be read match nothing, and are not told.
func (s *search) hash(ctx context.Context, only []int, src piecehash.Source, tell func(piecehash.Piece)) error {
	if len(only) == 0 {
		return nil
	}
	job := piecehash.Job{Layout: s.content.Torrent.Layout(), Source: src, Workers: s.workers, Only: only}
	for p, err := range job.Pieces(ctx) {
		if p.Index < 0 {
			return err
		}
		if err == nil {
			tell(p)
		}
	}
	return nil
}
