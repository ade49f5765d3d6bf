//go:build !purego

package sha1simd

import "golang.org/x/sys/cpu"

//go:generate go run -C ../_asm ./cpuid -out ../sha1simd/cpuid_amd64.s -stubs ../sha1simd/cpuid_amd64.go -pkg sha1simd
//go:generate go run -C ../_asm ./sha1 -kernel avx512 -out ../sha1simd/avx512_amd64.s -stubs ../sha1simd/avx512_amd64.go -pkg sha1simd
//go:generate go run -C ../_asm ./sha1 -kernel avx2 -out ../sha1simd/avx2_amd64.s -stubs ../sha1simd/avx2_amd64.go -pkg sha1simd
//go:generate go run -C ../_asm ./sha1 -kernel shani -out ../sha1simd/shani_amd64.s -stubs ../sha1simd/shani_amd64.go -pkg sha1simd

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
		streams := kernel{width: 5, least: 2, even: true, quantum: 1024, run: runStreams, zeros: zerosStreams}
		narrow, least = []kernel{streams, singleKernel()}, 8
	}
	if f.avx512 {
		wide := []kernel{
			{width: 32, least: 24, quantum: 384, run: run32, zeros: zeros32Lanes},
			{width: 16, least: least, quantum: 512, run: run16, zeros: zeros16Lanes},
		}
		all = append(all, implementation{"avx512", append(wide, narrow...)})
	}
	if f.sha {
		all = append(all, implementation{"shani", narrow})
	}
	if f.avx2 {
		all = append(all, implementation{"avx2", []kernel{
			{width: 8, least: 4, quantum: 512, run: run8, zeros: zeros8Lanes},
			singleKernel(),
		}})
	}
	return all
}
