package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"slices"
	"sync"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

const (
	maxKept  = 32 << 20 // bytes of candidates that are kept for other pieces
	maxWhole = 1 << 20  // a file that is kept whole
)

// cache keeps what was read of candidates that may be asked for again.
type cache struct {
	sync.Mutex
	parts map[keptPart][]byte
	size  int
}

type keptPart struct {
	path        string
	off, length int64
}

// get returns bytes that are kept; nil if they are not.
func (c *cache) get(at keptPart) []byte {
	c.Lock()
	defer c.Unlock()
	return c.parts[at]
}

// put keeps bytes, in the place of others taken at random: candidates are gone
// through again and again, and the oldest would be those that are wanted next.
func (c *cache) put(at keptPart, data []byte) {
	c.Lock()
	defer c.Unlock()
	if c.parts[at] != nil || len(data) > maxKept/2 {
		return
	}
	if c.parts == nil {
		c.parts = map[keptPart][]byte{}
	}
	c.size += len(data)
	for other, old := range c.parts {
		if c.size <= maxKept {
			break
		}
		c.size -= len(old)
		delete(c.parts, other)
	}
	c.parts[at] = data
}

// keep reads bytes of a candidate, unless they are kept, and keeps them.
func (s *search) keep(path string, off, length int64) ([]byte, error) {
	at := keptPart{path, off, length}
	if data := s.cache.get(at); data != nil {
		return data, nil
	}
	data, err := s.readAt(path, off, length)
	if err == nil {
		s.cache.put(at, data)
	}
	return data, err
}

// whole returns all of a file where it may be, if it is kept, or is to be: it has
// no pieces inside, and others may be the same. Otherwise it returns nil.
func (s *search) whole(k int, path string) []byte {
	size := s.r.Files[k].Length
	if size > maxWhole || path == s.inPlace(k) {
		return nil
	}
	data := s.cache.get(keptPart{path, 0, size})
	if from, to := s.inside(k); data == nil && from == to && s.wanted(k) && len(s.sizes[size].files) > 1 {
		data, _ = s.keep(path, 0, size)
	}
	return data
}

// readPart reads bytes of a file where it may be.
func (s *search) readPart(k int, path string, off, length int64) ([]byte, error) {
	if data := s.whole(k, path); data != nil {
		return data[off : off+length], nil
	}
	from, n := off, length
	if piece := s.plane.PieceLength(); s.crowded[path] && piece <= maxKept/4 {
		// Its parts differ from class to class, and lie in the first or the last of these.
		size := s.r.Files[k].Length
		if from, n = 0, min(piece, size); off+length > n {
			from = size - n
		}
	}
	data, err := s.keep(path, from, n)
	if err != nil {
		return nil, err
	}
	return data[off-from:][:length], nil
}

// openPart opens a file where it may be.
func (s *search) openPart(k int, path string) (piecehash.File, error) {
	if data := s.whole(k, path); data != nil {
		return held{bytes.NewReader(data), 0}, nil
	}
	return s.open(path)
}

// group finds out which candidates of files without pieces inside are equal, so
// that copies do not multiply the combinations. Those of one size are read once
// for that, unless there is one only.
func (s *search) group(ctx context.Context) error {
	for size, b := range s.sizes {
		if !slices.ContainsFunc(b.files, func(k int) bool { from, to := s.inside(k); return from == to }) {
			continue
		}
		paths := b.paths[:min(len(b.paths), maxCombinations)]
		at := map[[sha256.Size]byte]int{}
		for _, path := range paths {
			var sum [sha256.Size]byte
			if len(paths) > 1 {
				var err error
				if sum, err = s.sum(ctx, path, size); ctx.Err() != nil {
					return ctx.Err()
				} else if err != nil {
					continue
				}
			}
			i, known := at[sum]
			if !known {
				i = len(b.groups)
				at[sum] = i
				b.groups = append(b.groups, nil)
			}
			b.groups[i] = append(b.groups[i], path)
		}
	}
	return nil
}

// sum hashes a candidate.
func (s *search) sum(ctx context.Context, path string, size int64) (sum [sha256.Size]byte, err error) {
	if size <= maxWhole {
		data, err := s.keep(path, 0, size)
		return sha256.Sum256(data), err
	}
	f, err := s.open(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, &stoppable{ctx, io.NewSectionReader(f, 0, size)})
	return [sha256.Size]byte(h.Sum(nil)), err
}
