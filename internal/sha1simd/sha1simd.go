// Package sha1simd computes SHA-1 of many messages side by side, one message
// per vector lane or per instruction stream.
//
// Pieces of a v1 torrent are independent messages, so a processor that hashes
// sixteen of them at once is several times as fast as one that hashes them one
// after the other. A [Hasher] takes any number of messages of any lengths and
// keeps its lanes full: it runs all lanes to the end of the shortest message,
// fills the free lanes with what waits, and hands the last few messages to a
// narrower kernel.
//
// A caller that reads a message in chunks keeps one [State] per message, feeds
// whole blocks with [Hasher.Blocks], zero runs with [Hasher.Zeros], and ends
// with [Hasher.Finish].
//
// The package does not read files, start goroutines, or know about pieces. It
// is no general replacement for crypto/sha1: a single message is no faster
// here.
package sha1simd

import (
	"crypto/sha1"
	"encoding/binary"
	"os"

	"github.com/torrentkit/torrentkit/internal/lockstep"
)

const (
	// Size is the length of a digest in bytes.
	Size = 20
	// BlockSize is the length in bytes of the blocks that a message is hashed in.
	BlockSize = lockstep.BlockSize
)

// Environment is the environment variable that names the implementation which
// [New] is to use, for tests and for support.
const Environment = "TORRENTKIT_SHA1"

// State is the chaining value of one message.
type State [5]uint32

// Reset sets s to the state before the first block of a message.
func (s *State) Reset() {
	*s = State{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}
}

// digest writes s in the byte order of a digest.
func (s *State) digest(out *[Size]byte) {
	for i, word := range s {
		binary.BigEndian.PutUint32(out[4*i:], word)
	}
}

// Hasher hashes many messages side by side. It holds all scratch memory that
// its methods need, so that they do not allocate once the scratch has grown to
// the number of messages in use. It is not safe for concurrent use: each worker
// has its own.
type Hasher struct {
	lanes   lockstep.Queue[State]
	wide    wideScratch
	repeats repeats
}

type (
	job            = lockstep.Job[State]
	kernel         = lockstep.Kernel[State]
	implementation = lockstep.Implementation[State]
)

// New returns a Hasher of the fastest implementation that this CPU has, or of
// the one that the environment variable [Environment] names. A name that is
// unknown, or that the CPU does not support, is as none.
func New() *Hasher {
	h, ok := NewNamed(os.Getenv(Environment))
	if !ok {
		h.lanes.Use(h.implementations(), "")
	}
	return h
}

// NewNamed returns a Hasher of the named implementation, and whether this CPU
// has it.
func NewNamed(name string) (*Hasher, bool) {
	h := new(Hasher)
	ok := name != "" && h.lanes.Use(h.implementations(), name)
	return h, ok
}

// standard is the standard library.
func standard() kernel { return lockstep.Standard[State](sha1.New(), "sha\x01") }

// Implementations names those that this CPU has, the fastest first.
func Implementations() []string {
	var names []string
	for _, impl := range new(Hasher).implementations() {
		names = append(names, impl.Name)
	}
	return names
}

// implementations returns those that this CPU has, the fastest first.
func (h *Hasher) implementations() []implementation {
	alone := []kernel{standard()}
	return append(h.wide.accelerated(), implementation{Name: "generic", Kernels: alone, Zeros: alone})
}

// Lanes returns how many messages are hashed side by side at full speed: 1 if
// more messages at a time are no faster than one.
func (h *Hasher) Lanes() int { return h.lanes.Lanes() }

// Blocks feeds chunks[i], a whole number of blocks, to states[i]. Chunks may
// differ in length and may be empty; there may be any number of them. No two
// states may be the same variable. Blocks panics if the two slices differ in
// length, or if a chunk ends inside a block.
func (h *Hasher) Blocks(states []*State, chunks [][]byte) {
	if len(states) != len(chunks) {
		panic("sha1simd: states and chunks differ in number")
	}
	for i, chunk := range chunks {
		if len(chunk)%BlockSize != 0 {
			panic("sha1simd: a chunk is not a whole number of blocks")
		}
		h.lanes.Add(states[i], chunk, len(chunk)/BlockSize)
	}
	h.lanes.Drain(false)
}

// Zeros feeds blocks[i] blocks of zero bytes to states[i]. It is cheaper than
// [Hasher.Blocks], as there is nothing to load, and the message schedule of a
// zero block is zero; runs that begin in equal states are hashed once. No two
// states may be the same variable. Zeros panics if the two slices differ in
// length, or if a number is negative.
func (h *Hasher) Zeros(states []*State, blocks []int) {
	if len(states) != len(blocks) {
		panic("sha1simd: states and blocks differ in number")
	}
	for i, n := range blocks {
		if n < 0 {
			panic("sha1simd: negative number of blocks")
		}
		if !h.repeats.known(states[i], n) {
			h.lanes.Add(states[i], nil, n)
		}
	}
	h.lanes.Drain(true)
	h.repeats.settle()
}

// Finish pads and finishes messages. tails[i] is what of message i has not been
// fed to states[i], of any length; lengths[i] is the length in bytes of the
// whole message. The states are used up. Finish panics if the slices differ in
// length, or if lengths[i] cannot be the length of a message that ends in
// tails[i].
func (h *Hasher) Finish(digests [][Size]byte, states []*State, tails [][]byte, lengths []uint64) {
	if len(states) != len(digests) || len(tails) != len(digests) || len(lengths) != len(digests) {
		panic("sha1simd: digests, states, tails and lengths differ in number")
	}
	for i, tail := range tails {
		if uint64(len(tail)) > lengths[i] || (lengths[i]-uint64(len(tail)))%BlockSize != 0 {
			panic("sha1simd: a tail does not end a message of this length")
		}
	}
	h.lanes.Finish(len(tails), func(i int) (*State, []byte, uint64) { return states[i], tails[i], lengths[i] })
	for i := range digests {
		states[i].digest(&digests[i])
	}
}
