package sha256simd

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/lockstep"
)

// each runs a test once for every implementation that this CPU has.
func each(t *testing.T, test func(t *testing.T, h *Hasher)) {
	for _, name := range Implementations() {
		t.Run(name, func(t *testing.T) {
			h, ok := NewNamed(name)
			if !ok || h.lanes.Name != name {
				t.Fatalf("NewNamed(%q) is another", name)
			}
			test(t, h)
		})
	}
}

// noise returns n bytes that do not repeat.
func noise(n int) []byte {
	src := rand.NewChaCha8([32]byte{7})
	buf := make([]byte, n)
	src.Read(buf)
	return buf
}

func checkSums(t *testing.T, h *Hasher, messages [][]byte) {
	t.Helper()
	digests := make([][Size]byte, len(messages))
	h.Sums(digests, messages)
	for i, message := range messages {
		if want := sha256.Sum256(message); digests[i] != want {
			t.Fatalf("message %d of %d, %d bytes: got %x, want %x", i, len(messages), len(message), digests[i], want)
		}
	}
}

func TestKnownAnswers(t *testing.T) {
	messages := [][]byte{
		nil,
		[]byte("abc"),
		[]byte("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
		[]byte(strings.Repeat("a", 1_000_000)),
	}
	answers := []string{
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
	}
	each(t, func(t *testing.T, h *Hasher) {
		digests := make([][Size]byte, len(messages))
		h.Sums(digests, messages)
		for i, digest := range digests {
			if got := hex.EncodeToString(digest[:]); got != answers[i] {
				t.Errorf("answer %d: got %s, want %s", i, got, answers[i])
			}
		}
	})
}

// Every lane count, with equal lengths around the block edges, at odd addresses.
func TestSumsEqualLengths(t *testing.T) {
	data := noise(40*300 + 64)
	each(t, func(t *testing.T, h *Hasher) {
		for count := 0; count <= 40; count++ {
			for _, length := range []int{0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 191, 192, 193, 256} {
				messages := make([][]byte, count)
				for i := range messages {
					start := i*300 + i%13
					messages[i] = data[start : start+length]
				}
				checkSums(t, h, messages)
			}
		}
	})
}

func TestSumsUnequalLengths(t *testing.T) {
	data := noise(1 << 16)
	each(t, func(t *testing.T, h *Hasher) {
		// All lengths up to three blocks, together.
		var all [][]byte
		for n := range 3*BlockSize + 2 {
			all = append(all, data[n%31:n%31+n])
		}
		checkSums(t, h, all)
		rng := rand.New(rand.NewPCG(1, 2))
		for round := range 200 {
			messages := make([][]byte, rng.IntN(50))
			for i := range messages {
				n := rng.IntN([]int{10, 200, 3000, 20000}[rng.IntN(4)])
				start := rng.IntN(len(data) - n)
				messages[i] = data[start : start+n]
			}
			if round == 0 { // more than one batch of scratch
				for i := range sumBatch + 3 {
					messages = append(messages, data[i:i+i%200])
				}
			}
			checkSums(t, h, messages)
		}
	})
}

// Longer than the quantum of every kernel, so that a call is split.
func TestSumsLong(t *testing.T) {
	data := noise(600_000)
	each(t, func(t *testing.T, h *Hasher) {
		for _, count := range []int{1, 2, 3, 4, 5, 7, 9, 16, 17, 31, 33} {
			messages := make([][]byte, count)
			for i := range messages {
				messages[i] = data[i*7 : 590_000+i*11]
			}
			checkSums(t, h, messages)
		}
	})
}

// reference feeds the parts of one message to the standard library.
func reference(parts ...[]byte) [Size]byte {
	d := sha256.New()
	for _, part := range parts {
		d.Write(part)
	}
	return [Size]byte(d.Sum(nil))
}

func TestPairs(t *testing.T) {
	data := noise(400 * Size)
	each(t, func(t *testing.T, h *Hasher) {
		for _, count := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40, 63, 64, 65, 130, 200} {
			nodes, want := make([][Size]byte, 2*count), make([][Size]byte, count)
			for i := range nodes {
				copy(nodes[i][:], data[i*Size:])
			}
			for i := range want {
				want[i] = reference(nodes[2*i][:], nodes[2*i+1][:])
			}
			apart := make([][Size]byte, count)
			h.Pairs(apart, nodes)
			if !slices.Equal(apart, want) {
				t.Fatalf("%d pairs differ", count)
			}
			h.Pairs(nodes[:count], nodes)
			if !slices.Equal(nodes[:count], want) {
				t.Fatalf("%d pairs in place differ", count)
			}
		}
	})
}

func TestNothingIsAllocated(t *testing.T) {
	if lockstep.RaceEnabled {
		t.Skip("the race detector allocates")
	}
	data := noise(1 << 15)
	each(t, func(t *testing.T, h *Hasher) {
		const count = 20
		messages := make([][]byte, count)
		for i := range messages {
			messages[i] = data[i : i+BlockSize*i]
		}
		digests := make([][Size]byte, count)
		allocs := testing.AllocsPerRun(10, func() {
			h.Sums(digests, messages)
			h.Pairs(digests[:count/2], digests)
		})
		if allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
	})
}

func TestMisuse(t *testing.T) {
	h := New()
	d := make([][Size]byte, 1)
	for name, call := range map[string]func(){
		"number of digests":  func() { h.Sums(d, nil) },
		"number of nodes":    func() { h.Pairs(d, make([][Size]byte, 1)) },
		"number of messages": func() { h.Sums(nil, [][]byte{nil}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

func TestEnvironmentSelects(t *testing.T) {
	names := Implementations()
	for _, name := range names {
		t.Setenv(Environment, name)
		if got := New().lanes.Name; got != name {
			t.Errorf("%s=%s selects %s", Environment, name, got)
		}
	}
	for _, name := range []string{"", "no-such-kernel"} {
		t.Setenv(Environment, name)
		if got := New().lanes.Name; got != names[0] {
			t.Errorf("%s=%q selects %s, want the fastest, %s", Environment, name, got, names[0])
		}
	}
	if names[len(names)-1] != "generic" {
		t.Errorf("the last of %q is not the standard library", names)
	}
}

// A machine that is meant to test a kernel says so, and fails here if it cannot.
func TestRequiredKernels(t *testing.T) {
	required := os.Getenv("TORRENTKIT_REQUIRE_KERNEL")
	if required == "" {
		t.Skip("TORRENTKIT_REQUIRE_KERNEL names no kernel")
	}
	for item := range strings.SplitSeq(required, ",") {
		name, ours := strings.CutPrefix(strings.TrimSpace(item), "sha256:")
		if ours && !slices.Contains(Implementations(), name) {
			t.Errorf("kernel %q is required, but this CPU or build has only %q", name, Implementations())
		}
	}
}

func FuzzSums(f *testing.F) {
	f.Add([]byte("abc"), uint16(3), uint8(3))
	f.Add(noise(700), uint16(64), uint8(17))
	f.Fuzz(func(t *testing.T, data []byte, step uint16, count uint8) {
		messages := make([][]byte, count%48)
		for i := range messages {
			start := i * 7 % (len(data) + 1)
			end := min(len(data), start+i*int(step))
			messages[i] = data[start:end]
		}
		for _, name := range Implementations() {
			h, _ := NewNamed(name)
			checkSums(t, h, messages)
		}
	})
}

// One message for each lane.
func BenchmarkLanes(b *testing.B) {
	const length = 16 << 10
	data := make([]byte, 40*(length+192))
	b.Run("impl=crypto/lanes=1", func(b *testing.B) {
		b.SetBytes(length)
		for b.Loop() {
			sha256.Sum256(data[:length])
		}
	})
	for _, name := range Implementations() {
		h, _ := NewNamed(name)
		for _, lanes := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 17, 24, 32} {
			if h.lanes.Lanes() == 1 && lanes > 1 {
				continue
			}
			b.Run(fmt.Sprintf("impl=%s/lanes=%d", name, lanes), func(b *testing.B) {
				messages, digests := make([][]byte, lanes), make([][Size]byte, lanes)
				for i := range messages {
					messages[i] = data[i*(length+192):][:length]
				}
				b.SetBytes(int64(lanes) * length)
				for b.Loop() {
					h.Sums(digests, messages)
				}
			})
		}
	}
}

// Many small messages of unequal lengths: the cost of regrouping.
func BenchmarkSums(b *testing.B) {
	for _, limit := range []int{256, 4096, 65536} {
		rng := rand.New(rand.NewPCG(5, 6))
		data := make([]byte, limit)
		messages := make([][]byte, 256)
		total := 0
		for i := range messages {
			messages[i] = data[:rng.IntN(limit)]
			total += len(messages[i])
		}
		digests := make([][Size]byte, len(messages))
		for _, name := range Implementations() {
			h, _ := NewNamed(name)
			b.Run(fmt.Sprintf("impl=%s/below=%d", name, limit), func(b *testing.B) {
				b.SetBytes(int64(total))
				for b.Loop() {
					h.Sums(digests, messages)
				}
			})
		}
	}
}

func BenchmarkPairs(b *testing.B) {
	nodes := make([][Size]byte, 256)
	dst := make([][Size]byte, len(nodes)/2)
	for _, name := range Implementations() {
		h, _ := NewNamed(name)
		b.Run("impl="+name, func(b *testing.B) {
			b.SetBytes(int64(len(nodes)) * Size)
			for b.Loop() {
				h.Pairs(dst, nodes)
			}
		})
	}
}

// The leaves of a v2 file: 16 KiB blocks, one after the other in memory.
func BenchmarkLeaves(b *testing.B) {
	const leaf, count = 16 << 10, 32
	data := make([]byte, leaf*count)
	leaves, digests := make([][]byte, count), make([][Size]byte, count)
	for i := range leaves {
		leaves[i] = data[i*leaf:][:leaf]
	}
	for _, name := range Implementations() {
		h, _ := NewNamed(name)
		b.Run("impl="+name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				h.Sums(digests, leaves)
			}
		})
	}
}
