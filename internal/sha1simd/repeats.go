package sha1simd

// Runs of zeros that begin in the same state end in the same state: the holes of a
// sparse file that fill whole pieces do, and the padding behind equal files. So
// that they are hashed once, a few of them are remembered.
const (
	remembered = 256 // runs; a power of two
	places     = 4   // in which a run may be
	worthwhile = 16  // blocks: below that, looking up is no cheaper than hashing
)

// repeats is runs of zeros that were hashed.
type repeats struct {
	runs  *[remembered]zeroRun // nil before the first run
	begun []*zeroRun           // those that are hashed now
	waits []follower
}

type zeroRun struct {
	from, to State
	blocks   int
	leader   *State // of the message whose run is hashed now; to is not known before
}

// follower is a message that waits for the run of another.
type follower struct {
	state *State
	run   *zeroRun
}

// known tells whether the run of blocks of zeros from a state on needs no hashing:
// the state is the one behind it, or will be when settle was called.
func (r *repeats) known(state *State, blocks int) bool {
	if blocks < worthwhile {
		return false
	}
	if r.runs == nil {
		r.runs = new([remembered]zeroRun)
	}
	var free *zeroRun
	place := state[0] + 0x9e3779b1*uint32(blocks)
	for i := range uint32(places) {
		run := &r.runs[(place+i)%remembered]
		switch same := run.blocks == blocks && run.from == *state; {
		case same && run.leader == nil:
			*state = run.to
			return true
		case same:
			r.waits = append(r.waits, follower{state, run})
			return true
		case run.leader == nil && free == nil:
			free = run
		}
	}
	if free != nil {
		*free = zeroRun{from: *state, blocks: blocks, leader: state}
		r.begun = append(r.begun, free)
	}
	return false
}

// settle notes the states behind the runs that were hashed meanwhile.
func (r *repeats) settle() {
	for _, run := range r.begun {
		run.to, run.leader = *run.leader, nil
	}
	for _, f := range r.waits {
		*f.state = f.run.to
	}
	// The messages belong to the caller: do not keep them from being collected.
	clear(r.begun)
	clear(r.waits)
	r.begun, r.waits = r.begun[:0], r.waits[:0]
}
