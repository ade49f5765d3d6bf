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
)

const (
	// Size is the length of a digest in bytes.
	Size = 32
	// BlockSize is the length in bytes of the blocks that a message is hashed in.
	BlockSize = 64
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

const (
	// sumBatch bounds the scratch memory of Sums, in messages.
	sumBatch = 1024
	// padBatch bounds the scratch memory of padding, in messages.
	padBatch = 64
)

// Hasher hashes many messages side by side. It holds all scratch memory that
// its methods need, so that they do not allocate once the scratch has grown to
// the number of messages in use. It is not safe for concurrent use: each worker
// has its own.
type Hasher struct {
	impl     implementation
	queue    []job // the longest first, unless unsorted
	unsorted bool
	active   []job
	wide     wideScratch
	single   single
	pads     [padBatch][2 * BlockSize]byte
	sums     []state
}

// New returns a Hasher of the fastest implementation that this CPU has, or of
// the one that the environment variable [Environment] names. A name that is
// unknown, or that the CPU does not support, is as none.
func New() *Hasher {
	if h, ok := NewNamed(os.Getenv(Environment)); ok {
		return h
	}
	return newHasher(implementations()[0])
}

// NewNamed returns a Hasher of the named implementation, and whether this CPU
// has it.
func NewNamed(name string) (*Hasher, bool) {
	for _, impl := range implementations() {
		if impl.name == name {
			return newHasher(impl), true
		}
	}
	return nil, false
}

func newHasher(impl implementation) *Hasher {
	return &Hasher{impl: impl, active: make([]job, 0, maxLanes), single: newSingle()}
}

// pad fills buf with the end of a message: tail, the mark, zeros, and the
// length in bits. It returns the one or two blocks in use.
func pad(buf *[2 * BlockSize]byte, tail []byte, length uint64) []byte {
	end := BlockSize
	if len(tail) >= BlockSize-8 {
		end = 2 * BlockSize
	}
	n := copy(buf[:], tail)
	buf[n] = 0x80
	clear(buf[n+1 : end-8])
	binary.BigEndian.PutUint64(buf[end-8:], length<<3)
	return buf[:end]
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
	if h.impl.kernels[0].width == 1 {
		sumSingly(digests, messages)
		return
	}
	if len(h.sums) < len(messages) {
		h.sums = make([]state, len(messages))
	}
	for i, message := range messages {
		h.sums[i].reset()
		whole := len(message) / BlockSize
		h.add(&h.sums[i], message[:whole*BlockSize], whole)
	}
	h.drain()
	for first := 0; first < len(messages); first += padBatch {
		last := min(first+padBatch, len(messages))
		for i := first; i < last; i++ {
			message := messages[i]
			rest := message[len(message)&^(BlockSize-1):]
			padded := pad(&h.pads[i-first], rest, uint64(len(message)))
			h.add(&h.sums[i], padded, len(padded)/BlockSize)
		}
		h.drain()
	}
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
	if h.impl.kernels[0].width == 1 {
		for i := range dst {
			dst[i] = sha256.Sum256(pair(nodes[2*i:]))
		}
		return
	}
	if len(h.sums) < padBatch {
		h.sums = make([]state, padBatch)
	}
	var blank [BlockSize]byte
	for i := range min(len(dst), padBatch) {
		pad(&h.pads[i], blank[:], 2*Size)
	}
	for first := 0; first < len(dst); first += padBatch {
		last := min(first+padBatch, len(dst))
		for i := first; i < last; i++ {
			block := &h.pads[i-first]
			copy(block[:], pair(nodes[2*i:]))
			h.sums[i-first].reset()
			h.add(&h.sums[i-first], block[:], 2)
		}
		h.drain()
		for i := first; i < last; i++ {
			h.sums[i-first].digest(&dst[i])
		}
	}
}

// pair returns the memory of the first two nodes, which is one block.
func pair(nodes [][Size]byte) []byte {
	return unsafe.Slice(&nodes[0][0], len(nodes[:2])*Size)
}
