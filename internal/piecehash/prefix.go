package piecehash

import (
	"sync"

	"github.com/torrentkit/torrentkit/internal/procs"
	"github.com/torrentkit/torrentkit/internal/sha1simd"
)

// Prefix is the SHA-1 of the first bytes of a v1 piece, for those who put a piece
// together from parts and do not know yet which belong together: a copy of it can
// be continued in another way. Prefixes of the same bytes are equal.
type Prefix struct {
	state  sha1simd.State
	tail   [sha1simd.BlockSize]byte // the bytes behind the last whole block, then zeros
	length int64
}

// NewPrefix returns the Prefix of no bytes.
func NewPrefix() Prefix {
	var p Prefix
	p.state.Reset()
	return p
}

// Extender continues many Prefixes side by side. It is used by one goroutine at
// a time, and hashes on several.
type Extender struct {
	hashers []extendHasher
	queue   []extension
	bytes   int
}

// extendHasher is what one goroutine needs.
type extendHasher struct {
	*sha1simd.Hasher
	states []*sha1simd.State
	chunks [][]byte
}

// extension is bytes that are to be added to a Prefix.
type extension struct {
	p    *Prefix
	data []byte
}

// maxExtensions bounds the queue.
const maxExtensions = 4096

// NewExtender returns an Extender that hashes on as many goroutines as workers
// says; 0 is one for each processor that Go may use.
func NewExtender(workers int) *Extender {
	if workers <= 0 {
		workers = procs.Count()
	}
	e := &Extender{}
	for range workers {
		e.hashers = append(e.hashers, extendHasher{Hasher: sha1simd.New()})
	}
	return e
}

// Lanes returns how many Prefixes at a time keep all goroutines busy.
func (e *Extender) Lanes() int { return len(e.hashers) * e.hashers[0].Lanes() }

// Add continues a Prefix with data, which must stay as it is until Flush is
// called. No Prefix is added twice before that.
func (e *Extender) Add(p *Prefix, data []byte) {
	if len(e.queue) == maxExtensions {
		e.Flush()
	}
	e.queue = append(e.queue, extension{p, data})
	e.bytes += len(data)
}

// Flush hashes all that was added.
func (e *Extender) Flush() {
	const worthwhile = 64 << 10 // bytes for a goroutine
	lanes := e.hashers[0].Lanes()
	n := min(len(e.hashers), max(1, e.bytes/worthwhile), max(1, len(e.queue)/max(1, lanes/2)))
	share := (len(e.queue) + n - 1) / n
	var wg sync.WaitGroup
	for i := 1; i < n; i++ {
		part := e.queue[min(i*share, len(e.queue)):min((i+1)*share, len(e.queue))]
		wg.Go(func() { e.hashers[i].extend(part) })
	}
	e.hashers[0].extend(e.queue[:min(share, len(e.queue))])
	wg.Wait()
	clear(e.queue)
	e.queue, e.bytes = e.queue[:0], 0
}

// extend hashes side by side: what fills up blocks that were begun, whole blocks,
// and keeps the rest.
func (h *extendHasher) extend(list []extension) {
	states, chunks := h.states[:0], h.chunks[:0]
	for i := range list {
		x := &list[i]
		begun := int(x.p.length % sha1simd.BlockSize)
		x.p.length += int64(len(x.data))
		if begun == 0 {
			continue
		}
		n := copy(x.p.tail[begun:], x.data)
		x.data = x.data[n:]
		if begun+n == sha1simd.BlockSize {
			states, chunks = append(states, &x.p.state), append(chunks, x.p.tail[:])
		}
	}
	h.Blocks(states, chunks)
	states, chunks = states[:0], chunks[:0]
	for _, x := range list {
		if n := wholeBlocks(len(x.data)); n > 0 {
			states, chunks = append(states, &x.p.state), append(chunks, x.data[:n])
		}
	}
	h.Blocks(states, chunks)
	h.states, h.chunks = states, chunks
	for _, x := range list {
		rest := int(x.p.length % sha1simd.BlockSize)
		if n := wholeBlocks(len(x.data)); len(x.data) > 0 {
			copy(x.p.tail[:], x.data[n:])
		}
		clear(x.p.tail[rest:])
	}
}

// Sums returns the digests of pieces that end where the Prefixes do, which are
// used up. What was added must be flushed.
func (e *Extender) Sums(list []*Prefix) [][sha1simd.Size]byte {
	sums := make([][sha1simd.Size]byte, len(list))
	states := make([]*sha1simd.State, len(list))
	tails := make([][]byte, len(list))
	lengths := make([]uint64, len(list))
	for i, p := range list {
		states[i], tails[i], lengths[i] = &p.state, p.tail[:p.length%sha1simd.BlockSize], uint64(p.length)
	}
	e.hashers[0].Finish(sums, states, tails, lengths)
	return sums
}
