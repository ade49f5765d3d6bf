package create

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Checksum is a kind of checksum of whole files.
type Checksum uint8

// The kinds, in the order of their keys: crc32 and md5sum are written in hex,
// sha1 (BEP 47) and sha256 as bytes.
const (
	CRC32 Checksum = iota
	MD5
	SHA1
	SHA256
)

// ParseChecksum reads "crc32", "md5", "sha1" or "sha256".
func ParseChecksum(s string) (Checksum, error) {
	i := slices.Index([]string{"crc32", "md5", "sha1", "sha256"}, s)
	if i < 0 {
		return 0, fmt.Errorf("%q is no checksum: want md5, sha1, sha256 or crc32", s)
	}
	return Checksum(i), nil
}

func (c Checksum) key() string { return [...]string{"crc32", "md5sum", "sha1", "sha256"}[c] }

func (c Checksum) new() hash.Hash {
	switch c {
	case CRC32:
		return crc32.NewIEEE()
	case MD5:
		return md5.New()
	case SHA1:
		return sha1.New()
	}
	return sha256.New()
}

func (c Checksum) entry(h hash.Hash) metainfo.Entry {
	sum := string(h.Sum(nil))
	if c == CRC32 || c == MD5 {
		sum = hex.EncodeToString([]byte(sum))
	}
	return metainfo.TextEntry(c.key(), sum)
}

// maxAhead bounds how much content waits for what lies before it in its file.
const maxAhead = 24 << 20

// sums computes checksums of whole files from what the pipeline reads. Pieces
// are read side by side, so what comes early waits in memory; where that would
// be too much, and for what the pipeline does not read at all, the rest of the
// file is read once more at the end, mostly from the system's cache.
type sums struct {
	kinds []Checksum
	files []fileSum // by place in the plan
	ahead atomic.Int64
}

type fileSum struct {
	mu    sync.Mutex
	next  int64 // everything before it is hashed
	state []hash.Hash
	early map[int64][]byte
}

// newSums prepares the checksums, and gives every file entries of their size.
func (p *Plan) newSums(kinds []Checksum) *sums {
	kinds = slices.Clone(kinds)
	slices.Sort(kinds)
	kinds = slices.Compact(kinds)
	if len(kinds) == 0 {
		return nil
	}
	s := &sums{kinds: kinds, files: make([]fileSum, len(p.files))}
	for k := range p.files {
		if p.files[k].Link != "" {
			continue
		}
		p.files[k].Sums = make([]metainfo.Entry, len(kinds))
		for j, kind := range kinds {
			p.files[k].Sums[j] = kind.entry(kind.new())
		}
	}
	return s
}

// feed takes what was read of a file.
func (s *sums) feed(k int, off int64, b []byte) {
	f := &s.files[k]
	f.mu.Lock()
	defer f.mu.Unlock()
	switch end := off + int64(len(b)); {
	case end <= f.next:
	case off <= f.next:
		s.hash(f, b[f.next-off:])
		for {
			early, ok := f.early[f.next]
			if !ok {
				return
			}
			delete(f.early, f.next)
			s.ahead.Add(-int64(len(early)))
			s.hash(f, early)
		}
	case s.ahead.Load()+int64(len(b)) <= maxAhead:
		if f.early == nil {
			f.early = make(map[int64][]byte)
		}
		if _, ok := f.early[off]; !ok {
			f.early[off] = slices.Clone(b)
			s.ahead.Add(int64(len(b)))
		}
	}
}

func (s *sums) hash(f *fileSum, b []byte) {
	if f.state == nil {
		for _, kind := range s.kinds {
			f.state = append(f.state, kind.new())
		}
	}
	for _, h := range f.state {
		h.Write(b)
	}
	f.next += int64(len(b))
}

// finishSums reads what is missing and writes the checksums into the files.
func (p *Plan) finishSums(ctx context.Context) error {
	if p.sums == nil {
		return nil
	}
	for k := range p.files {
		f := &p.sums.files[k]
		f.early = nil
		if err := p.readRest(ctx, k, f); err != nil {
			return err
		}
		p.sums.hash(f, nil)
		for j := range p.files[k].Sums {
			p.files[k].Sums[j] = p.sums.kinds[j].entry(f.state[j])
		}
		f.state, f.next = nil, 0 // for the next run of the plan
	}
	p.sums.ahead.Store(0)
	return p.unchanged()
}

func (p *Plan) readRest(ctx context.Context, k int, f *fileSum) error {
	size := p.Files[k].Length
	if f.next >= size {
		return nil
	}
	r, err := p.content.tree.Open(int(p.content.order[k]))
	if err != nil {
		return err
	}
	buf := make([]byte, min(1<<20, size-f.next))
	for f.next < size && err == nil {
		b := buf[:min(int64(len(buf)), size-f.next)]
		if _, err = r.ReadAt(b, f.next); err == nil {
			p.sums.hash(f, b)
			err = ctx.Err()
		}
	}
	if e := r.Close(); err == nil {
		err = e
	}
	return err
}

// summed is a file whose content goes into its checksums as it is read.
type summed struct {
	piecehash.File
	sums  *sums
	place int
}

func (f summed) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(b, off)
	f.sums.feed(f.place, off, b[:n])
	return n, err
}
