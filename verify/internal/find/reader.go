package find

import (
	"bytes"
	"context"

	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

const maxKept = 16 << 20 // bytes of candidates that are kept in memory

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

// view opens a file where it may be. What is kept in memory is read once.
func (s *search) view(k int, path string) (piecehash.File, error) {
	if k < 0 || path == s.files[k].At || !s.wanted(k) || s.isInside(k) || !s.sizes[s.files[k].Length].keep {
		return s.open(path)
	}
	s.keeping.Lock()
	defer s.keeping.Unlock()
	data := s.kept[path]
	if data == nil {
		var err error
		if data, err = s.readWhole(path, s.files[k].Length); err != nil {
			return nil, err
		}
		s.kept[path] = data
	}
	return held{bytes.NewReader(data)}, nil
}

// held is a candidate in memory.
type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

// readWhole reads a candidate of n bytes.
func (s *search) readWhole(path string, n int64) ([]byte, error) {
	f, err := s.open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, n)
	if got, err := f.ReadAt(data, 0); got < len(data) {
		return nil, err
	}
	return data, nil
}
