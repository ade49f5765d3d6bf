//go:build !purego

package sha1simd

import "unsafe"

// streamScratch is the memory that the SHA-NI kernels work in.
type streamScratch struct {
	states [5][5]uint32
	lanes  [5]*byte
	words  [495]byte
}

func runStreams(h *Hasher, jobs []job, blocks int) {
	w := &h.wide.streams
	for i := range jobs {
		raceRead(jobs[i].data[:blocks*BlockSize])
		w.states[i] = *jobs[i].state
		w.lanes[i] = unsafe.SliceData(jobs[i].data)
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
		*jobs[i].state = w.states[i]
		w.lanes[i] = nil
	}
}

func zerosStreams(h *Hasher, jobs []job, blocks int) {
	w := &h.wide.streams
	for i := range jobs {
		w.states[i] = *jobs[i].state
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
		*jobs[i].state = w.states[i]
	}
}
