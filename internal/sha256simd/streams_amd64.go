//go:build !purego

package sha256simd

import (
	"unsafe"

	"github.com/torrentkit/torrentkit/internal/lockstep"
)

// streamScratch is the memory that the SHA-NI kernels work in.
type streamScratch struct {
	states [4][8]uint32
	lanes  [4]*byte
	words  [399]byte
}

func (w *streamScratch) runStreams(jobs []job, blocks int) {
	for i := range jobs {
		lockstep.RaceRead(jobs[i].Data[:blocks*BlockSize])
		w.states[i] = *jobs[i].State
		w.lanes[i] = unsafe.SliceData(jobs[i].Data)
	}
	switch len(jobs) {
	case 2:
		blocksNI2(&w.states, &w.lanes, blocks, &w.words)
	case 3:
		blocksNI3(&w.states, &w.lanes, blocks, &w.words)
	case 4:
		blocksNI4(&w.states, &w.lanes, blocks, &w.words)
	}
	for i := range jobs {
		*jobs[i].State = w.states[i]
		w.lanes[i] = nil
	}
}
