package piecehash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/longtest"
)

// connections is a memory Source whose files must be told what will be read of
// them, and then read that in order and without a gap.
type connections struct {
	*memory
	mu     sync.Mutex
	told   int64 // bytes
	hints  int
	faults []string
}

type connection struct {
	memoryFile
	c        *connections
	index    layout.FileIndex
	next, to int64
}

func (c *connections) Open(i layout.FileIndex) (File, error) {
	f, err := c.memory.Open(i)
	if err != nil {
		return nil, err
	}
	return &connection{memoryFile: f.(memoryFile), c: c, index: i}, nil
}

func (f *connection) ReadAhead(off, n int64) {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	if f.next != f.to {
		f.c.faults = append(f.c.faults, fmt.Sprintf("file %d: told of byte %d while %d to %d are not read", f.index, off, f.next, f.to))
	}
	f.c.told += n
	f.c.hints++
	f.next, f.to = off, off+n
}

func (f *connection) ReadAt(p []byte, off int64) (int, error) {
	f.c.mu.Lock()
	if off != f.next || off+int64(len(p)) > f.to {
		f.c.faults = append(f.c.faults, fmt.Sprintf("file %d: bytes %d to %d are read, and %d to %d were told", f.index, off, off+int64(len(p)), f.next, f.to))
	}
	f.next = off + int64(len(p))
	f.c.mu.Unlock()
	return f.memoryFile.ReadAt(p, off)
}

// In order Streams every byte is announced once, before it is read, and read in
// the order in which it was announced, whatever the sizes of pieces and files
// and the number of workers.
func TestStreamsAreAnnounced(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	small := make([]int64, 40)
	for i := range small {
		small[i] = rng.Int64N(9000)
	}
	for f, format := range []layout.Format{layout.V1, layout.V2, layout.Hybrid} {
		for l, pieceLength := range []int64{16 << 10, 256 << 10, 8 << 20} {
			for w, workers := range []int{1, 4, 3000} {
				if !longtest.Whole() && (f+l+w)%3 != 0 {
					continue // every two of them, though not all three
				}
				job, m := newJob(t, rng, format, pieceLength, append([]int64{9 << 20, 100, 3 << 20, 0, 50 << 10}, small...))
				c := &connections{memory: m}
				job.Source, job.Workers, job.Order = c, workers, Streams
				for p, err := range job.Pieces(context.Background()) {
					if err != nil || p.Index%50 == 0 && p != naive(job.Layout, m, p.Index) {
						t.Fatalf("%v: piece %d: %v", format, p.Index, err)
					}
				}
				if len(c.faults) > 0 || c.told != job.Layout.TotalLength() {
					t.Errorf("%v, pieces of %d, %d workers: %d of %d bytes announced, %v", format, pieceLength, workers, c.told, job.Layout.TotalLength(), c.faults)
				}
			}
		}
	}
	job, m := newJob(t, rng, layout.V1, 1<<20, []int64{24 << 20})
	c := &connections{memory: m}
	job.Source, job.Workers, job.Order = c, 4, Streams
	for range job.Pieces(context.Background()) {
	}
	if most := 24<<20/(allBigArenas/4) + 4; c.hints > most {
		t.Errorf("24 MiB were announced in %d parts, more than %d", c.hints, most)
	}
}

// A file that fails in the middle of what was announced is told, or read, from
// where the next piece begins, and the pieces behind are right.
func TestStreamsGoOnAfterAFault(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	job, m := newJob(t, rng, layout.V1, 64<<10, []int64{100 << 10, 10, 900 << 10})
	m.broken = map[layout.FileIndex]error{1: errors.New("broken")}
	job.Source, job.Workers, job.Order = m, 1, Streams
	var bad []int
	for p, err := range job.Pieces(context.Background()) {
		if err != nil {
			bad = append(bad, p.Index)
			continue
		}
		if p != naive(job.Layout, m, p.Index) {
			t.Errorf("piece %d differs", p.Index)
		}
	}
	if !slices.Equal(bad, []int{1}) {
		t.Errorf("pieces %v fail", bad)
	}
}
