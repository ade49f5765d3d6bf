//go:build !purego

package sha256simd

import "golang.org/x/sys/cpu"

//go:generate go run -C ../_asm ./cpuid -out ../sha256simd/cpuid_amd64.s -stubs ../sha256simd/cpuid_amd64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256 -kernel avx512 -out ../sha256simd/avx512_amd64.s -stubs ../sha256simd/avx512_amd64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256 -kernel avx2 -out ../sha256simd/avx2_amd64.s -stubs ../sha256simd/avx2_amd64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256 -kernel shani -out ../sha256simd/shani_amd64.s -stubs ../sha256simd/shani_amd64.go -pkg sha256simd

// features is what of a CPU decides between kernels.
type features struct{ avx512, avx2, sha bool }

// detect asks the CPU, and the operating system as far as it must save registers.
func detect() features {
	f := features{
		avx512: cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW,
		avx2:   cpu.X86.HasAVX2,
	}
	if leaves, _ := cpuid(0, 0); leaves >= 7 {
		_, extended := cpuid(7, 0)
		f.sha = extended&(1<<29) != 0 && cpu.X86.HasSSSE3 && cpu.X86.HasSSE41
	}
	return f
}

// accelerated returns the implementations other than the standard library, the
// fastest first.
func accelerated() []implementation { return choose(detect()) }

// choose returns the implementations for a CPU with these features. The order,
// and the least numbers of messages, are measured: a compromise between
// generations of CPUs.
func choose(f features) []implementation {
	var all []implementation
	narrow, least := []kernel{singleKernel()}, 4
	if f.sha {
		streams := kernel{width: 4, least: 2, even: true, quantum: 1024, run: runStreams}
		narrow, least = []kernel{streams, singleKernel()}, 11
	}
	if f.avx512 {
		wide := []kernel{
			{width: 16, least: least, quantum: 512, run: run16},
		}
		all = append(all, implementation{"avx512", append(wide, narrow...)})
	}
	if f.sha {
		all = append(all, implementation{"shani", narrow})
	}
	if f.avx2 {
		all = append(all, implementation{"avx2", []kernel{
			{width: 8, least: 4, quantum: 512, run: run8},
			singleKernel(),
		}})
	}
	return all
}
