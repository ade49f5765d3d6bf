package filesum

import (
	"hash"
	"sync"
	"sync/atomic"
)

const (
	bufferSize = 256 << 10
	buffers    = 64 // of one pool: 16 MiB in all
)

// Pool is the memory of bytes on their way into checksums: whoever writes more
// than it holds waits until some of them are hashed.
type Pool chan *chunk

// NewPool returns a pool of 16 MiB, which are taken as they are needed.
func NewPool() Pool {
	p := make(Pool, buffers)
	for range buffers {
		p <- nil
	}
	return p
}

// chunk is bytes of a file.
type chunk struct {
	data []byte
	left atomic.Int32 // hashes that have not taken them
}

func (p Pool) get() *chunk {
	c := <-p
	if c == nil {
		c = &chunk{data: make([]byte, 0, bufferSize)}
	}
	c.data = c.data[:0]
	return c
}

// Tally is checksums of one file, whose bytes are written in order by one
// goroutine. Each is computed by a goroutine of its own, beside the others. nil
// takes none.
type Tally struct {
	pool   Pool
	hashes []hash.Hash
	feeds  []chan *chunk // one for each hash, from the first chunk on
	busy   sync.WaitGroup
	chunk  *chunk // that is filled
	sums   [][]byte
	closed bool
}

// NewTally begins the checksums of a file: nil if there are no hashes.
func (p Pool) NewTally(hashes []hash.Hash) *Tally {
	if len(hashes) == 0 {
		return nil
	}
	return &Tally{pool: p, hashes: hashes, sums: make([][]byte, len(hashes))}
}

// Write takes the next bytes. It keeps none of b.
func (t *Tally) Write(b []byte) {
	for t != nil && len(b) > 0 {
		if t.chunk == nil {
			t.chunk = t.pool.get()
		}
		have := len(t.chunk.data)
		n := min(len(b), bufferSize-have)
		t.chunk.data = append(t.chunk.data, b[:n]...)
		if b = b[n:]; have+n == bufferSize {
			t.send()
		}
	}
}

// send hands the chunk that was filled to all hashes.
func (t *Tally) send() {
	if t.feeds == nil {
		t.feeds = make([]chan *chunk, len(t.hashes))
		for i := range t.feeds {
			t.feeds[i] = make(chan *chunk, buffers)
			t.busy.Go(func() { t.hash(i) })
		}
	}
	t.chunk.left.Store(int32(len(t.feeds)))
	for _, feed := range t.feeds {
		feed <- t.chunk // there is room for all chunks of the pool
	}
	t.chunk = nil
}

func (t *Tally) hash(i int) {
	for c := range t.feeds[i] {
		t.hashes[i].Write(c.data)
		if c.left.Add(-1) == 0 {
			t.pool <- c
		}
	}
	t.sums[i] = t.hashes[i].Sum(nil)
}

// Close ends the file. It does not wait for the checksums.
func (t *Tally) Close() {
	if t == nil || t.closed {
		return
	}
	t.closed = true
	if t.chunk != nil {
		t.send()
	}
	for _, feed := range t.feeds {
		close(feed)
	}
}

// Sums ends the file and returns its checksums, in the order of the hashes.
func (t *Tally) Sums() [][]byte {
	if t == nil {
		return nil
	}
	t.Close()
	t.busy.Wait()
	if t.feeds == nil { // there was not a byte
		for i, h := range t.hashes {
			t.sums[i] = h.Sum(nil)
		}
	}
	return t.sums
}
