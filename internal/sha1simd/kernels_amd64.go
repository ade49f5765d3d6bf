//go:build !purego

package sha1simd

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go run -C ../_asm ./cpuid -out ../sha1simd/cpuid_amd64.s -stubs ../sha1simd/cpuid_amd64.go -pkg sha1simd
//go:generate go run -C ../_asm ./sha1 -kernel avx512 -out ../sha1simd/avx512_amd64.s -stubs ../sha1simd/avx512_amd64.go -pkg sha1simd
//go:generate go run -C ../_asm ./sha1 -kernel avx2 -out ../sha1simd/avx2_amd64.s -stubs ../sha1simd/avx2_amd64.go -pkg sha1simd
//go:generate go run -C ../_asm ./sha1 -kernel shani -out ../sha1simd/shani_amd64.s -stubs ../sha1simd/shani_amd64.go -pkg sha1simd

// wideScratch is the memory that vector kernels work in.
type wideScratch struct {
	state [5][16]uint32
	lanes [16]*byte
	words [1407]byte

	state8 [5][8]uint32
	lanes8 [8]*byte
	words8 [703]byte

	streams     [5][5]uint32
	streamLanes [5]*byte
	streamWords [495]byte
}

// features is what of a CPU decides between kernels.
type features struct{ avx512, avx2, sha bool }

func detect() features {
	maxLeaf, _ := cpuid(0, 0)
	var f features
	if maxLeaf >= 7 {
		_, ebx := cpuid(7, 0)
		f.sha = ebx&(1<<29) != 0 && cpu.X86.HasSSSE3 && cpu.X86.HasSSE41
	}
	f.avx2 = cpu.X86.HasAVX2
	f.avx512 = cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW
	return f
}

// accelerated returns the implementations other than the standard library.
func accelerated() []implementation { return choose(detect()) }

func choose(f features) []implementation {
	var impls []implementation
	narrow := singleKernel()
	if f.sha {
		narrow = kernel{width: 5, least: 1, quantum: 1024, run: runSHANI, zeros: zerosSHANI}
	}
	if f.avx512 {
		impls = append(impls, implementation{"avx512", []kernel{
			{width: 16, least: 8, quantum: 512, run: runAVX512, zeros: zerosAVX512},
			narrow,
		}})
	}
	if f.sha {
		impls = append(impls, implementation{"shani", []kernel{narrow}})
	}
	if f.avx2 {
		impls = append(impls, implementation{"avx2", []kernel{
			{width: 8, least: 4, quantum: 512, run: runAVX2, zeros: zerosAVX2},
			singleKernel(),
		}})
	}
	return impls
}

// gather fills the lanes with the states of jobs. Lanes beyond them keep what
// they had.
func (w *wideScratch) gather(jobs []job) {
	for i := range jobs {
		s, lane := jobs[i].state, i&15
		w.state[0][lane] = s[0]
		w.state[1][lane] = s[1]
		w.state[2][lane] = s[2]
		w.state[3][lane] = s[3]
		w.state[4][lane] = s[4]
	}
}

// scatter is the reverse of gather.
func (w *wideScratch) scatter(jobs []job) {
	for i := range jobs {
		s, lane := jobs[i].state, i&15
		s[0] = w.state[0][lane]
		s[1] = w.state[1][lane]
		s[2] = w.state[2][lane]
		s[3] = w.state[3][lane]
		s[4] = w.state[4][lane]
	}
}

func runAVX512(h *Hasher, jobs []job, blocks int) {
	w := &h.wide
	w.gather(jobs)
	for i := range w.lanes {
		j := &jobs[0]
		if i < len(jobs) {
			j = &jobs[i]
			raceRead(j.data[:blocks*BlockSize])
		}
		w.lanes[i] = unsafe.SliceData(j.data)
	}
	blocks16(&w.state, &w.lanes, blocks, &w.words)
	clear(w.lanes[:])
	w.scatter(jobs)
}

func zerosAVX512(h *Hasher, jobs []job, blocks int) {
	h.wide.gather(jobs)
	zeros16(&h.wide.state, blocks, &h.wide.words)
	h.wide.scatter(jobs)
}

func runSHANI(h *Hasher, jobs []job, blocks int) {
	w := &h.wide
	for i := range jobs {
		raceRead(jobs[i].data[:blocks*BlockSize])
		w.streams[i] = *jobs[i].state
		w.streamLanes[i] = unsafe.SliceData(jobs[i].data)
	}
	switch len(jobs) {
	case 1:
		blocksNI1(&w.streams, &w.streamLanes, blocks, &w.streamWords)
	case 2:
		blocksNI2(&w.streams, &w.streamLanes, blocks, &w.streamWords)
	case 3:
		blocksNI3(&w.streams, &w.streamLanes, blocks, &w.streamWords)
	case 4:
		blocksNI4(&w.streams, &w.streamLanes, blocks, &w.streamWords)
	case 5:
		blocksNI5(&w.streams, &w.streamLanes, blocks, &w.streamWords)
	}
	for i := range jobs {
		*jobs[i].state = w.streams[i]
		w.streamLanes[i] = nil
	}
}

func zerosSHANI(h *Hasher, jobs []job, blocks int) {
	w := &h.wide
	for i := range jobs {
		w.streams[i] = *jobs[i].state
	}
	switch len(jobs) {
	case 1:
		zerosNI1(&w.streams, blocks, &w.streamWords)
	case 2:
		zerosNI2(&w.streams, blocks, &w.streamWords)
	case 3:
		zerosNI3(&w.streams, blocks, &w.streamWords)
	case 4:
		zerosNI4(&w.streams, blocks, &w.streamWords)
	case 5:
		zerosNI5(&w.streams, blocks, &w.streamWords)
	}
	for i := range jobs {
		*jobs[i].state = w.streams[i]
	}
}

func runAVX2(h *Hasher, jobs []job, blocks int) {
	w := &h.wide
	for i := range w.lanes8 {
		j := &jobs[0]
		if i < len(jobs) {
			j = &jobs[i]
			raceRead(j.data[:blocks*BlockSize])
		}
		w.lanes8[i] = unsafe.SliceData(j.data)
	}
	w.gather8(jobs)
	blocks8(&w.state8, &w.lanes8, blocks, &w.words8)
	clear(w.lanes8[:])
	w.scatter8(jobs)
}

func zerosAVX2(h *Hasher, jobs []job, blocks int) {
	w := &h.wide
	w.gather8(jobs)
	zeros8(&w.state8, blocks, &w.words8)
	w.scatter8(jobs)
}

func (w *wideScratch) gather8(jobs []job) {
	for i := range jobs {
		for k := range w.state8 {
			w.state8[k][i&7] = jobs[i].state[k]
		}
	}
}

func (w *wideScratch) scatter8(jobs []job) {
	for i := range jobs {
		for k := range w.state8 {
			jobs[i].state[k] = w.state8[k][i&7]
		}
	}
}
