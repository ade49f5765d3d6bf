package abreast

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/torrentkit/torrentkit/verify/internal/treetest"
)

// counted is a file in memory that counts what is read of it.
type counted struct {
	data  []byte
	bytes *atomic.Int64
	bad   int64 // reads of this byte fail; -1 is none
}

func (c counted) ReadAt(p []byte, off int64) (int, error) {
	if off <= c.bad && c.bad < off+int64(len(p)) {
		return int(c.bad - off), errBad
	}
	if off >= int64(len(c.data)) {
		return 0, io.EOF
	}
	n := copy(p, c.data[off:])
	c.bytes.Add(int64(n))
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (counted) Close() error { return nil }

var errBad = errors.New("bad sector")

// tour is what one reader reads.
type tour struct {
	files []int // by their index among all
	bite  int   // bytes at a time
	lazy  int   // it leaves out every so manieth bite; 0 is none
	stop  int   // it ends after so many bites; 0 is never
	// it keeps to the order of files
	stubborn bool
	loose    bool // it does not, if others do
}

// readAll lets tours go abreast, checks what they get, and returns how much was read below.
func readAll(t *testing.T, all []counted, tours []tour) (read, most int64) {
	var total atomic.Int64
	for i := range all {
		all[i].bytes = &total
	}
	readers := New(len(tours))
	var wg sync.WaitGroup
	for k, tour := range tours {
		wg.Go(func() { tour.run(t, readers[k], all) })
		for _, i := range tour.files {
			most += int64(len(all[i].data))
		}
	}
	wg.Wait()
	if g := readers[0].g; g.blocks != 0 || len(g.spare) > maxBlocks {
		t.Errorf("%d blocks are left, and memory for %d", g.blocks, len(g.spare))
	}
	return total.Load(), most
}

func (w tour) run(t *testing.T, r *Reader, all []counted) {
	defer r.End()
	var files []File
	for _, i := range w.files {
		files = append(files, File{i, int64(len(all[i].data))})
	}
	order, err := r.Begin(t.Context(), files, !w.loose)
	if err != nil {
		t.Error(err)
	}
	if w.stubborn {
		slices.Sort(order)
	}
	bites := 0
	for _, k := range order {
		i := w.files[k]
		f := r.Open(t.Context(), k, all[i], nil)
		for off := 0; off < len(all[i].data); off += w.bite {
			if bites++; bites == w.stop {
				return
			}
			if w.lazy > 0 && bites%w.lazy == 0 {
				continue
			}
			p := make([]byte, min(w.bite, len(all[i].data)-off))
			n, err := f.ReadAt(p, int64(off))
			bad := all[i].bad
			switch {
			case int64(off) <= bad && bad < int64(off+len(p)):
				if !errors.Is(err, errBad) || int64(n) != bad-int64(off) {
					t.Errorf("byte %d of file %d: %d, %v, want it to fail at byte %d", off, i, n, err, bad)
				}
			case err != nil || !bytes.Equal(p, all[i].data[off:off+len(p)]):
				t.Errorf("byte %d of file %d: %d, %v, or other bytes", off, i, n, err)
			}
		}
		f.Close()
	}
}

func someFiles(rng *rand.Rand, sizes ...int) (all []counted) {
	for _, n := range sizes {
		all = append(all, counted{data: treetest.Noise(rng, n), bad: -1})
	}
	return all
}

// Who reads the same files in the same order, all of them or some, reads each once, with more bytes than are
// kept between the first and the last.
func TestOnce(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	sizes := []int{3*blockSize + 17, 0, 100, 5 * blockSize, blockSize, 1, maxBlocks*blockSize + 9}
	all, want := someFiles(rng, sizes...), int64(0)
	for _, n := range sizes {
		want += int64(n)
	}
	for name, tours := range map[string][]tour{
		"two alike":         {{files: []int{0, 1, 2, 3, 4, 5, 6}, bite: 1 << 20}, {files: []int{0, 1, 2, 3, 4, 5, 6}, bite: 1 << 20}},
		"unequal bites":     {{files: []int{0, 1, 2, 3, 4, 5, 6}, bite: 1 << 21}, {files: []int{0, 1, 2, 3, 4, 5, 6}, bite: 16 << 10}},
		"pack and episodes": {{files: []int{0, 1, 2, 3, 4, 5, 6}, bite: 1 << 20}, {files: []int{4}, bite: 1 << 14}, {files: []int{0}, bite: 77777}, {files: []int{3}, bite: 1 << 22}, {files: []int{6}, bite: 1 << 20}},
		"backwards":         {{files: []int{0, 1, 2, 3, 4, 5, 6}, bite: 1 << 20}, {files: []int{6, 5, 4, 3, 2, 1, 0}, bite: 1 << 20}, {files: []int{3, 0, 6, 1}, bite: 1 << 18}},
		"halves":            {{files: []int{0, 1, 2, 3, 5}, bite: 1 << 18}, {files: []int{2, 3, 4}, bite: 1 << 20}, {files: []int{4, 5, 6}, bite: 1 << 19}},
	} {
		if read, most := readAll(t, all, tours); read != want {
			t.Errorf("%s: %d bytes were read, want %d of the %d that all want", name, read, want, most)
		}
	}
}

// Whatever the orders are, nobody waits for ever, and everybody gets the bytes and the errors of the file.
func TestOrders(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		var sizes []int
		for range 1 + rng.IntN(5) {
			sizes = append(sizes, rng.IntN(3*blockSize))
		}
		all := someFiles(rng, sizes...)
		if k := rng.IntN(len(all)); len(all[k].data) > 0 && rng.IntN(3) == 0 {
			all[k].bad = rng.Int64N(int64(len(all[k].data)))
		}
		var tours []tour
		for range 1 + rng.IntN(5) {
			w := tour{bite: 1 + rng.IntN(2*blockSize), lazy: rng.IntN(4), stop: rng.IntN(30), stubborn: rng.IntN(2) == 0, loose: rng.IntN(2) == 0}
			w.bite = max(w.bite, blockSize/16)
			w.files = append(w.files, rng.Perm(len(all))[:rng.IntN(len(all)+1)]...)
			if rng.IntN(2) == 0 {
				w.files = append(w.files, w.files...) // some twice
			}
			tours = append(tours, w)
		}
		// A block is read whole of which one wants a part only.
		if read, most := readAll(t, all, tours); read > 2*most+int64(len(tours)*len(all)*blockSize) {
			t.Errorf("%d bytes were read of %d", read, most)
		}
	}
}

// A reader that waits comes back when it is ended, or its context is.
func TestEnd(t *testing.T) {
	t.Parallel()
	all := someFiles(rand.New(rand.NewPCG(1, 3)), 100)
	all[0].bytes = new(atomic.Int64)
	for _, ends := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		readers := New(2)
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := readers[1].Begin(ctx, []File{{"x", 100}}, true); err != nil {
				t.Error(err)
			}
		})
		if _, err := readers[0].Begin(ctx, []File{{"x", 100}}, true); err != nil {
			t.Error(err)
		}
		wg.Wait()
		wg.Go(func() { // the other never comes
			_, err := readers[0].Open(ctx, 0, all[0], nil).ReadAt(make([]byte, 100), 0)
			if ends && !errors.Is(err, errEnded) || !ends && !errors.Is(err, context.Canceled) {
				t.Errorf("ended %v: %v", ends, err)
			}
		})
		if ends {
			readers[0].End()
		} else {
			cancel()
		}
		wg.Wait()
		cancel()
	}
}

// Orders of the firm that agree are kept, whoever begins first.
func TestRanks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		orders, want [][]int
		loose        bool // the first is
	}{
		{[][]int{{0, 1, 2}, {2, 3}, {3, 4}}, [][]int{{0, 1, 2}, {0, 1}, {0, 1}}, false},
		{[][]int{{0}, {1, 0}, {2, 1}}, [][]int{{0}, {0, 1}, {0, 1}}, false},
		{[][]int{{0, 1, 2, 3, 5}, {2, 3, 4}, {4, 5, 6}}, [][]int{{0, 1, 2, 3, 4}, {0, 1, 2}, {0, 1, 2}}, false},
		{[][]int{{0, 1, 2}, {2, 1, 0}}, [][]int{{0, 1, 2}, {2, 1, 0}}, false},
		{[][]int{{0, 1, 2}, {2, 1, 0}}, [][]int{{2, 1, 0}, {0, 1, 2}}, true},
		{[][]int{{0, 1, 2, 3}, {3, 2, 9}}, [][]int{{0, 1, 2, 3}, {1, 0, 2}}, false},
	} {
		readers := New(len(c.orders))
		got := make([][]int, len(readers))
		var wg sync.WaitGroup
		for k, r := range readers {
			wg.Go(func() {
				var files []File
				for _, i := range c.orders[k] {
					files = append(files, File{i, 1})
				}
				got[k], _ = r.Begin(t.Context(), files, !(c.loose && k == 0))
			})
		}
		wg.Wait()
		if !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%v: %v, want %v", c.orders, got, c.want)
		}
	}
}
