//go:build !purego

package lockstep

import (
	"sync"
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go run -C ../_asm ./cpuid -out ../lockstep/cpuid_amd64.s -stubs ../lockstep/cpuid_amd64.go -pkg lockstep

// Features is what of a CPU decides between kernels.
type Features struct{ AVX512, AVX2, SHA bool }

// Detect tells what the CPU has, and the operating system as far as it must save registers. The CPU is asked once: a
// hypervisor answers for it, which takes longer than hashing a small file.
func Detect() Features { return detected() }

var detected = sync.OnceValue(detect)

func detect() Features {
	f := Features{
		AVX512: cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW,
		AVX2:   cpu.X86.HasAVX2,
	}
	if leaves, _ := cpuid(0, 0); leaves >= 7 {
		_, extended := cpuid(7, 0)
		f.SHA = extended&(1<<29) != 0 && cpu.X86.HasSSSE3 && cpu.X86.HasSSE41
	}
	return f
}

// Point sets lanes to the data of jobs, and lanes that no job uses to some data
// that may be read.
func Point[S State](lanes []*byte, jobs []Job[S], blocks int) {
	for i := range lanes {
		j := &jobs[0]
		if i < len(jobs) {
			j = &jobs[i]
			RaceRead(j.Data[:blocks*BlockSize])
		}
		lanes[i] = unsafe.SliceData(j.Data)
	}
}

// Gather fills eight lanes with the states of jobs: word k of that of job i goes to
// [k][i]. Lanes beyond them keep what they had.
func Gather[S State](lanes [][8]uint32, jobs []Job[S]) {
	for i := range jobs {
		for k := range lanes {
			lanes[k][i&7] = (*jobs[i].State)[k]
		}
	}
}

// Scatter is the reverse of Gather.
func Scatter[S State](lanes [][8]uint32, jobs []Job[S]) {
	for i := range jobs {
		for k := range lanes {
			(*jobs[i].State)[k] = lanes[k][i&7]
		}
	}
}
