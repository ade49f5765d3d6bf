package piecehash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/longtest"
)

// spread is a Source on several devices, below one page cache each.
type spread struct {
	on   []*cachedDevice
	of   []int   // the device of each file
	base []int64 // its place there
}

func (s *spread) Open(i layout.FileIndex) (File, error) { return s.on[s.of[i]].openAt(i, s.base[i]) }

func (s *spread) Device(i layout.FileIndex) uint64 { return uint64(s.of[i]) * 1000 }

// onDevices is a file for each length, on the device of that.
func onDevices(t *testing.T, devices []*device, lengths []int64, of []int) (*layout.Layout, *spread) {
	t.Helper()
	var list []layout.File
	for _, n := range lengths {
		list = append(list, layout.File{Length: n})
	}
	l, err := layout.New(layout.V1, 1<<20, list)
	if err != nil {
		t.Fatal(err)
	}
	s := &spread{of: of}
	ends := make([]int64, len(devices))
	for _, d := range devices {
		s.on = append(s.on, newCachedDevice(l, d))
	}
	for i, n := range lengths {
		s.base = append(s.base, ends[of[i]])
		ends[of[i]] += (n + pageSize - 1) / pageSize * pageSize
	}
	return l, s
}

// drain reads all from several devices, and returns how long that took.
func drain(t *testing.T, l *layout.Layout, s *spread, workers int) (took time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		p := (&Job{Layout: l, Source: s, Workers: workers}).pipeline()
		begun := time.Now()
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() { consume(t.Context(), p) })
		}
		wg.Wait()
		took = time.Since(begun)
		for _, a := range p.ahead {
			a.stop()
		}
		if n := p.finished(); n != l.TotalLength() {
			t.Errorf("%d bytes of %d are done", n, l.TotalLength())
		}
	})
	return took
}

// All devices that hold a part of the content work at once, however it is spread:
// together they take as long as the one that takes longest.
func TestDevicesSideBySide(t *testing.T) {
	t.Parallel()
	hard := func() *device { return &device{slots: 1, seek: 8 * time.Millisecond, bandwidth: 150e6} }
	nvme := func() *device { return &device{slots: 256, latency: 80 * time.Microsecond, bandwidth: 3e9} }
	cloud := func() *device { return &device{slots: 16, latency: 10 * time.Millisecond, bandwidth: 3e9} }
	repeat := func(n int64, times int) []int64 { return slices.Repeat([]int64{n}, times) }
	for _, tt := range []struct {
		name    string
		devices []*device
		lengths []int64
		order   func(i int) int
	}{
		{"one file each", []*device{hard(), hard()}, repeat(700e6+7, 2), nil},
		{"one file on each of three", []*device{hard(), hard(), hard()}, repeat(500e6+7, 3), nil},
		{"files of 200 MB in turn", []*device{hard(), hard()}, repeat(200e6+7, 8), nil},
		{"files of 70 MB in turn", []*device{hard(), hard()}, repeat(70e6+7, 20), nil},
		{"files of 49 MB in turn", []*device{hard(), hard()}, repeat(52e6+7, 28), nil},
		{"files of 40 MB in turn", []*device{hard(), hard()}, repeat(40e6+7, 34), nil},
		{"files of 40 MB in turn on three", []*device{hard(), hard(), hard()}, repeat(40e6+7, 50), nil},
		{"files of 3 MB in turn", []*device{hard(), hard()}, repeat(3e6+7, 400), nil},
		{"small files in turn", []*device{hard(), hard()}, repeat(30_000, 15_000), nil},
		{"small files, folder by folder", []*device{hard(), hard()}, repeat(30_000, 15_000), func(i int) int { return i / 500 % 2 }},
		{"small files, one folder each", []*device{hard(), hard()}, repeat(30_000, 15_000), func(i int) int { return i / 7_500 }},
		{"a part in turn, then one file each", []*device{hard(), hard()}, append(repeat(3e6+7, 100), repeat(400e6+7, 2)...), nil},
		{"one file, a part in turn, another file", []*device{hard(), hard()}, append(append(repeat(400e6+7, 1), repeat(3e6+7, 100)...), 400e6+7), nil},
		{"small files between large ones", []*device{hard(), hard()}, slices.Repeat([]int64{100e6 + 7, 200_000, 100e6 + 7, 100_000}, 5),
			func(i int) int { return [...]int{0, 1, 1, 0}[i%4] }},
		{"a hard disk beside an NVMe", []*device{hard(), nvme()}, repeat(700e6+7, 2), nil},
		{"a hard disk beside an NVMe, in turn", []*device{hard(), nvme()}, repeat(30e6+7, 40), nil},
		{"small files on a hard disk beside an NVMe", []*device{hard(), nvme()}, repeat(30_000, 15_000), nil},
		{"a hard disk, an NVMe and a cloud's volume", []*device{hard(), nvme(), cloud()}, []int64{500e6, 3e9, 1e9}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, workers := range []int{1, 2} {
				of := make([]int, len(tt.lengths))
				bytes := make([]float64, len(tt.devices))
				for i := range of {
					if of[i] = i % len(tt.devices); tt.order != nil {
						of[i] = tt.order(i)
					}
					bytes[of[i]] += float64((tt.lengths[i] + pageSize - 1) / pageSize * pageSize)
				}
				best := 0.0
				var devices []*device
				for i, d := range tt.devices {
					again := device{slots: d.slots, latency: d.latency, bandwidth: d.bandwidth, seek: d.seek}
					devices = append(devices, &again)
					best = max(best, bytes[i]/d.bandwidth)
				}
				l, s := onDevices(t, devices, tt.lengths, of)
				took := drain(t, l, s, workers)
				if took.Seconds() > 1.1*best {
					t.Errorf("%d workers take %.2f s, where %.2f are possible", workers, took.Seconds(), best)
				}
				t.Logf("%s: %d workers take %.2f s of %.2f, after %d and %d seeks", tt.name, workers, took.Seconds(), best, devices[0].seeks, devices[1].seeks)
			}
		})
	}
}

// A Source that knows of devices, but has all on one, is read as one that does not.
func TestOneDevice(t *testing.T) {
	t.Parallel()
	lengths := slices.Repeat([]int64{3e6 + 7, 100, 40e6}, 20)
	l, s := onDevices(t, []*device{{slots: 1, seek: 8 * time.Millisecond, bandwidth: 150e6}}, lengths, make([]int, len(lengths)))
	p := (&Job{Layout: l, Source: s}).pipeline()
	if len(p.queue.lines) != 1 || len(p.ahead) != 1 || p.queue.lines[0].count != l.NumPieces() {
		t.Errorf("%d lines, %d of them read ahead", len(p.queue.lines), len(p.ahead))
	}
}

// onMany is a memory Source that says that its files lie on several devices.
type onMany struct {
	fetched
	of []uint64
}

func (s *onMany) Device(i layout.FileIndex) uint64 { return s.of[i] }

// However files are spread, every piece that is wanted is hashed once, in whatever
// order and by however many workers, and has the same digests.
func TestLinesCoverEverything(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(41, 42))
	for round := range longtest.Rounds(15, 200) {
		format := []layout.Format{layout.V1, layout.V2, layout.Hybrid}[round%3]
		devices := 1 + rng.IntN(70)
		var lengths []int64
		for range 1 + rng.IntN(60) {
			n := rng.Int64N(200_000)
			if rng.IntN(9) == 0 {
				n = rng.Int64N(9 << 20)
			}
			lengths = append(lengths, n*rng.Int64N(5)/4)
		}
		job, m := newJob(t, rng, format, 16<<10<<rng.IntN(5), lengths)
		s := &onMany{fetched: fetched{memory: m, unknown: rng.IntN(3) == 0}}
		for range job.Layout.NumFiles() {
			d := uint64(rng.IntN(devices))
			if n := len(s.of); n > 0 && rng.IntN(3) > 0 {
				d = s.of[n-1]
			}
			s.of = append(s.of, d)
		}
		job.Source, job.Workers = s, 1+rng.IntN(4)
		job.Order = []Order{Auto, Auto, Parallel, Sequential, Streams}[rng.IntN(5)]
		want := make([]int, job.Layout.NumPieces())
		for i := range want {
			want[i] = 1
		}
		if rng.IntN(2) == 0 {
			job.Only = []layout.Run{}
			for i := range want {
				if want[i] = rng.IntN(2); want[i] == 1 {
					job.Only = append(job.Only, layout.Run{First: i, End: i + 1})
				}
			}
			rng.Shuffle(len(job.Only), func(a, b int) { job.Only[a], job.Only[b] = job.Only[b], job.Only[a] })
		}
		var done, total int64
		job.Progress = func(d, t int64) { done, total = d, t }
		for p, err := range job.Pieces(context.Background()) {
			if err != nil || p != naive(job.Layout, m, p.Index) {
				t.Fatalf("%v: piece %d: %v", format, p.Index, err)
			}
			want[p.Index]--
		}
		if i := slices.IndexFunc(want, func(n int) bool { return n != 0 }); i >= 0 || done != total {
			t.Errorf("%v, %v: piece %d was hashed %d times more or less than wanted; %d bytes of %d are done", format, job.Order, i, want[max(i, 0)], done, total)
		}
	}
}

// Sections are long where one device has much, and several share what is mixed.
func TestSections(t *testing.T) {
	t.Parallel()
	const long = 100 << 10
	for _, tt := range []struct {
		files string // a letter for the device, upper case for a long file
		want  string
	}{
		{"AB", "a ab b"},
		{"ab", "ab"},
		{"aaaaaaaaaaa", "a"},
		{"aaaaaaaaaaab", "a ab"},
		{"AbA", "a ab a"},
		{"abBA", "ab b ab a"},
		{"abababababababBA", "ab b ab a"},
		{"AababababababababababB", "a ab b"},
		{"ABCABC", "a ab b c ac a b bc c"},
	} {
		var list []layout.File
		on := &onMany{}
		for _, c := range tt.files {
			n := int64(10 << 10)
			if c < 'a' {
				n, c = 200<<10, c+'a'-'A'
			}
			list = append(list, layout.File{Length: n})
			on.of = append(on.of, uint64(c))
		}
		l, err := layout.New(layout.V1, 16<<10, list)
		if err != nil {
			t.Fatal(err)
		}
		got, first := "", -1
		for _, s := range newPlaces(on, l).sections(l, long) {
			if s.first <= first {
				t.Errorf("%s: a section begins at piece %d, behind %d", tt.files, s.first, first)
			}
			first = s.first
			got += " "
			for d := range 3 {
				if s.devices>>d&1 == 1 {
					got += string(rune('a' + d))
				}
			}
		}
		if got = fmt.Sprint(got[1:]); got != tt.want {
			t.Errorf("%s: sections are %q, want %q", tt.files, got, tt.want)
		}
	}
}
