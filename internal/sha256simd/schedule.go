package sha256simd

import "slices"

// maxLanes is the width of the widest kernel of all implementations.
const maxLanes = 16

// job is a run of blocks of one message that waits for a lane.
type job struct {
	state  *state
	data   []byte
	blocks int
}

// kernel advances messages in lockstep.
type kernel struct {
	width   int  // most messages that one call advances
	least   int  // fewest messages for which it is the fastest of its implementation
	quantum int  // most blocks per message in one call, since assembly cannot be preempted
	even    bool // a message less saves time, so it shares messages evenly among calls

	// run feeds the first blocks of every job to its state. It leaves the
	// fields of the jobs alone. There are 1 to width jobs, of at least that
	// many blocks each.
	run func(h *Hasher, jobs []job, blocks int)
}

// implementation is a chain of kernels, the widest first. The last one takes
// any number of messages.
type implementation struct {
	name    string
	kernels []kernel
}

// implementations returns those that this CPU has, the fastest first.
func implementations() []implementation {
	return append(accelerated(), implementation{"generic", []kernel{singleKernel()}})
}

// add queues a job, unless there is nothing to do.
func (h *Hasher) add(s *state, data []byte, blocks int) {
	if blocks == 0 {
		return
	}
	if n := len(h.queue); n > 0 && h.queue[n-1].blocks < blocks {
		h.unsorted = true
	}
	h.queue = append(h.queue, job{s, data, blocks})
}

// drain runs all queued jobs.
func (h *Hasher) drain() {
	used := len(h.queue)
	if used == 0 {
		return
	}
	for k := range h.impl.kernels {
		h.drainThrough(&h.impl.kernels[k])
	}
	// The messages belong to the caller: do not keep them from being collected.
	clear(h.queue[:used])
	clear(h.active[:cap(h.active)])
}

// drainThrough runs queued jobs through k while there are enough to make it
// worth its while, and leaves the others in the queue.
//
// The longest jobs go first, so that the lanes run empty at about the same time.
func (h *Hasher) drainThrough(k *kernel) {
	if len(h.queue) < k.least {
		return
	}
	if h.unsorted {
		slices.SortFunc(h.queue, func(a, b job) int { return b.blocks - a.blocks })
		h.unsorted = false
	}
	active, next := h.active[:0], 0
	for {
		n := k.share(len(active)+len(h.queue)-next) - len(active)
		active = append(active, h.queue[next:next+n]...)
		next += n
		if len(active) < max(k.least, 1) {
			break
		}
		blocks := k.quantum
		for i := range active {
			blocks = min(blocks, active[i].blocks)
		}
		k.run(h, active, blocks)
		active = advance(active, blocks)
	}
	h.queue = append(h.queue[:0], active...)
	h.unsorted = len(active) > 1
}

// share returns how many of the waiting messages to hash side by side.
func (k *kernel) share(waiting int) int {
	if !k.even || waiting <= k.width {
		return min(waiting, k.width)
	}
	groups := (waiting + k.width - 1) / k.width
	return (waiting + groups - 1) / groups
}

// advance takes blocks off every job, and drops those that are done.
func advance(active []job, blocks int) []job {
	kept := 0
	for i := range active {
		j := &active[i]
		j.blocks -= blocks
		if j.blocks == 0 {
			continue
		}
		j.data = j.data[blocks*BlockSize:]
		if kept != i {
			active[kept] = *j
		}
		kept++
	}
	return active[:kept]
}
