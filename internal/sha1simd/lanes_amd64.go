//go:build !purego

package sha1simd

import "github.com/torrentkit/torrentkit/internal/lockstep"

// wideScratch is the memory that the kernels of this CPU work in. In a state
// array, word k of the state of message i is at [k][i].
type wideScratch struct {
	state   [2][5][16]uint32
	state8  [2][5][8]uint32
	lanes   [32]*byte
	words   [5823]byte
	streams streamScratch
}

// gather16 fills lanes with the states of jobs. Lanes beyond them keep what they
// had.
func gather16(lanes *[5][16]uint32, jobs []job) {
	for i := range jobs {
		s, lane := jobs[i].State, i&15
		lanes[0][lane] = s[0]
		lanes[1][lane] = s[1]
		lanes[2][lane] = s[2]
		lanes[3][lane] = s[3]
		lanes[4][lane] = s[4]
	}
}

// scatter16 is the reverse of gather16.
func scatter16(lanes *[5][16]uint32, jobs []job) {
	for i := range jobs {
		s, lane := jobs[i].State, i&15
		s[0] = lanes[0][lane]
		s[1] = lanes[1][lane]
		s[2] = lanes[2][lane]
		s[3] = lanes[3][lane]
		s[4] = lanes[4][lane]
	}
}

func (w *wideScratch) run16(jobs []job, blocks int) {
	lockstep.Point(w.lanes[:16], jobs, blocks)
	gather16(&w.state[0], jobs)
	blocks16(&w.state[0], (*[16]*byte)(w.lanes[:]), blocks, (*[2431]byte)(w.words[:]))
	scatter16(&w.state[0], jobs)
	clear(w.lanes[:])
}

func (w *wideScratch) zeros16Lanes(jobs []job, blocks int) {
	gather16(&w.state[0], jobs)
	zeros16(&w.state[0], blocks)
	scatter16(&w.state[0], jobs)
}

func (w *wideScratch) run32(jobs []job, blocks int) {
	lockstep.Point(w.lanes[:], jobs, blocks)
	gather16(&w.state[0], jobs[:16])
	gather16(&w.state[1], jobs[16:])
	blocks32(&w.state, &w.lanes, blocks, &w.words)
	scatter16(&w.state[0], jobs[:16])
	scatter16(&w.state[1], jobs[16:])
	clear(w.lanes[:])
}

func (w *wideScratch) zeros32Lanes(jobs []job, blocks int) {
	gather16(&w.state[0], jobs[:16])
	gather16(&w.state[1], jobs[16:])
	zeros32(&w.state, blocks)
	scatter16(&w.state[0], jobs[:16])
	scatter16(&w.state[1], jobs[16:])
}

func (w *wideScratch) run8(jobs []job, blocks int) {
	lockstep.Point(w.lanes[:8], jobs, blocks)
	lockstep.Gather(w.state8[0][:], jobs)
	blocks8(&w.state8[0], (*[8]*byte)(w.lanes[:]), blocks, (*[703]byte)(w.words[:]))
	lockstep.Scatter(w.state8[0][:], jobs)
	clear(w.lanes[:])
}

func (w *wideScratch) zeros8Lanes(jobs []job, blocks int) {
	lockstep.Gather(w.state8[0][:], jobs)
	zeros8(&w.state8[0], blocks, (*[191]byte)(w.words[:]))
	lockstep.Scatter(w.state8[0][:], jobs)
}

func (w *wideScratch) zeros8x2Lanes(jobs []job, blocks int) {
	lockstep.Gather(w.state8[0][:], jobs[:8])
	lockstep.Gather(w.state8[1][:], jobs[8:])
	zeros8x2(&w.state8, blocks, (*[351]byte)(w.words[:]))
	lockstep.Scatter(w.state8[0][:], jobs[:8])
	lockstep.Scatter(w.state8[1][:], jobs[8:])
}
