//go:build !purego

package sha1simd

import (
	"unsafe"

	"github.com/torrentkit/torrentkit/internal/lockstep"
)

// streamScratch is the memory that the SHA-NI kernels work in.
type streamScratch struct {
	states [5][5]uint32
	lanes  [5]*byte
	words  [495]byte
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
	case 5:
		blocksNI5(&w.states, &w.lanes, blocks, &w.words)
	}
	for i := range jobs {
		*jobs[i].State = w.states[i]
		w.lanes[i] = nil
	}
}

func (w *streamScratch) zerosStreams(jobs []job, blocks int) {
	for i := range jobs {
		w.states[i] = *jobs[i].State
	}
	switch len(jobs) {
	case 2:
		zerosNI2(&w.states, blocks, &w.words)
	case 3:
		zerosNI3(&w.states, blocks, &w.words)
	case 4:
		zerosNI4(&w.states, blocks, &w.words)
	case 5:
		zerosNI5(&w.states, blocks, &w.words)
	}
	for i := range jobs {
		*jobs[i].State = w.states[i]
	}
}
