package piecehash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/sha1simd"
)

// storage is a memory Source that has holes, knows what is cached, and keeps a
// trace of what was read.
type storage struct {
	*memory
	cached bool
	holes  bool // runs of zeros are holes
	mu     sync.Mutex
	trace  []string
	want   map[int]Piece // digests that were worked out already
}

type storedFile struct {
	memoryFile
	s     *storage
	index layout.FileIndex
}

func (s *storage) Open(i layout.FileIndex) (File, error) {
	f, err := s.memory.Open(i)
	if err != nil {
		return nil, err
	}
	return storedFile{f.(memoryFile), s, i}, nil
}

func (f storedFile) ReadAt(p []byte, off int64) (int, error) {
	f.s.mu.Lock()
	f.s.trace = append(f.s.trace, fmt.Sprintf("%04d %012d", f.index, off))
	f.s.mu.Unlock()
	return f.memoryFile.ReadAt(p, off)
}

func (f storedFile) Cached(int64) (yes, known bool) { return f.s.cached, true }

func (f storedFile) NextData(off int64) int64 {
	data := f.s.files[f.index]
	if !f.s.holes {
		return off
	}
	const page = 4096
	for off < int64(len(data)) {
		end := min(int64(len(data)), (off/page+1)*page)
		if len(bytes.Trim(data[off:end], "\x00")) > 0 {
			return off
		}
		off = end
	}
	return int64(len(data))
}

func (s *storage) check(t *testing.T, job Job) {
	t.Helper()
	if s.want == nil {
		s.want = make(map[int]Piece)
	}
	for p, err := range job.Pieces(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		want, known := s.want[p.Index]
		if !known {
			want = naive(job.Layout, s.memory, p.Index)
			s.want[p.Index] = want
		}
		if p != want {
			t.Fatalf("%v: piece %d differs", job.Layout.Format(), p.Index)
		}
	}
}

// What is not in memory is read whole and in order, with any number of workers
// and pieces of any length, and gives the same digests.
func TestColdDataIsReadInOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	for f, format := range []layout.Format{layout.V1, layout.V2, layout.Hybrid} {
		for l, pieceLength := range []int64{16 << 10, 1 << 20, 16 << 20} {
			if !longtest.Whole() && (f+l)%3 != 1 {
				continue // every format and length, though not all with each other
			}
			job, m := newJob(t, rng, format, pieceLength, []int64{13 << 20, 100, 3 << 20, 0, 50 << 10, 8 << 20})
			s := &storage{memory: m}
			job.Source, job.Workers = s, 3
			s.check(t, job)
			if !slices.IsSorted(s.trace) {
				t.Errorf("%v, pieces of %d: reads are out of order", format, pieceLength)
			}
			inOrder := len(s.trace)
			s.trace, s.cached = nil, true
			s.check(t, job)
			if sha1simd.New().Lanes() > 1 && pieceLength == 1<<20 && format == layout.V1 && slices.IsSorted(s.trace) {
				t.Errorf("data in memory is read in one stream of %d reads, as if it were not (%d)", len(s.trace), inOrder)
			}
			job.Order, s.trace = Sequential, nil
			s.check(t, job)
			if !slices.IsSorted(s.trace) {
				t.Errorf("%v, pieces of %d: sequential reads are out of order", format, pieceLength)
			}
			job.Order, job.Workers = Streams, 7
			s.check(t, job)
		}
	}
}

// Holes are hashed and not read.
func TestHoles(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for range longtest.Rounds(8, 20) {
		format := []layout.Format{layout.V1, layout.V2, layout.Hybrid}[rng.IntN(3)]
		job, m := newJob(t, rng, format, 1<<20, []int64{5 << 20, 1000, 2<<20 + 77, 300_000})
		for _, data := range m.files {
			for range 5 {
				if len(data) > 0 {
					from := rng.IntN(len(data))
					clear(data[from : from+rng.IntN(len(data)-from)])
				}
			}
		}
		s := &storage{memory: m, holes: true, cached: rng.IntN(2) == 0}
		job.Source = s
		s.check(t, job)
	}
	for _, format := range []layout.Format{layout.V1, layout.V2, layout.Hybrid} {
		sparse, m := newJob(t, rng, format, 1<<20, []int64{3<<20 + 16<<10})
		clear(m.files[0])
		s := &storage{memory: m, holes: true}
		sparse.Source = s
		s.check(t, sparse)
		if len(s.trace) > 0 {
			t.Errorf("%v: a file that is one hole was read %d times", format, len(s.trace))
		}
	}
}

// Towards the end of a job runs are so short that no worker is left alone with
// much, however small the pieces are.
func TestLastRunsAreShort(t *testing.T) {
	const workers, lanes, count = 8, 5, 10_000
	l, err := layout.New(layout.V1, 16<<10, []layout.File{{Length: count * 16 << 10}})
	if err != nil {
		t.Fatal(err)
	}
	q := (&Job{Layout: l, Source: &memory{}, Workers: workers}).pipeline().queue
	taken := 0
	for taken < count {
		run := q.take(q.lines[0], nil, lanes, func(layout.Piece) bool { return true })
		if most := max(lanes, (count-taken)/workers); len(run) > most || len(run) == 0 {
			t.Fatalf("%d pieces of %d that are left are taken at once", len(run), count-taken)
		}
		taken += len(run)
	}
}

// A piece that is read in parts and ends early is an error, and those around it
// are right.
func TestFaultInALongPiece(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 28))
	for _, order := range []Order{Sequential, Streams} {
		for _, format := range []layout.Format{layout.V1, layout.Hybrid} {
			job, m := newJob(t, rng, format, 16<<20, []int64{64 << 20})
			whole := m.files[0]
			m.files[0] = whole[:41<<20]
			job.Order, job.Workers = order, 2
			for p, err := range job.Pieces(context.Background()) {
				var read *ReadError
				switch {
				case p.Index < 2 && (err != nil || p != naive(job.Layout, &memory{files: [][]byte{whole}}, p.Index)):
					t.Errorf("%v: piece %d is wrong: %v", format, p.Index, err)
				case p.Index >= 2 && (!errors.As(err, &read) || p.Index == 2 && read.Offset != 41<<20):
					t.Errorf("%v: piece %d: %v", format, p.Index, err)
				}
			}
		}
	}
}

// Jobs that go on at once have the memory of one.
func TestAbreast(t *testing.T) {
	t.Parallel()
	l, err := layout.New(layout.V1, 64<<20, []layout.File{{Length: 1 << 40}})
	if err != nil {
		t.Fatal(err)
	}
	for _, jobs := range []int{0, 1, 2, 3, 12} {
		for _, workers := range []int{1, 2, 7} {
			p := Job{Layout: l, Source: &memory{}, Order: Sequential, Workers: workers, Abreast: jobs}.pipeline()
			if all := max(1, jobs) * cap(p.big) * p.bigArena(); all > allBigArenas {
				t.Errorf("%d jobs of %d workers read into %d bytes, more than %d", jobs, workers, all, allBigArenas)
			}
		}
	}
}

// served is a memory Source behind a program.
type served struct {
	*storage
	remote bool
}

type servedFile struct {
	storedFile
	remote bool
}

func (f servedFile) Remote() bool { return f.remote }

func (s *served) Open(i layout.FileIndex) (File, error) {
	f, err := s.storage.Open(i)
	if err != nil {
		return nil, err
	}
	return servedFile{f.(storedFile), s.remote}, nil
}

// Of two processors one is left to who serves the content, and with it all the memory to
// one worker; unless it is in memory already, or somebody said how many there are to be.
func TestOneWorkerBesideADaemon(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	rng := rand.New(rand.NewPCG(31, 32))
	large, m := newJob(t, rng, layout.V1, 1<<20, []int64{17 << 20})
	small, little := newJob(t, rng, layout.V1, 1<<20, []int64{3 << 20})
	for _, c := range []struct {
		name           string
		job            Job
		memory         *memory
		remote, cached bool
		workers, want  int
	}{
		{"remote", large, m, true, false, 0, 1},
		{"remote, in memory", large, m, true, true, 0, 2},
		{"local", large, m, false, false, 0, 2},
		{"remote, two wanted", large, m, true, false, 2, 2},
		{"remote, small", small, little, true, false, 0, 2},
	} {
		c.job.Source = &served{&storage{memory: c.memory, cached: c.cached}, c.remote}
		c.job.Workers = c.workers
		p := c.job.pipeline()
		if p.Workers != c.want {
			t.Errorf("%s: %d workers, want %d", c.name, p.Workers, c.want)
		}
		if c.want == 1 && cap(p.big) != 1 {
			t.Errorf("%s: one worker, and %d arenas", c.name, cap(p.big))
		}
	}
	runtime.GOMAXPROCS(4)
	large.Source, large.Workers = &served{&storage{memory: m}, true}, 0
	if p := large.pipeline(); p.Workers != 4 {
		t.Errorf("%d workers of four processors", p.Workers)
	}
}
