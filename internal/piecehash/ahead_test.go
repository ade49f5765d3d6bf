package piecehash

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/sha1simd"
)

// device is a storage by the clock. A request waits for one of its slots, and
// then takes the latency and its share of the bandwidth. Where seek is not 0 it
// is a disk that turns, which takes the requests that wait in their order on the
// disk.
type device struct {
	slots     int
	latency   time.Duration
	bandwidth float64       // bytes per second
	seek      time.Duration // for what does not begin on the track where the head is
	crowded   float64       // how much longer all take for each request beyond the slots

	mu      sync.Mutex
	waiting []*request
	busy    int
	bus     time.Time // when the bandwidth is free again
	head    int64
	seeks   int
	most    int // requests at a time
}

// track is what a disk that turns keeps in a memory of its own.
const track = 1 << 20

type request struct {
	at, n int64
	done  chan struct{}
}

// read takes as long as n bytes at a place of the device do.
func (d *device) read(at, n int64) {
	r := &request{at, n, make(chan struct{})}
	d.mu.Lock()
	d.waiting = append(d.waiting, r)
	d.most = max(d.most, d.busy+len(d.waiting))
	d.mu.Unlock()
	time.Sleep(time.Microsecond) // all that come now are here before one is chosen
	d.serve()
	<-r.done
}

// serve begins what waits, as far as there are slots.
func (d *device) serve() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.busy < d.slots && len(d.waiting) > 0 {
		k := 0
		if d.seek > 0 {
			k = d.nearest()
		}
		r := d.waiting[k]
		d.waiting = slices.Delete(d.waiting, k, k+1)
		took := time.Duration(float64(d.latency) * (1 + d.crowded*float64(len(d.waiting))))
		if d.seek > 0 && max(r.at-d.head, d.head-r.at) > track {
			took += d.seek
			d.seeks++
		}
		d.head = r.at + r.n
		d.bus = later(time.Now(), d.bus).Add(time.Duration(float64(r.n) / d.bandwidth * float64(time.Second)))
		end := later(time.Now().Add(took), d.bus)
		if d.seek > 0 {
			d.bus = d.bus.Add(took)
			end = d.bus
		}
		d.busy++
		time.AfterFunc(time.Until(end), func() {
			close(r.done)
			d.mu.Lock()
			d.busy--
			d.mu.Unlock()
			d.serve()
		})
	}
}

// nearest is the request that comes next from the head on, or the first of all.
func (d *device) nearest() int {
	best := -1
	for k, r := range d.waiting {
		if r.at >= d.head && (best < 0 || r.at < d.waiting[best].at) {
			best = k
		}
	}
	return max(best, 0)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// cachedDevice is a Source on a device below a page cache.
type cachedDevice struct {
	l      *layout.Layout
	mu     sync.Mutex
	d      *device
	pages  map[int64]chan struct{} // by their place on the device; closed once they are in memory
	opened map[layout.FileIndex]bool
}

const pageSize = 32 << 10

type cachedDeviceFile struct {
	c    *cachedDevice
	base int64
}

func (c *cachedDevice) device() *device {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.d
}

func newCachedDevice(l *layout.Layout, d *device) *cachedDevice {
	return &cachedDevice{l: l, d: d, pages: map[int64]chan struct{}{}, opened: map[layout.FileIndex]bool{}}
}

func (c *cachedDevice) Open(i layout.FileIndex) (File, error) { return c.openAt(i, c.l.Start(i)) }

// openAt takes one access, the first time.
func (c *cachedDevice) openAt(i layout.FileIndex, base int64) (File, error) {
	f := cachedDeviceFile{c, base}
	c.mu.Lock()
	again := c.opened[i]
	c.opened[i] = true
	c.mu.Unlock()
	if !again {
		c.device().read(f.base, 0)
	}
	return f, nil
}

func (f cachedDeviceFile) Close() error { return nil }

func (f cachedDeviceFile) Cached(off int64) (yes, known bool) {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	page := f.c.pages[(f.base+off)/pageSize]
	if page == nil {
		return false, true
	}
	select {
	case <-page:
		return true, true
	default:
		return false, true
	}
}

func (f cachedDeviceFile) Fetch(off, n int64) {
	first, end := (f.base+off)/pageSize, (f.base+off+n+pageSize-1)/pageSize
	var mine []int64
	var wait []chan struct{}
	f.c.mu.Lock()
	for p := first; p < end; p++ {
		page := f.c.pages[p]
		if page == nil {
			page = make(chan struct{})
			f.c.pages[p] = page
			mine = append(mine, p)
		} else {
			wait = append(wait, page)
		}
	}
	f.c.mu.Unlock()
	if len(mine) > 0 {
		f.c.device().read(mine[0]*pageSize, int64(len(mine))*pageSize)
		f.c.mu.Lock()
		for _, p := range mine {
			close(f.c.pages[p])
		}
		f.c.mu.Unlock()
	}
	for _, page := range wait {
		<-page
	}
}

func (f cachedDeviceFile) ReadAt(p []byte, off int64) (int, error) {
	f.Fetch(off, int64(len(p)))
	return len(p), nil
}

// consume reads what a job wants as a worker does, and hashes nothing.
func consume(ctx context.Context, p *pipeline) {
	w := newWorker(p, newTools(sha1simd.New()))
	defer w.files.closeAll()
	buf := make([]byte, p.Layout.PieceLength())
	for ctx.Err() == nil && w.begin() != nil {
		for i := range w.slots {
			for span := range p.Layout.Spans(w.slots[i].piece.Index) {
				f, _, _ := w.open(span)
				if w.read(f, span, buf[:span.Length]) != nil {
					panic("no read fails")
				}
				w.line.done.Add(span.Length)
				if ctx.Err() != nil {
					break
				}
			}
		}
		w.release()
	}
}

// simulate reads for a while from equal files, and returns how many bytes a
// second came in the last second of that. After two thirds of the time, the
// device is another one, if then is not nil.
func simulate(t *testing.T, size int64, files int, d, then *device, seconds int) (rate float64) {
	list := slices.Repeat([]layout.File{{Length: size}}, files)
	l, err := layout.New(layout.V1, 1<<20, list)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		c := newCachedDevice(l, d)
		p := (&Job{Layout: l, Source: c, Workers: 1}).pipeline()
		ctx, cancel := context.WithCancel(t.Context())
		end := make(chan struct{})
		go func() {
			consume(ctx, p)
			for _, a := range p.ahead {
				a.stop()
			}
			close(end)
		}()
		if then != nil {
			time.Sleep(time.Duration(seconds) * time.Second / 3)
			c.mu.Lock()
			c.d = then
			c.mu.Unlock()
			time.Sleep(time.Duration(seconds) * time.Second * 2 / 3)
		} else {
			time.Sleep(time.Duration(seconds) * time.Second)
		}
		before := p.finished()
		time.Sleep(time.Second)
		rate = float64(p.finished() - before)
		cancel()
		<-end
	})
	return rate
}

// After two seconds every kind of storage gives at least nine tenths of what it
// can give.
func TestDepthIsLearned(t *testing.T) {
	t.Parallel()
	const big, small = 32 << 30, pageSize
	for _, tt := range []struct {
		name    string
		size    int64
		files   int
		d, then *device
		seconds int
		best    float64
	}{
		{"hard disk", big, 1, &device{slots: 1, seek: 8 * time.Millisecond, bandwidth: 150e6}, nil, 2, 150e6},
		{"hard disk, small files", small, 20_000, &device{slots: 1, seek: 8 * time.Millisecond, bandwidth: 150e6}, nil, 2, 150e6},
		{"hard disk, files of 1 MB", 1 << 20, 600, &device{slots: 1, seek: 8 * time.Millisecond, bandwidth: 150e6}, nil, 2, 150e6},
		{"SATA", big, 1, &device{slots: 32, latency: 100 * time.Microsecond, bandwidth: 550e6}, nil, 2, 550e6},
		{"NVMe", big, 1, &device{slots: 256, latency: 80 * time.Microsecond, bandwidth: 3e9}, nil, 2, 3e9},
		{"cloud", big, 1, &device{slots: 16, latency: 10 * time.Millisecond, bandwidth: 3e9}, nil, 2, 16 * partBytes / 10e-3},
		{"NFS", big, 1, &device{slots: 64, latency: time.Millisecond, bandwidth: 110e6}, nil, 2, 110e6},
		{"FUSE", big, 1, &device{slots: 1, latency: 2 * time.Millisecond, bandwidth: 1e9}, nil, 2, partBytes / 2e-3},
		{"SATA, small files", small, 80_000, &device{slots: 32, latency: 100 * time.Microsecond, bandwidth: 550e6}, nil, 2, 550e6},
		{"cloud, small files", small, 80_000, &device{slots: 16, latency: 500 * time.Microsecond, bandwidth: 2e9}, nil, 2, 16 * small / 1e-3},
		{"NFS, small files", small, 80_000, &device{slots: 64, latency: time.Millisecond, bandwidth: 110e6}, nil, 2, 110e6},
		{"FUSE, small files", small, 80_000, &device{slots: 1, latency: 100 * time.Microsecond, bandwidth: 1e9}, nil, 2, small / 200e-6},
		{"that suffers from more than two at a time", big, 1, &device{slots: 2, latency: 4 * time.Millisecond, bandwidth: 3e9, crowded: .3}, nil, 2, 2 * partBytes / 4e-3},
		{"that changes its mind", big, 1, &device{slots: 32, latency: 4 * time.Millisecond, bandwidth: 3e9},
			&device{slots: 4, latency: 4 * time.Millisecond, bandwidth: 3e9, crowded: .3}, 3, 4 * partBytes / 4e-3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rate := simulate(t, tt.size, tt.files, tt.d, tt.then, tt.seconds)
			if rate < .9*tt.best {
				t.Errorf("%.0f MB a second, of %.0f that are possible", rate/1e6, tt.best/1e6)
			}
			if tt.d.seeks > 20 { // 0.16 of 3 seconds
				t.Errorf("the disk had to seek %d times", tt.d.seeks)
			}
			t.Logf("%.0f MB a second of %.0f, at most %d requests at a time", rate/1e6, tt.best/1e6, tt.d.most)
		})
	}
}

var errBroken = errors.New("broken")

// Cold data is brought to memory before it is read, whatever the layout, and the
// digests are those of what is read.
func TestColdDataIsFetched(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(31, 32))
	for _, format := range []layout.Format{layout.V1, layout.V2, layout.Hybrid} {
		job, m := newJob(t, rng, format, 64<<10, []int64{5 << 20, 100, 3 << 20, 0, 50 << 10, 20, 20, 1 << 20})
		f := &fetched{memory: m}
		job.Source, job.Workers = f, 3
		job.Only = []layout.Run{{First: 3, End: job.Layout.NumPieces()}}
		for p, err := range job.Pieces(context.Background()) {
			if err != nil || p != naive(job.Layout, m, p.Index) {
				t.Fatalf("%v: piece %d: %v", format, p.Index, err)
			}
		}
		if f.open != 0 {
			t.Errorf("%v: %d files are open at the end", format, f.open)
		}
	}
}

// A file that cannot be opened or fetched is told of by the worker that wants it.
func TestFaultsAreNotFetched(t *testing.T) {
	t.Parallel()
	job, m := newJob(t, rand.New(rand.NewPCG(33, 34)), layout.V2, 64<<10, []int64{1 << 20, 5 << 20, 1 << 20})
	m.broken = map[layout.FileIndex]error{1: errBroken}
	job.Source = &fetched{memory: m}
	bad := 0
	for p, err := range job.Pieces(context.Background()) {
		switch {
		case errors.Is(err, errBroken):
			bad++
		case err != nil || p != naive(job.Layout, m, p.Index):
			t.Errorf("piece %d: %v", p.Index, err)
		}
	}
	if bad == 0 {
		t.Error("nothing is told of a file that cannot be opened")
	}
}

// Where nobody knows what is in memory, nothing is read for nothing.
func TestUnknownIsNotFetched(t *testing.T) {
	t.Parallel()
	job, m := newJob(t, rand.New(rand.NewPCG(35, 36)), layout.V1, 64<<10, []int64{9 << 20})
	f := &fetched{memory: m, unknown: true}
	job.Source, job.Workers = f, 2
	for p, err := range job.Pieces(context.Background()) {
		if err != nil || p != naive(job.Layout, m, p.Index) {
			t.Fatalf("piece %d: %v", p.Index, err)
		}
	}
	if f.fetches != 0 {
		t.Errorf("%d parts were fetched", f.fetches)
	}
}

// fetched is a memory Source that is always cold, or that cannot tell.
type fetched struct {
	*memory
	unknown bool
	mu      sync.Mutex
	open    int
	fetches int
}

type fetchedFile struct {
	memoryFile
	f *fetched
}

func (s *fetched) Open(i layout.FileIndex) (File, error) {
	f, err := s.memory.Open(i)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.open++
	s.mu.Unlock()
	return fetchedFile{f.(memoryFile), s}, nil
}

func (f fetchedFile) Close() error {
	f.f.mu.Lock()
	f.f.open--
	f.f.mu.Unlock()
	return nil
}

func (f fetchedFile) Cached(int64) (yes, known bool) { return false, !f.f.unknown }
func (f fetchedFile) SeekingIsSlow() bool            { return true }

func (f fetchedFile) Fetch(int64, int64) {
	f.f.mu.Lock()
	f.f.fetches++
	f.f.mu.Unlock()
}
