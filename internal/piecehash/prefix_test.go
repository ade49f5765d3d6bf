package piecehash

import (
	"crypto/sha1"
	"math/rand/v2"
	"testing"
)

// Whatever parts bytes come in, and whatever is hashed beside them, the digest is
// that of the bytes, and Prefixes are equal where the bytes are.
func TestPrefix(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	data := make([]byte, 300000)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	for _, workers := range []int{1, 3} {
		e := NewExtender(workers)
		for _, n := range []int{1, 2, 40, maxExtensions + 7} {
			list := make([]Prefix, n)
			done := make([]int, n)
			for i := range list {
				list[i] = NewPrefix()
			}
			most := 1 + 4_000_000/n/9
			for range 9 {
				for i := range list {
					k := rng.IntN(min(most, len(data)-done[i]) + 1)
					if rng.IntN(3) == 0 {
						k = min(k, rng.IntN(130))
					}
					e.Add(&list[i], data[done[i]:done[i]+k])
					done[i] += k
				}
				e.Flush()
			}
			var all []*Prefix
			for i := range list {
				again := NewPrefix()
				e.Add(&again, data[:done[i]])
				e.Flush()
				if again != list[i] {
					t.Fatalf("%d of %d: %d bytes in parts and at once differ", i, n, done[i])
				}
				all = append(all, &list[i])
			}
			for i, sum := range e.Sums(all) {
				if sum != sha1.Sum(data[:done[i]]) {
					t.Errorf("%d of %d: wrong digest of %d bytes", i, n, done[i])
				}
			}
		}
	}
}

// A copy of a Prefix goes its own way.
func TestPrefixCopies(t *testing.T) {
	e := NewExtender(0)
	first := NewPrefix()
	e.Add(&first, []byte("the same "))
	e.Flush()
	second := first
	e.Add(&first, []byte("beginning"))
	e.Add(&second, []byte("start"))
	e.Flush()
	for i, sum := range e.Sums([]*Prefix{&first, &second}) {
		if want := []string{"the same beginning", "the same start"}[i]; sum != sha1.Sum([]byte(want)) {
			t.Errorf("wrong digest of %q", want)
		}
	}
}

// BenchmarkExtend continues a thousand Prefixes with the same bytes.
func BenchmarkExtend(b *testing.B) {
	e := NewExtender(1)
	list := make([]Prefix, 1000)
	for i := range list {
		list[i] = NewPrefix()
		e.Add(&list[i], []byte("some"))
	}
	e.Flush()
	data := make([]byte, 64<<10)
	b.SetBytes(int64(len(list) * len(data)))
	for b.Loop() {
		for i := range list {
			e.Add(&list[i], data)
		}
		e.Flush()
	}
}
