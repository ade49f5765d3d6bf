package piecehash

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/sha1simd"
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

// counted notes how many messages are hashed side by side.
type counted struct {
	sha1Lanes
	mu    *sync.Mutex
	bytes map[int]int // by the number of messages
}

func (c counted) Blocks(states []*sha1simd.State, chunks [][]byte) {
	c.mu.Lock()
	for _, chunk := range chunks {
		c.bytes[len(states)] += len(chunk)
	}
	c.mu.Unlock()
	c.sha1Lanes.Blocks(states, chunks)
}

// What connections bring of long pieces is hashed side by side.
func TestStreamsShareLanes(t *testing.T) {
	if sha1simd.New().Lanes() < 4 {
		t.Skip("one message at a time is hashed as fast")
	}
	synctest.Test(t, func(t *testing.T) {
		const workers, length = 4, 5 << 20
		job, m := newJob(t, rand.New(rand.NewPCG(27, 28)), layout.V1, length, []int64{workers * length})
		job.Workers, job.Order = workers, Streams
		c := counted{mu: new(sync.Mutex), bytes: map[int]int{}}
		p := job.pipeline()
		p.start(t.Context(), func() *tools {
			return newTools(counted{sha1simd.New(), c.mu, c.bytes})
		})
		for batch := range p.results {
			for _, r := range batch {
				if r.err != nil || r.piece != naive(job.Layout, m, r.piece.Index) {
					t.Errorf("piece %d: %v", r.piece.Index, r.err)
				}
			}
		}
		if len(c.bytes) != 1 || c.bytes[workers] != workers*length {
			t.Errorf("bytes by the messages that were hashed side by side: %v", c.bytes)
		}
	})
}

// The memory for what was read grows neither with the pieces nor, until each has room
// for no more than a few leaves, with the connections.
func TestStreamsMemory(t *testing.T) {
	l, err := layout.New(layout.V1, 64<<20, []layout.File{{Length: 1 << 40}})
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{1, 4, 5, 100, 500} {
		p := Job{Layout: l, Workers: workers, Order: Streams}.pipeline()
		memory, w := 0, newWorker(p, newTools(sha1simd.New()))
		for range workers {
			s := p.streams.add(w)
			for i := range s.load {
				s.last = &s.load[i]
				memory += len(s.room().buf) + s.skew
			}
		}
		if most := max(allLoads, workers*loads*layout.LeafSize) + workers*loads*skews*skew + allLoads/64; memory > most {
			t.Errorf("%d connections: %d bytes of memory, more than %d", workers, memory, most)
		}
	}
}

// crowd is a Source of zeros, whose first reads by each worker call arrive with how many
// workers have read before.
type crowd struct {
	mu      sync.Mutex
	workers int
	arrive  func(before int)
}

type newcomer struct {
	c    *crowd
	here bool
}

func (c *crowd) Open(layout.FileIndex) (File, error) { return &newcomer{c: c}, nil }

func (*newcomer) Close() error { return nil }

func (n *newcomer) ReadAt(p []byte, _ int64) (int, error) {
	if !n.here {
		n.here = true
		n.c.mu.Lock()
		before := n.c.workers
		n.c.workers++
		n.c.mu.Unlock()
		n.c.arrive(before)
	} else {
		n.c.arrive(-1)
	}
	clear(p)
	return len(p), nil
}

// Workers join one by one where bytes come fast, each once the one before has brought some.
func TestStreamsJoin(t *testing.T) {
	const first, most, length, count = 4, 16, 1 << 20, 128
	for _, c := range []struct {
		name   string
		arrive func(all chan struct{}) func(before int)
		want   int
	}{
		{"fast, where who has brought a load waits for all", func(all chan struct{}) func(int) {
			return func(before int) {
				if before == most-1 {
					close(all)
				}
				if before < 0 {
					select {
					case <-all:
					case <-time.After(time.Hour):
					}
				}
			}
		}, most},
		{"slow", func(chan struct{}) func(int) { return func(int) { time.Sleep(16 * time.Millisecond) } }, first},
		{"fast, but for one that joins", func(all chan struct{}) func(int) {
			return func(before int) {
				if before == first-1 {
					close(all)
				}
				if <-all; before == first {
					time.Sleep(time.Hour)
				}
			}
		}, first + 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			l, err := layout.New(layout.V1, length, []layout.File{{Length: count * length}})
			if err != nil {
				t.Fatal(err)
			}
			source := &crowd{arrive: c.arrive(make(chan struct{}))}
			want, came := sha1.Sum(make([]byte, length)), 0
			for p, err := range (Job{Layout: l, Source: source, First: first, Workers: most, Order: Streams}).Pieces(t.Context()) {
				if came++; err != nil || p.SHA1 != want {
					t.Errorf("%s: piece %d: %v", c.name, p.Index, err)
				}
			}
			if came != count || source.workers != c.want {
				t.Errorf("%s: %d pieces came by %d workers, want %d", c.name, came, source.workers, c.want)
			}
		})
	}
}

// stalling is a memory Source of which one file gives nothing until it is let go.
type stalling struct {
	*memory
	file layout.FileIndex
	gate chan struct{}
}

type stalledFile struct {
	File
	gate chan struct{}
}

func (f stalledFile) ReadAt(p []byte, off int64) (int, error) {
	<-f.gate
	return f.File.ReadAt(p, off)
}

func (s stalling) Open(i layout.FileIndex) (File, error) {
	f, err := s.memory.Open(i)
	if err == nil && i == s.file {
		f = stalledFile{f, s.gate}
	}
	return f, err
}

// Nobody waits for a connection that gives nothing: all that others bring is hashed
// before it does.
func TestStreamsDoNotWaitForOne(t *testing.T) {
	for _, format := range []layout.Format{layout.V1, layout.V2, layout.Hybrid} {
		synctest.Test(t, func(t *testing.T) {
			const length = 1 << 20
			job, m := newJob(t, rand.New(rand.NewPCG(29, 30)), format, length, []int64{length, 40*length + 1000})
			gate := make(chan struct{})
			job.Source, job.Workers, job.Order = stalling{m, 0, gate}, 4, Streams
			most := job.Layout.NumPieces() - 12 // the others are in the run of the file that gives nothing
			begun, came := time.Now(), 0
			for p, err := range job.Pieces(t.Context()) {
				if err != nil || p != naive(job.Layout, m, p.Index) {
					t.Errorf("%v: piece %d: %v", format, p.Index, err)
				}
				if came++; came == most {
					if waited := time.Since(begun); waited > 2*patience {
						t.Errorf("%v: others waited %v", format, waited)
					}
					close(gate)
				}
			}
			if came != job.Layout.NumPieces() {
				t.Errorf("%v: %d pieces came", format, came)
			}
		})
	}
}

// breaking is a memory Source whose files end in a fault, though what is before comes.
type breaking struct {
	*memory
	at int64
}

type brokenFile struct {
	File
	at int64
}

func (brokenFile) ReadAhead(off, n int64) {}

func (f brokenFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p[:min(max(f.at-off, 0), int64(len(p)))], off)
	if err == nil && n < len(p) {
		err = errors.New("broken")
	}
	return n, err
}

func (b breaking) Open(i layout.FileIndex) (File, error) {
	f, err := b.memory.Open(i)
	return brokenFile{f, b.at}, err
}

// Where a long read fails in the middle, the pieces before that are good, and none
// behind it.
func TestStreamsKeepWhatCameBeforeAFault(t *testing.T) {
	for _, format := range []layout.Format{layout.V1, layout.V2, layout.Hybrid} {
		for _, length := range []int64{16 << 10, 256 << 10, 4 << 20} {
			job, m := newJob(t, rand.New(rand.NewPCG(31, 32)), format, length, []int64{9<<20 + 5, 100})
			const at = 5<<20 + 77
			job.Source, job.Workers, job.Order = breaking{m, at}, 2, Streams
			for p, err := range job.Pieces(context.Background()) {
				good := int64(p.Index+1)*length <= at || 9<<20+5 <= int64(p.Index)*length
				var read *ReadError
				switch {
				case good && (err != nil || p != naive(job.Layout, m, p.Index)):
					t.Errorf("%v, pieces of %d: piece %d: %v", format, length, p.Index, err)
				case !good && !(errors.As(err, &read) && read.File == 0 && read.Offset >= at):
					t.Errorf("%v, pieces of %d: piece %d, which is broken: %v", format, length, p.Index, err)
				}
			}
		}
	}
}
