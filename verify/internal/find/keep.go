package find

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"maps"
	"slices"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const (
	maxKept    = 16 << 20 // bytes of candidates that are kept in memory
	sampleSize = 4 << 10  // at the start, in the middle and at the end of a candidate
)

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

// group finds out which candidates of files without pieces inside are equal, so
// that copies do not multiply what is tried: those of which samples are equal are
// read. It chooses the sizes that are kept in memory: those that fit, as
// candidates are gone through again and again.
func (s *search) group(ctx context.Context) error {
	for _, size := range slices.Sorted(maps.Keys(s.sizes)) {
		b := s.sizes[size]
		k := slices.IndexFunc(b.files, func(k int) bool { return !s.isInside(k) && !s.proved(k) })
		if k < 0 || len(b.paths) == 0 {
			continue
		}
		k = b.files[k]
		paths := b.paths[:min(len(b.paths), maxStarts)]
		if all := size * int64(len(paths)); all <= s.room && len(b.files)+len(paths) > 2 {
			b.keep = true
			s.room -= all
		}
		if len(paths) == 1 {
			b.groups = [][]string{paths}
			continue
		}
		for _, alike := range s.split(ctx, k, paths, min(size, sampleSize)) {
			if len(alike) == 1 {
				b.groups = append(b.groups, alike)
			} else {
				b.groups = append(b.groups, s.split(ctx, k, alike, size)...)
			}
		}
	}
	return ctx.Err()
}

// split puts candidates of one size into groups that are equal: at their starts,
// in the middle and at their ends, n bytes each. Those that cannot be read are in
// no group.
func (s *search) split(ctx context.Context, k int, paths []string, n int64) (groups [][]string) {
	size := s.files[k].Length
	known := map[[sha256.Size]byte]int{}
	buf := make([]byte, 32<<10)
	for _, path := range paths {
		f, err := s.view(k, path)
		if err != nil {
			continue
		}
		h := sha256.New()
		for _, at := range slices.Compact([]int64{0, (size - n) / 2, size - n}) {
			if err == nil {
				err = copyAt(ctx, h, f, at, n, buf)
			}
		}
		f.Close()
		if err != nil {
			continue
		}
		sum := [sha256.Size]byte(h.Sum(nil))
		i, again := known[sum]
		if !again {
			i = len(groups)
			known[sum] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], path)
	}
	return groups
}

// copyAt hands n bytes of a file on, as many at a time as buf holds.
func copyAt(ctx context.Context, to io.Writer, f io.ReaderAt, at, n int64, buf []byte) error {
	for ; n > 0; n -= int64(len(buf)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		buf = buf[:min(n, int64(len(buf)))]
		if got, err := f.ReadAt(buf, at); got < len(buf) {
			return err
		}
		if _, err := to.Write(buf); err != nil {
			return err
		}
		at += int64(len(buf))
	}
	return nil
}
