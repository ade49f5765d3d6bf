//go:build !purego

package sha256simd

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go run -C ../_asm ./cpuid -out ../sha256simd/cpuid_amd64.s -stubs ../sha256simd/cpuid_amd64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256 -kernel avx512 -out ../sha256simd/avx512_amd64.s -stubs ../sha256simd/avx512_amd64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256 -kernel avx2 -out ../sha256simd/avx2_amd64.s -stubs ../sha256simd/avx2_amd64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256 -kernel shani -out ../sha256simd/shani_amd64.s -stubs ../sha256simd/shani_amd64.go -pkg sha256simd

// wideScratch is the memory that vector kernels work in.
type wideScratch struct {
	state [8][16]uint32
	lanes [16]*byte
	words [1599]byte

	state8 [8][8]uint32
	lanes8 [8]*byte
	words8 [799]byte

	streams     [4][8]uint32
	streamLanes [4]*byte
	streamWords [399]byte
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
		narrow = kernel{width: 4, least: 1, quantum: 1024, run: runSHANI}
	}
	if f.avx512 {
		impls = append(impls, implementation{"avx512", []kernel{
			{width: 16, least: 11, quantum: 512, run: runAVX512},
			narrow,
		}})
	}
	if f.sha {
		impls = append(impls, implementation{"shani", []kernel{narrow}})
	}
	if f.avx2 {
		impls = append(impls, implementation{"avx2", []kernel{
			{width: 8, least: 4, quantum: 512, run: runAVX2},
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
		w.state[5][lane] = s[5]
		w.state[6][lane] = s[6]
		w.state[7][lane] = s[7]
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
		s[5] = w.state[5][lane]
		s[6] = w.state[6][lane]
		s[7] = w.state[7][lane]
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
	}
	for i := range jobs {
		*jobs[i].state = w.streams[i]
		w.streamLanes[i] = nil
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
