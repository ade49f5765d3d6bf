// Package sha256simd computes SHA-256 of many messages side by side, one message
// per vector lane or per instruction stream.
//
// The blocks of a v2 torrent (BEP 52) are independent messages, and so are the
// nodes of one level of a merkle tree; a processor that hashes several of them
// at once is twice as fast as one that hashes them one after the other. A
// [Hasher] takes any number of messages of any lengths and keeps its lanes full:
// it runs all lanes to the end of the shortest message, fills the free lanes
// with what waits, and hands the last few messages to a narrower kernel.
//
// [Hasher.Sums] hashes whole messages, and [Hasher.Pairs] makes one level of a
// merkle tree of the level below.
//
// The package does not read files, start goroutines, or know the shape of a tree. It
// is no general replacement for crypto/sha256: a single message is no faster
// here.
package sha256simd

import (
	"crypto/sha256"
	"encoding/binary"
	"os"
	"unsafe"

	"github.com/torrentkit/torrentkit/internal/lockstep"
)

const (
	// Size is the length of a digest in bytes.
	Size = 32
	// BlockSize is the length in bytes of the blocks that a message is hashed in.
	BlockSize = lockstep.BlockSize
)

// Environment is the environment variable that names the implementation which
// [New] is to use, for tests and for support.
const Environment = "TORRENTKIT_SHA256"

// state is the chaining value of one message.
type state [8]uint32

// reset sets s to the state before the first block of a message.
func (s *state) reset() {
	*s = state{
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	}
}

// digest writes s in the byte order of a digest.
func (s *state) digest(out *[Size]byte) {
	for i, word := range s {
		binary.BigEndian.PutUint32(out[4*i:], word)
	}
}

// sumBatch bounds the scratch memory of Sums, in messages.
const sumBatch = 1024

// Hasher hashes many messages side by side. It holds all scratch memory that
// its methods need, so that they do not allocate once the scratch has grown to
// the number of messages in use. It is not safe for concurrent use: each worker
// has its own.
type Hasher struct {
	lanes lockstep.Queue[state]
	wide  wideScratch
	sums  []state
}

type (
	job            = lockstep.Job[state]
	kernel         = lockstep.Kernel[state]
	implementation = lockstep.Implementation[state]
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
func standard() kernel { return lockstep.Standard[state](sha256.New(), "sha\x03") }

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
	return append(h.wide.accelerated(), implementation{Name: "generic", Kernels: []kernel{standard()}})
}

// Sums sets digests[i] to the SHA-256 of messages[i], which may be of any, and of
// unequal, lengths. It panics if the two slices differ in length.
func (h *Hasher) Sums(digests [][Size]byte, messages [][]byte) {
	if len(digests) != len(messages) {
		panic("sha256simd: digests and messages differ in number")
	}
	for len(messages) > 0 {
		n := min(len(messages), sumBatch)
		h.sumBatch(digests[:n], messages[:n])
		digests, messages = digests[n:], messages[n:]
	}
}

// sumBatch is Sums of at most sumBatch messages.
func (h *Hasher) sumBatch(digests [][Size]byte, messages [][]byte) {
	if h.lanes.Lanes() == 1 {
		for i, message := range messages {
			digests[i] = sha256.Sum256(message)
		}
		return
	}
	if len(h.sums) < len(messages) {
		h.sums = make([]state, len(messages))
	}
	for i := range messages {
		h.sums[i].reset()
	}
	h.lanes.Finish(len(messages), func(i int) (*state, []byte, uint64) {
		return &h.sums[i], messages[i], uint64(len(messages[i]))
	})
	for i := range digests {
		h.sums[i].digest(&digests[i])
	}
}

// Pairs sets dst[i] to the SHA-256 of nodes[2i] and nodes[2i+1] together: one
// level of a merkle tree from the level below it. dst may share its memory with
// nodes, if it starts where nodes starts. Pairs panics unless there are exactly
// twice as many nodes as digests.
func (h *Hasher) Pairs(dst, nodes [][Size]byte) {
	if len(nodes) != 2*len(dst) {
		panic("sha256simd: pairs of nodes and digests differ in number")
	}
	if h.lanes.Lanes() == 1 {
		for i := range dst {
			dst[i] = sha256.Sum256(pair(nodes[2*i:]))
		}
		return
	}
	if len(h.sums) < lockstep.PadBatch {
		h.sums = make([]state, lockstep.PadBatch)
	}
	var blank [BlockSize]byte
	for i := range min(len(dst), lockstep.PadBatch) {
		lockstep.Pad(h.lanes.Pad(i), blank[:], 2*Size)
	}
	for first := 0; first < len(dst); first += lockstep.PadBatch {
		last := min(first+lockstep.PadBatch, len(dst))
		for i := first; i < last; i++ {
			block := h.lanes.Pad(i - first)
			copy(block[:], pair(nodes[2*i:]))
			h.sums[i-first].reset()
			h.lanes.Add(&h.sums[i-first], block[:], 2)
		}
		h.lanes.Drain(false)
		for i := first; i < last; i++ {
			h.sums[i-first].digest(&dst[i])
		}
	}
}

// pair returns the memory of the first two nodes, which is one block.
func pair(nodes [][Size]byte) []byte {
	return unsafe.Slice(&nodes[0][0], len(nodes[:2])*Size)
}
