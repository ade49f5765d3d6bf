package sha1simd

import (
	"crypto/sha1"
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

// sums hashes whole messages.
func sums(h *Hasher, messages [][]byte) [][Size]byte {
	states, lengths := make([]*State, len(messages)), make([]uint64, len(messages))
	for i, message := range messages {
		states[i] = new(State)
		states[i].Reset()
		lengths[i] = uint64(len(message))
	}
	digests := make([][Size]byte, len(messages))
	h.Finish(digests, states, messages, lengths)
	return digests
}

func checkSums(t *testing.T, h *Hasher, messages [][]byte) {
	t.Helper()
	digests := sums(h, messages)
	for i, message := range messages {
		if want := sha1.Sum(message); digests[i] != want {
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
		"da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"a9993e364706816aba3e25717850c26c9cd0d89d",
		"84983e441c3bd26ebaae4aa1f95129e5e54670f1",
		"34aa973cd4c4daa4f61eeb2bdbad27316534016f",
	}
	each(t, func(t *testing.T, h *Hasher) {
		for i, digest := range sums(h, messages) {
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
				for i := range lockstep.PadBatch + 3 {
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
	d := sha1.New()
	for _, part := range parts {
		d.Write(part)
	}
	return [Size]byte(d.Sum(nil))
}

// States continue across Blocks, Zeros and Finish, with different lane counts in each.
func TestContinuedStates(t *testing.T) {
	data := noise(1 << 16)
	each(t, func(t *testing.T, h *Hasher) {
		rng := rand.New(rand.NewPCG(3, 4))
		for count := 0; count <= 40; count++ {
			states := make([]*State, count)
			written := make([][]byte, count)
			for i := range states {
				states[i] = new(State)
				states[i].Reset()
			}
			for range 3 {
				picked, chunks, runs := []*State{}, [][]byte{}, []int{}
				for i, s := range states {
					if rng.IntN(4) == 0 {
						continue
					}
					n, start := rng.IntN(20)*BlockSize, rng.IntN(30000)
					chunk, zeros := data[start:start+n], rng.IntN(12)
					picked, chunks, runs = append(picked, s), append(chunks, chunk), append(runs, zeros)
					written[i] = append(append(written[i], chunk...), make([]byte, zeros*BlockSize)...)
				}
				h.Blocks(picked, chunks)
				h.Zeros(picked, runs)
			}
			tails, lengths := make([][]byte, count), make([]uint64, count)
			for i := range tails {
				n, start := rng.IntN(131), rng.IntN(30000)
				tails[i] = data[start : start+n]
				lengths[i] = uint64(len(written[i]) + n)
			}
			digests := make([][Size]byte, count)
			h.Finish(digests, states, tails, lengths)
			for i, digest := range digests {
				if want := reference(written[i], tails[i]); digest != want {
					t.Fatalf("state %d of %d: got %x, want %x", i, count, digest, want)
				}
			}
		}
	})
}

func TestFinishTails(t *testing.T) {
	data := noise(1000)
	each(t, func(t *testing.T, h *Hasher) {
		const count = 131
		states, tails := make([]*State, count), make([][]byte, count)
		chunks, lengths := make([][]byte, count), make([]uint64, count)
		for i := range states {
			states[i] = new(State)
			states[i].Reset()
			chunks[i] = data[:BlockSize*(i%3)]
			tails[i] = data[300+i : 300+2*i]
			lengths[i] = uint64(len(chunks[i]) + len(tails[i]))
		}
		h.Blocks(states, chunks)
		digests := make([][Size]byte, count)
		h.Finish(digests, states, tails, lengths)
		for i, digest := range digests {
			if want := reference(chunks[i], tails[i]); digest != want {
				t.Fatalf("tail of %d bytes: got %x, want %x", i, digest, want)
			}
		}
	})
}

// Every lane count, runs of equal and unequal lengths, from states that differ.
func TestZeros(t *testing.T) {
	data := noise(40 * BlockSize)
	each(t, func(t *testing.T, h *Hasher) {
		for count := 0; count <= 40; count++ {
			for _, run := range []struct{ length, unequal int }{{0, 1}, {1, 0}, {3, 11}} {
				checkZeros(t, h, data, count, run.length, run.unequal)
			}
		}
		for _, count := range []int{1, 5, 9, 16, 33} { // longer than the quantum of every kernel
			checkZeros(t, h, data, count, 1100, 7)
		}
	})
}

// checkZeros hashes a block of data and so many blocks of zeros, for each of count
// messages.
func checkZeros(t *testing.T, h *Hasher, data []byte, count, length, unequal int) {
	t.Helper()
	states, runs, chunks := make([]*State, count), make([]int, count), make([][]byte, count)
	tails, lengths := make([][]byte, count), make([]uint64, count)
	for i := range states {
		states[i] = new(State)
		states[i].Reset()
		runs[i] = length + unequal*(i*5%(count+1))
		chunks[i] = data[i*BlockSize:][:BlockSize]
		lengths[i] = uint64(runs[i]+1) * BlockSize
	}
	h.Blocks(states, chunks)
	h.Zeros(states, runs)
	digests := make([][Size]byte, count)
	h.Finish(digests, states, tails, lengths)
	for i, digest := range digests {
		if want := reference(chunks[i], make([]byte, runs[i]*BlockSize)); digest != want {
			t.Fatalf("run %d of %d, %d blocks: got %x, want %x", i, count, runs[i], digest, want)
		}
	}
}

// Runs from equal states are hashed once: among the messages of a call, and from
// call to call, also where more of them differ than are remembered.
func TestEqualRunsAreHashedOnce(t *testing.T) {
	each(t, func(t *testing.T, h *Hasher) {
		hashed := 0
		h.lanes.Zeros = slices.Clone(h.lanes.Zeros)
		for i, k := range h.lanes.Zeros {
			h.lanes.Zeros[i].Run = func(jobs []job, blocks int) {
				hashed += len(jobs) * blocks
				k.Run(jobs, blocks)
			}
		}
		const count, run = 40, 100
		want := map[int]State{}
		for round := range 3 {
			states, runs := make([]*State, count), make([]int, count)
			for i := range states {
				states[i], runs[i] = new(State), run+i%4/2
				states[i][0] = uint32(i % 2)
			}
			h.Zeros(states, runs)
			for i, s := range states {
				if round == 0 && i < 4 {
					want[i] = *s
				}
				if *s != want[i%4] {
					t.Fatalf("round %d: state %d differs", round, i)
				}
			}
		}
		if most := 2*run + 2*(run+1); hashed != most {
			t.Errorf("%d blocks were hashed, want %d", hashed, most)
		}
		if want[0] == want[1] || want[0] == want[2] || want[1] == want[3] {
			t.Error("runs that differ come out alike")
		}
		// More than there is room for, twice, in one call.
		states, runs := make([]*State, 6*remembered), make([]int, 6*remembered)
		for i := range states {
			states[i], runs[i] = &State{uint32(i / 2 % (2 * remembered))}, worthwhile
		}
		h.Zeros(states, runs)
		for i, s := range states {
			alone := State{uint32(i / 2 % (2 * remembered))}
			other, _ := NewNamed("generic")
			other.Zeros([]*State{&alone}, []int{worthwhile})
			if *s != alone {
				t.Fatalf("state %d of many differs", i)
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
		states, chunks := make([]*State, count), make([][]byte, count)
		runs, tails, lengths := make([]int, count), make([][]byte, count), make([]uint64, count)
		for i := range states {
			states[i] = new(State)
			chunks[i], runs[i] = data[i:i+BlockSize*i], 3
			lengths[i] = uint64(len(chunks[i]) + 3*BlockSize)
		}
		digests := make([][Size]byte, count)
		allocs := testing.AllocsPerRun(10, func() {
			for _, s := range states {
				s.Reset()
			}
			h.Blocks(states, chunks)
			h.Zeros(states, runs)
			h.Finish(digests, states, tails, lengths)
		})
		if allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
	})
}

func TestMisuse(t *testing.T) {
	h := New()
	s := []*State{new(State)}
	d := make([][Size]byte, 1)
	for name, call := range map[string]func(){
		"number of chunks":  func() { h.Blocks(s, nil) },
		"partial block":     func() { h.Blocks(s, [][]byte{make([]byte, 63)}) },
		"number of runs":    func() { h.Zeros(s, nil) },
		"negative run":      func() { h.Zeros(s, []int{-1}) },
		"number of tails":   func() { h.Finish(d, s, nil, []uint64{0}) },
		"length under tail": func() { h.Finish(d, s, [][]byte{{1, 2}}, []uint64{1}) },
		"length of no tail": func() { h.Finish(d, s, [][]byte{{1, 2}}, []uint64{65}) },
		"number of digests": func() { h.Finish(nil, s, [][]byte{nil}, []uint64{0}) },
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
		name, ours := strings.CutPrefix(strings.TrimSpace(item), "sha1:")
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

func BenchmarkBlocks(b *testing.B) {
	const chunk = 16 << 10
	data := make([]byte, 40*(chunk+192))
	b.Run("impl=crypto/lanes=1", func(b *testing.B) {
		d := sha1.New()
		b.SetBytes(chunk)
		for b.Loop() {
			d.Write(data[:chunk])
		}
	})
	for _, name := range Implementations() {
		h, _ := NewNamed(name)
		for _, lanes := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 17, 24, 32} {
			if h.Lanes() == 1 && lanes > 1 {
				continue
			}
			b.Run(fmt.Sprintf("impl=%s/lanes=%d", name, lanes), func(b *testing.B) {
				states, chunks := make([]*State, lanes), make([][]byte, lanes)
				for i := range states {
					states[i] = new(State)
					chunks[i] = data[i*(chunk+192):][:chunk]
				}
				b.SetBytes(int64(lanes) * chunk)
				for b.Loop() {
					h.Blocks(states, chunks)
				}
			})
		}
	}
}

func BenchmarkZeros(b *testing.B) {
	const blocks = 1 << 8
	for _, name := range Implementations() {
		h, _ := NewNamed(name)
		lanes := h.lanes.Zeros[0].Width
		b.Run(fmt.Sprintf("impl=%s/lanes=%d", name, lanes), func(b *testing.B) {
			states, runs := make([]*State, lanes), make([]int, lanes)
			for i := range states {
				states[i], runs[i] = &State{uint32(i)}, blocks
			}
			b.SetBytes(int64(lanes) * blocks * BlockSize)
			for b.Loop() {
				h.Zeros(states, runs)
			}
		})
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
		for _, name := range Implementations() {
			h, _ := NewNamed(name)
			b.Run(fmt.Sprintf("impl=%s/below=%d", name, limit), func(b *testing.B) {
				b.SetBytes(int64(total))
				for b.Loop() {
					sums(h, messages)
				}
			})
		}
	}
}
