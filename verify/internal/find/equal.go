package find

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"iter"
	"maps"
	"slices"
	"sort"
)

// A sample is bytes at the start, in the middle and at the end of a candidate.
const (
	minSample = 1 << 10
	maxSample = 4 << 10
)

// rising sorts sizes.
func rising(sizes iter.Seq[int64]) []int64 {
	all := slices.Collect(sizes)
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return all
}

// sampleOf is how many bytes those are, each.
func sampleOf(size int64) int64 { return min(size, max(size/64, minSample), maxSample) }

// samples are what tells candidates apart at their starts and ends, by their paths.
type samples map[string]edges

type edges struct{ start, end uint64 }

// mayBe tells which candidates may be a file as well as one that it was found to be: their
// samples are the same, as far as those lie in pieces that match.
func (m samples) mayBe(s *search, k int, found []string) func(group []string) bool {
	f, have := &s.files[k], m[found[0]]
	n := sampleOf(f.Length)
	start, end := false, false
	for r := s.layout.RunOf(f.Index); r.First < r.End; r.First++ {
		if at, length := s.layout.InFile(f.Index, r.First); s.good[r.First] && length >= n {
			start, end = start || at == 0, end || at+length == f.Length
		}
	}
	return func(group []string) bool {
		e := m[group[0]]
		return have == edges{} || e == edges{} || (!start || e.start == have.start) && (!end || e.end == have.end)
	}
}

// group finds out which candidates of files without pieces inside are equal, so
// that copies do not multiply what is tried: those of which samples are equal are
// read. Candidates for which there is room are kept in memory, as they are gone through
// again and again.
func (s *sharedSearch) group(ctx context.Context) error {
	var sizes []int64
	bySize, alone := map[int64][]string{}, map[int64][]string{}
	for _, size := range rising(maps.Keys(s.sizes)) {
		b := s.sizes[size]
		if len(b.paths) == 0 || !slices.ContainsFunc(b.files, func(k int) bool { return !s.hasInner(k) && !s.proved(k) }) {
			continue
		}
		sizes = append(sizes, size)
		if paths := b.alike(); len(b.files)+len(paths) > 2 {
			bySize[size] = paths
		} else {
			alone[size] = paths
		}
	}
	s.short = !s.reader.memory.choose(bySize, alone)
	for _, size := range sizes {
		b := s.sizes[size]
		long := s.tooLong(b)
		paths := b.alike()
		if len(paths) == 1 && len(long) == 0 {
			b.groups = [][]string{paths}
			continue
		}
		paths = slices.AppendSeq(slices.Clip(paths), maps.Keys(long))
		for _, alike := range s.reader.split(ctx, paths, size, sampleOf(size), s.samples) {
			equal := [][]string{alike}
			if len(alike) > 1 {
				equal = s.reader.split(ctx, alike, size, size, nil)
			}
			for _, group := range equal {
				n := slices.IndexFunc(group, func(path string) bool { _, is := long[path]; return is })
				if n < 0 {
					n = len(group)
				}
				if n == 0 {
					continue
				}
				for _, path := range group[n:] {
					s.needless[long[path]] = true
				}
				b.groups = append(b.groups, group[:n:n])
			}
		}
	}
	s.ring = newRing(s.sizes, sizes)
	return ctx.Err()
}

// tooLong returns the files of a size without pieces inside in whose places is more, by those.
func (s *search) tooLong(b *bucket) map[string]int {
	long := map[string]int{}
	for _, k := range b.files {
		f := &s.files[k]
		if _, is := s.seen[f.At]; !is && !s.hasInner(k) && f.Readable && f.Size > f.Length {
			long[f.At] = k
		}
	}
	return long
}

// alike is the candidates that may be files without pieces inside.
func (b *bucket) alike() []string { return b.paths[:min(len(b.paths), maxPartials)] }

// split puts candidates of one size into groups that are equal: at their starts,
// in the middle and at their ends, n bytes each. Those that cannot be read are in
// no group. What their starts and ends are is noted.
func (r *reader) split(ctx context.Context, paths []string, size, n int64, note samples) (groups [][]string) {
	known := map[[sha256.Size]byte]int{}
	buf := make([]byte, 32<<10)
	for _, path := range paths {
		if ctx.Err() != nil {
			break
		}
		f, err := r.view(path)
		if err != nil {
			continue
		}
		var sum [sha256.Size]byte
		var e edges
		for _, at := range slices.Compact([]int64{0, (size - n) / 2, size - n}) {
			if h := sha256.New(); err == nil {
				err = copyAt(ctx, h, f, at, n, buf)
				one := h.Sum(nil)
				if e.end = binary.LittleEndian.Uint64(one); at == 0 {
					e.start = e.end
				}
				sum = sha256.Sum256(append(one, sum[:]...))
			}
		}
		f.Close()
		r.work.add(min(size, 3*n))
		if err != nil {
			continue
		}
		if note != nil {
			note[path] = e
		}
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
