// Package lockstep feeds many messages of unequal lengths to kernels that hash
// several of them side by side.
//
// A [Queue] keeps the lanes of its kernels full: it runs all of them to the end of
// the shortest message, fills the free lanes with what waits, and hands the last
// few messages to a narrower kernel. The standard library is the narrowest
// ([Standard]).
//
// The package hashes nothing itself; it knows what SHA-1 and SHA-256 have in common.
package lockstep

import (
	"encoding/binary"
	"math"
	"slices"
)

// BlockSize is the length in bytes of the blocks that a message is hashed in.
const BlockSize = 64

// State is the chaining value of one message: of SHA-1, or of SHA-256.
type State interface{ ~[5]uint32 | ~[8]uint32 }

// Pad fills buf with the end of a message: tail, the mark, zeros, and the
// length in bits. It returns the one or two blocks in use.
func Pad(buf *[2 * BlockSize]byte, tail []byte, length uint64) []byte {
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

// Job is a run of blocks of one message that waits for a lane.
type Job[S State] struct {
	State  *S
	Data   []byte // nil for blocks of zeros
	Blocks int
}

// Kernel advances messages in lockstep.
type Kernel[S State] struct {
	Width   int  // most messages that one call advances
	Least   int  // fewest messages for which it is the fastest of its implementation
	Quantum int  // most blocks per message in one call, since assembly cannot be preempted
	Even    bool // a message less saves time, so it shares messages evenly among calls

	// Run feeds the first blocks of every job to its state. It leaves the
	// fields of the jobs alone. There are 1 to Width jobs, of at least that
	// many blocks each.
	Run func(jobs []Job[S], blocks int)
}

// Implementation is chains of kernels, the widest first. The last one of a chain
// takes any number of messages.
type Implementation[S State] struct {
	Name    string
	Kernels []Kernel[S]
	// Zeros is the chain for blocks of zeros, which may be fastest on another unit
	// of the CPU. It is nil where nobody has such blocks.
	Zeros []Kernel[S]
}

// Queue is the messages that wait for the kernels of an implementation. It is
// not safe for concurrent use, and allocates nothing once it has grown to the
// number of messages in use.
type Queue[S State] struct {
	Implementation[S]
	waiting  []Job[S] // the longest first, unless unsorted
	unsorted bool
	keys     []uint64 // of sort: what is left to MaxUint32 blocks, and the place in waiting
	sorted   []Job[S]
	active   []Job[S]
	pads     [PadBatch][2 * BlockSize]byte
}

// PadBatch is how many ends of messages a queue has scratch memory for.
const PadBatch = 64

// Pad is scratch memory for the end of a message, for i below PadBatch.
func (q *Queue[S]) Pad(i int) *[2 * BlockSize]byte { return &q.pads[i] }

// Finish feeds the ends of n messages: message tells the state of each, what of it
// has not been fed, and the length in bytes of all of it.
func (q *Queue[S]) Finish(n int, message func(i int) (state *S, tail []byte, length uint64)) {
	for i := range n {
		state, tail, _ := message(i)
		whole := len(tail) / BlockSize
		q.Add(state, tail[:whole*BlockSize], whole)
	}
	q.Drain(false)
	for first := 0; first < n; first += PadBatch {
		for i := first; i < min(first+PadBatch, n); i++ {
			state, tail, length := message(i)
			padded := Pad(&q.pads[i-first], tail[len(tail)&^(BlockSize-1):], length)
			q.Add(state, padded, len(padded)/BlockSize)
		}
		q.Drain(false)
	}
}

// Use takes the implementation of that name, the first where it is "". It returns
// false if there is none of that name.
func (q *Queue[S]) Use(all []Implementation[S], name string) bool {
	for _, impl := range all {
		if name == "" || impl.Name == name {
			widest := impl.Kernels[0].Width
			if len(impl.Zeros) > 0 {
				widest = max(widest, impl.Zeros[0].Width)
			}
			q.Implementation, q.active = impl, make([]Job[S], 0, widest)
			return true
		}
	}
	return false
}

// Lanes returns how many messages are hashed side by side at full speed.
func (q *Queue[S]) Lanes() int { return q.Kernels[0].Width }

// Add queues a job, unless there is nothing to do.
func (q *Queue[S]) Add(state *S, data []byte, blocks int) {
	if blocks == 0 {
		return
	}
	if n := len(q.waiting); n > 0 && q.waiting[n-1].Blocks < blocks {
		q.unsorted = true
	}
	q.waiting = append(q.waiting, Job[S]{state, data, blocks})
}

// Drain runs all queued jobs. Either all of them or none have data.
func (q *Queue[S]) Drain(zeros bool) {
	used := len(q.waiting)
	if used == 0 {
		return
	}
	kernels := q.Kernels
	if zeros {
		kernels = q.Zeros
	}
	for k := range kernels {
		q.drainThrough(&kernels[k])
	}
	// The messages belong to the caller: do not keep them from being collected.
	clear(q.waiting[:used])
	clear(q.active[:cap(q.active)])
}

// drainThrough runs queued jobs through k while there are enough to make it
// worth its while, and leaves the others in the queue.
//
// The longest jobs go first, so that the lanes run empty at about the same time.
func (q *Queue[S]) drainThrough(k *Kernel[S]) {
	if len(q.waiting) < k.Least {
		return
	}
	if q.unsorted {
		q.sort()
	}
	active, next := q.active[:0], 0
	for {
		n := k.share(len(active)+len(q.waiting)-next) - len(active)
		active = append(active, q.waiting[next:next+n]...)
		next += n
		if len(active) < max(k.Least, 1) {
			break
		}
		blocks := k.Quantum
		for i := range active {
			blocks = min(blocks, active[i].Blocks)
		}
		k.Run(active, blocks)
		active = advance(active, blocks)
	}
	q.waiting = append(q.waiting[:0], active...)
	q.unsorted = len(active) > 1
}

// sort puts the longest of the waiting jobs first, and those that are alike in the order in which they came.
func (q *Queue[S]) sort() {
	q.keys, q.sorted = q.keys[:0], q.sorted[:0]
	for i, j := range q.waiting {
		q.keys = append(q.keys, (math.MaxUint32-min(uint64(j.Blocks), math.MaxUint32))<<32|uint64(i))
	}
	slices.Sort(q.keys)
	for _, k := range q.keys {
		q.sorted = append(q.sorted, q.waiting[uint32(k)])
	}
	copy(q.waiting, q.sorted)
	clear(q.sorted)
	q.unsorted = false
}

// share returns how many of the waiting messages to hash side by side.
func (k *Kernel[S]) share(waiting int) int {
	if !k.Even || waiting <= k.Width {
		return min(waiting, k.Width)
	}
	groups := (waiting + k.Width - 1) / k.Width
	return (waiting + groups - 1) / groups
}

// advance takes blocks off every job, and drops those that are done.
func advance[S State](active []Job[S], blocks int) []Job[S] {
	kept := 0
	for i := range active {
		j := &active[i]
		j.Blocks -= blocks
		if j.Blocks == 0 {
			continue
		}
		if j.Data != nil {
			j.Data = j.Data[blocks*BlockSize:]
		}
		if kept != i {
			active[kept] = *j
		}
		kept++
	}
	return active[:kept]
}
