package piecehash

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// Padding may lie anywhere in the pieces of a v1 torrent; what is read
// sequentially is in order all the same.
func TestPaddingInsidePiecesKeepsTheOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 1))
	for _, pieceLength := range []int64{64 << 10, 4 << 20} {
		var files []layout.File
		m := &memory{}
		for range 60 {
			f := layout.File{Length: 1 + rng.Int64N(200_000)}
			if rng.IntN(2) == 0 {
				f = layout.File{Length: rng.Int64N(3 << 20), Pad: true}
			}
			data := make([]byte, f.Length)
			if !f.Pad {
				randomize(rng, data)
			}
			files, m.files = append(files, f), append(m.files, data)
		}
		l, err := layout.New(layout.V1, pieceLength, files)
		if err != nil {
			t.Fatal(err)
		}
		s := &storage{memory: m}
		s.check(t, Job{Layout: l, Source: s, Workers: 3, Order: Sequential})
		if !slices.IsSorted(s.trace) {
			t.Errorf("pieces of %d: sequential reads are out of order", pieceLength)
		}
	}
}

// reader counts the bytes that are read.
type reader struct {
	*memory
	read atomic.Int64
}

type readerFile struct {
	File
	r *reader
}

func (r *reader) Open(i layout.FileIndex) (File, error) {
	f, err := r.memory.Open(i)
	return readerFile{f, r}, err
}

func (f readerFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p, off)
	f.r.read.Add(int64(n))
	return n, err
}

// Pieces that a function gives are hashed once each, in any order, and it is
// told the truth about whether what it gave was read.
func TestNext(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 2))
	for _, pieceLength := range []int64{16 << 10, 1 << 20, 16 << 20} {
		job, m := newJob(t, rng, layout.Hybrid, pieceLength, []int64{40 << 20, 100, 3 << 20})
		r := &reader{memory: m}
		order := rng.Perm(job.Layout.NumPieces())
		left, given, ended := order[:len(order)*3/4], int64(0), 0
		job.Source, job.Workers, job.Order = r, 3, Sequential
		job.Next = func(idle bool) int {
			switch {
			case idle && r.read.Load() != given:
				t.Errorf("%d of %d bytes were read", r.read.Load(), given)
			case len(left) == 0:
				ended++
				return -1
			case !idle && rng.IntN(20) == 0:
				return -1
			}
			p := left[0]
			left = left[1:]
			given += job.Layout.ContentLength(p)
			return p
		}
		var got []int
		for p, err := range job.Pieces(context.Background()) {
			if err != nil || p != naive(job.Layout, m, p.Index) {
				t.Fatalf("piece %d: %v", p.Index, err)
			}
			got = append(got, p.Index)
		}
		want := slices.Sorted(slices.Values(order[:len(order)*3/4]))
		if slices.Sort(got); !slices.Equal(got, want) || ended == 0 {
			t.Errorf("pieces of %d: %d were hashed, want %d", pieceLength, len(got), len(want))
		}
	}
}
