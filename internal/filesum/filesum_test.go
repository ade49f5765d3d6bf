package filesum

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// tree is files in memory that count what is read of them.
type tree struct {
	data   [][]byte
	opened []int
	read   []int64
	closed int
	broken map[int]int64 // from which byte on a file cannot be read
}

func newTree(rng *rand.Rand, n, most int) *tree {
	t := &tree{data: make([][]byte, n), opened: make([]int, n), read: make([]int64, n), broken: map[int]int64{}}
	for k := range t.data {
		t.data[k] = make([]byte, rng.IntN(most))
		for i := range t.data[k] {
			t.data[k][i] = byte(rng.Uint32())
		}
	}
	return t
}

func (t *tree) sizes() []int64 {
	sizes := make([]int64, len(t.data))
	for k := range t.data {
		sizes[k] = int64(len(t.data[k]))
	}
	return sizes
}

var errBroken = errors.New("broken")

type file struct {
	t *tree
	k int
}

func (t *tree) open(k int) (File, error) {
	t.opened[k]++
	if at, ok := t.broken[k]; ok && at < 0 {
		return nil, errBroken
	}
	return file{t, k}, nil
}

func (f file) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	if off < int64(len(f.t.data[f.k])) {
		n = copy(p, f.t.data[f.k][off:])
	}
	if at, ok := f.t.broken[f.k]; ok && off+int64(n) > at {
		return int(max(0, at-off)), errBroken
	}
	f.t.read[f.k] += int64(n)
	if n < len(p) {
		return n, io.ErrUnexpectedEOF
	}
	return n, nil
}

func (f file) Close() error { f.t.closed++; return nil }

func hashes(int) []hash.Hash { return []hash.Hash{md5.New(), crc32.NewIEEE()} }

// ask reads random parts of files in order, as a job does whose other pieces are known.
func ask(t *testing.T, rng *rand.Rand, files *Files, tr *tree) {
	for k := range tr.data {
		f, err := files.Open(k)
		if err != nil {
			t.Fatal(err)
		}
		for off := 0; off < len(tr.data[k]) && rng.IntN(20) > 0; {
			n := min(1+rng.IntN(1<<18), len(tr.data[k])-off)
			if rng.IntN(3) > 0 {
				p := make([]byte, n)
				if _, err := f.ReadAt(p, int64(off)); tr.broken[k] == 0 && (err != nil || !bytes.Equal(p, tr.data[k][off:off+n])) {
					t.Fatalf("file %d at %d: %v", k, off, err)
				}
			}
			off += n
		}
	}
}

func (t *tree) check(tb *testing.T, files *Files, k int) {
	sums, err := files.Sums(k)
	sum := md5.Sum(t.data[k])
	crc := crc32.NewIEEE()
	crc.Write(t.data[k])
	if err != nil || len(sums) != 2 || !bytes.Equal(sums[0], sum[:]) || !bytes.Equal(sums[1], crc.Sum(nil)) {
		tb.Errorf("file %d of %d bytes: %x, %v", k, len(t.data[k]), sums, err)
	}
}

// Whatever is asked for, every byte is read once, and the sums are those of the files.
func TestFiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 1))
	for range 6 {
		tr := newTree(rng, 1+rng.IntN(100), 1+rng.IntN(1<<20))
		files := New(t.Context(), tr.sizes(), tr.open, hashes)
		ask(t, rng, files, tr)
		if err := files.Finish(); err != nil {
			t.Fatal(err)
		}
		opened := 0
		for k := range tr.data {
			tr.check(t, files, k)
			if tr.read[k] != int64(len(tr.data[k])) || tr.opened[k] > 1 {
				t.Errorf("file %d of %d bytes: %d bytes were read, it was opened %d times", k, len(tr.data[k]), tr.read[k], tr.opened[k])
			}
			opened += tr.opened[k]
		}
		if opened != tr.closed {
			t.Errorf("%d files were opened, %d closed", opened, tr.closed)
		}
	}
}

// Of files without checksums nothing is read but what is asked for.
func TestSomeFiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 2))
	tr := newTree(rng, 10, 1<<20)
	files := New(t.Context(), tr.sizes(), tr.open, func(k int) []hash.Hash {
		if k%2 == 0 {
			return nil
		}
		return hashes(k)
	})
	f, _ := files.Open(2)
	f.ReadAt(make([]byte, 10), 5)
	f.ReadAt(make([]byte, 10), 50)
	if err := files.Finish(); err != nil {
		t.Fatal(err)
	}
	for k := range tr.data {
		if k%2 == 1 {
			tr.check(t, files, k)
		} else if sums, err := files.Sums(k); sums != nil || err != nil || tr.read[k] != map[int]int64{2: 20}[k] {
			t.Errorf("file %d: %x, %v, %d bytes read", k, sums, err, tr.read[k])
		}
	}
}

// What cannot be read has no sums, and does no harm to others.
func TestBrokenFiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 3))
	for range 10 {
		tr := newTree(rng, 30, 1<<19)
		for _, k := range []int{3, 4, 17} {
			tr.data[k] = make([]byte, 700_000)
			tr.broken[k] = []int64{-1, 5, 300_000}[rng.IntN(3)]
		}
		files := New(t.Context(), tr.sizes(), tr.open, hashes)
		ask(t, rng, files, tr)
		if err := files.Finish(); err != nil {
			t.Fatal(err)
		}
		for k := range tr.data {
			if tr.broken[k] == 0 {
				tr.check(t, files, k)
			} else if sums, err := files.Sums(k); sums != nil || !errors.Is(err, errBroken) {
				t.Errorf("file %d: %x, %v", k, sums, err)
			}
		}
	}
}

// shrunk gives no more bytes, and no error either.
type shrunk struct{ reads *atomic.Int32 }

func (s shrunk) ReadAt(p []byte, off int64) (int, error) { s.reads.Add(1); return 0, nil }
func (s shrunk) Close() error                            { return errors.New("it changed") }

func TestFilesThatShrink(t *testing.T) {
	s := shrunk{new(atomic.Int32)}
	files := New(t.Context(), []int64{1 << 20, 10}, func(int) (File, error) { return s, nil }, hashes)
	if err := files.Finish(); err != nil || s.reads.Load() != 2 {
		t.Errorf("%v after %d reads", err, s.reads.Load())
	}
	for k := range 2 {
		if sums, err := files.Sums(k); sums != nil || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%x, %v", sums, err)
		}
	}
}

// A run that is stopped leaves nothing behind, and has the sums of what was read before.
func TestStopped(t *testing.T) {
	before := runtime.NumGoroutine()
	rng := rand.New(rand.NewPCG(14, 4))
	for _, end := range []func(*Files, func()){
		func(f *Files, _ func()) { f.Close() },
		func(f *Files, cancel func()) { cancel(); f.Finish(); f.Close() },
	} {
		tr := newTree(rng, 9, 1<<20)
		ctx, cancel := context.WithCancel(context.Background())
		files := New(ctx, tr.sizes(), tr.open, hashes)
		f, _ := files.Open(5)
		f.ReadAt(make([]byte, 1), 0)
		end(files, cancel)
		cancel()
		for k := range 5 {
			tr.check(t, files, k)
		}
		if sums, err := files.Sums(5); sums != nil || err != nil {
			t.Errorf("%x, %v", sums, err)
		}
		if _, err := f.ReadAt(make([]byte, 1), 0); err == nil {
			t.Error("reading goes on behind the end")
		}
	}
	for runtime.NumGoroutine() > before {
		time.Sleep(time.Millisecond)
	}
}

// One who writes is not held up for more than the pool has, and all sums are right.
func TestTally(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 5))
	pool := NewPool()
	var all []*Tally
	var want [][32]byte
	for range 200 {
		data := make([]byte, rng.IntN(1<<20))
		tally := pool.NewTally([]hash.Hash{sha256.New(), md5.New()})
		for rest := data; len(rest) > 0; {
			n := min(1+rng.IntN(1<<19), len(rest))
			part := bytes.Clone(rest[:n])
			tally.Write(part)
			clear(part) // it is not kept
			rest = rest[n:]
		}
		tally.Close()
		all, want = append(all, tally), append(want, sha256.Sum256(data))
	}
	for i, tally := range all {
		if got := tally.Sums()[0]; !bytes.Equal(got, want[i][:]) {
			t.Fatalf("%d: %x, want %x", i, got, want[i])
		}
	}
	none := pool.NewTally(nil)
	none.Write([]byte("x"))
	if none.Close(); none.Sums() != nil {
		t.Error("no hashes have sums")
	}
}
