package create

import (
	"bytes"
	"context"
	"time"

	"github.com/torrentkit/torrentkit/internal/sha1simd"
	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// HashRates is how fast one core of this machine hashes and copies: what bounds
// torrentkit once the disk does not.
type HashRates struct {
	CPU    string       // what it is called, or "" where the system does not tell
	SHA1   []HashKernel // the fastest, which is in use, first
	SHA256 []HashKernel
	Copy   float64 // of memory that no cache holds, bytes per second
}

// HashKernel is one way to hash, in bytes per second.
type HashKernel struct {
	Name  string
	Rate  float64
	Zeros float64 // rate over blocks of zeros, such as padding; 0 where there is no such kernel
}

const (
	ratedChunk  = 16 << 10  // of a message: as much as leaves of v2 have
	ratedStride = 192       // bytes between messages, so that they do not share sets of the cache
	ratedCopy   = 128 << 20 // bytes
	ratedLanes  = 32        // most of any kernel
)

// MeasureHashing takes every rate for so long, about: with every kernel that the CPU
// has. The error is ctx's.
func MeasureHashing(ctx context.Context, each time.Duration) (HashRates, error) {
	r := HashRates{CPU: cpuName()}
	data := make([]byte, ratedLanes*(ratedChunk+ratedStride))
	for i := range data {
		data[i] = byte(i * 7)
	}
	for _, name := range sha1simd.Implementations() {
		h, _ := sha1simd.NewNamed(name)
		states, chunks, blocks := make([]*sha1simd.State, h.Lanes()), ratedChunks(data, h.Lanes()), make([]int, h.Lanes())
		for i := range states {
			states[i], blocks[i] = new(sha1simd.State), ratedChunk/sha1simd.BlockSize
		}
		size := h.Lanes() * ratedChunk
		k := HashKernel{Name: name, Rate: rate(ctx, each, size, func() { h.Blocks(states, chunks) })}
		k.Zeros = rate(ctx, each, size, func() { h.Zeros(states, blocks) })
		r.SHA1 = append(r.SHA1, k)
	}
	for _, name := range sha256simd.Implementations() {
		h, _ := sha256simd.NewNamed(name)
		digests, chunks := make([][sha256simd.Size]byte, ratedLanes), ratedChunks(data, ratedLanes)
		r.SHA256 = append(r.SHA256, HashKernel{Name: name, Rate: rate(ctx, each, ratedLanes*ratedChunk, func() { h.Sums(digests, chunks) })})
	}
	from, to := bytes.Repeat([]byte{1}, ratedCopy), make([]byte, ratedCopy) // memory that nobody wrote to is one page
	r.Copy = rate(ctx, each, ratedCopy, func() { copy(to, from) })
	return r, ctx.Err()
}

// ratedChunks are the messages of a kernel.
func ratedChunks(data []byte, lanes int) [][]byte {
	chunks := make([][]byte, lanes)
	for i := range chunks {
		chunks[i] = data[i*(ratedChunk+ratedStride):][:ratedChunk]
	}
	return chunks
}

// rate calls do, which works on size bytes, once to warm up, and then for so long. It
// takes the best of several parts of that time, as other programs can only slow it.
func rate(ctx context.Context, each time.Duration, size int, do func()) float64 {
	const parts = 5
	best := 0.0
	do()
	for range parts {
		done := 0
		begun := time.Now()
		for spent := time.Duration(0); spent < each/parts && ctx.Err() == nil; spent = time.Since(begun) {
			do()
			done += size
		}
		if spent := time.Since(begun).Seconds(); spent > 0 {
			best = max(best, float64(done)/spent)
		}
	}
	return best
}
