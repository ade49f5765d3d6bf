//go:build !purego

package sha256simd

import "github.com/torrentkit/torrentkit/internal/lockstep"

// wideScratch is the memory that the kernels of this CPU work in. In a state
// array, word k of the state of message i is at [k][i].
type wideScratch struct {
	state   [8][16]uint32
	state8  [8][8]uint32
	lanes   [16]*byte
	words   [2623]byte
	streams streamScratch
}

// gather16 fills lanes with the states of jobs. Lanes beyond them keep what they
// had.
func gather16(lanes *[8][16]uint32, jobs []job) {
	for i := range jobs {
		s, lane := jobs[i].State, i&15
		lanes[0][lane] = s[0]
		lanes[1][lane] = s[1]
		lanes[2][lane] = s[2]
		lanes[3][lane] = s[3]
		lanes[4][lane] = s[4]
		lanes[5][lane] = s[5]
		lanes[6][lane] = s[6]
		lanes[7][lane] = s[7]
	}
}

// scatter16 is the reverse of gather16.
func scatter16(lanes *[8][16]uint32, jobs []job) {
	for i := range jobs {
		s, lane := jobs[i].State, i&15
		s[0] = lanes[0][lane]
		s[1] = lanes[1][lane]
		s[2] = lanes[2][lane]
		s[3] = lanes[3][lane]
		s[4] = lanes[4][lane]
		s[5] = lanes[5][lane]
		s[6] = lanes[6][lane]
		s[7] = lanes[7][lane]
	}
}

func (w *wideScratch) run16(jobs []job, blocks int) {
	lockstep.Point(w.lanes[:16], jobs, blocks)
	gather16(&w.state, jobs)
	blocks16(&w.state, (*[16]*byte)(w.lanes[:]), blocks, (*[2623]byte)(w.words[:]))
	scatter16(&w.state, jobs)
	clear(w.lanes[:])
}

func (w *wideScratch) run8(jobs []job, blocks int) {
	lockstep.Point(w.lanes[:8], jobs, blocks)
	lockstep.Gather(w.state8[:], jobs)
	blocks8(&w.state8, (*[8]*byte)(w.lanes[:]), blocks, (*[799]byte)(w.words[:]))
	lockstep.Scatter(w.state8[:], jobs)
	clear(w.lanes[:])
}
