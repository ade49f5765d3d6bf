package piecehash

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/sha1simd"
)

// machine is a computer by the clock: all its data is in memory, which workers
// share, and what a worker does takes so long.
type machine struct {
	memory  float64       // bytes a second, of all workers together
	kernel  float64       // bytes a second that one worker hashes
	opening time.Duration // of a file
	looking time.Duration // whether a byte is in memory
	mu      sync.Mutex
	bus     time.Time     // when the memory is free again
	busy    time.Duration // of all workers: what was not spent on waiting for others
	idle    []time.Time   // when each worker was last busy
}

// spend lets time pass for a worker.
func (m *machine) spend(d time.Duration) {
	time.Sleep(d)
	m.mu.Lock()
	m.busy += d
	m.mu.Unlock()
}

func (m *machine) Open(layout.FileIndex) (File, error) {
	m.spend(m.opening)
	return machineFile{m}, nil
}

type machineFile struct{ m *machine }

func (machineFile) Close() error { return nil }

func (f machineFile) Cached(int64) (yes, known bool) {
	f.m.spend(f.m.looking)
	return true, true
}

func (f machineFile) ReadAt(p []byte, _ int64) (int, error) {
	f.m.mu.Lock()
	now := time.Now()
	f.m.bus = later(now, f.m.bus).Add(time.Duration(float64(len(p)) / f.m.memory * float64(time.Second)))
	wait := f.m.bus.Sub(now)
	f.m.mu.Unlock()
	f.m.spend(wait)
	return len(p), nil
}

// timedLanes are sixteen lanes of one worker, which hash nothing, but take the time.
type timedLanes struct {
	m  *machine
	at int // in m.idle
}

func (timedLanes) Lanes() int { return 16 }

func (l timedLanes) Blocks(_ []*sha1simd.State, chunks [][]byte) {
	n := 0
	for _, c := range chunks {
		n += len(c)
	}
	l.m.spend(time.Duration(float64(n) / l.m.kernel * float64(time.Second)))
	l.m.mu.Lock()
	l.m.idle[l.at] = time.Now()
	l.m.mu.Unlock()
}

func (timedLanes) Zeros([]*sha1simd.State, []int) {}

func (timedLanes) Finish([][sha1simd.Size]byte, []*sha1simd.State, [][]byte, []uint64) {}

// From 2 to 128 workers, who wait for each other for no more than 3 % of the time,
// and at the end for no longer than one of them takes for a run.
func TestManyCores(t *testing.T) {
	t.Parallel()
	const pieceLength, lanes = 256 << 10, 16
	for _, workers := range []int{2, 16, 128} {
		perWorker := int64(4 * lanes * pieceLength)
		for name, list := range map[string][]layout.File{
			"one file":    {{Length: int64(workers) * perWorker}},
			"small files": slices.Repeat([]layout.File{{Length: 30_000}}, int(int64(workers)*perWorker/30_000/2)),
		} {
			t.Run(fmt.Sprintf("%d, %s", workers, name), func(t *testing.T) {
				t.Parallel()
				l, err := layout.New(layout.V1, pieceLength, list)
				if err != nil {
					t.Fatal(err)
				}
				synctest.Test(t, func(t *testing.T) { checkCores(t, l, workers) })
			})
		}
	}
}

func checkCores(t *testing.T, l *layout.Layout, workers int) {
	m := &machine{memory: 20e9, kernel: 150e6, opening: 5 * time.Microsecond, looking: 500 * time.Nanosecond}
	m.idle = make([]time.Time, workers)
	p := (&Job{Layout: l, Source: m, Workers: workers}).pipeline()
	begun, next := time.Now(), 0
	p.start(t.Context(), func() *tools {
		m.mu.Lock()
		defer m.mu.Unlock()
		next++
		return newTools(timedLanes{m, next - 1})
	})
	pieces := 0
	for batch := range p.results {
		pieces += len(batch)
		p.recycle(batch)
	}
	if pieces != l.NumPieces() {
		t.Fatalf("%d pieces of %d", pieces, l.NumPieces())
	}
	end := time.Now()
	first := slices.MinFunc(m.idle, time.Time.Compare)
	run := time.Duration(16 * float64(l.PieceLength()) / m.kernel * float64(time.Second))
	there := time.Duration(0)
	for _, t := range m.idle {
		there += t.Sub(begun)
	}
	lost := 1 - m.busy.Seconds()/there.Seconds()
	if lost > .03 {
		t.Errorf("%.1f %% of the time is spent on waiting for others", 100*lost)
	}
	if end.Sub(first) > run {
		t.Errorf("one worker waits %v at the end; a run takes %v", end.Sub(first), run)
	}
	t.Logf("%v, %.2f %% lost, %v at the end, of %v", end.Sub(begun), 100*lost, end.Sub(first), run)
}
