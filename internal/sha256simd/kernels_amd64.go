//go:build !purego

package sha256simd

import "github.com/torrentkit/torrentkit/internal/lockstep"

//go:generate go run -C ../_asm ./sha256 -kernel avx512 -out ../sha256simd/avx512_amd64.s -stubs ../sha256simd/avx512_amd64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256 -kernel avx2 -out ../sha256simd/avx2_amd64.s -stubs ../sha256simd/avx2_amd64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256 -kernel shani -out ../sha256simd/shani_amd64.s -stubs ../sha256simd/shani_amd64.go -pkg sha256simd

// accelerated returns the implementations other than the standard library, the
// fastest first.
func (w *wideScratch) accelerated() []implementation {
	return w.choose(lockstep.Detect())
}

// choose returns the implementations for a CPU with these features. The order,
// and the least numbers of messages, are measured: a compromise between
// generations of CPUs.
func (w *wideScratch) choose(f lockstep.Features) []implementation {
	var all []implementation
	narrow, least := []kernel{standard()}, 4
	if f.SHA {
		streams := kernel{Width: 4, Least: 2, Even: true, Quantum: 1024, Run: w.streams.runStreams}
		narrow, least = []kernel{streams, standard()}, 11
	}
	if f.AVX512 {
		wide := []kernel{
			{Width: 16, Least: least, Quantum: 512, Run: w.run16},
		}
		all = append(all, implementation{Name: "avx512", Kernels: append(wide, narrow...)})
	}
	if f.SHA {
		all = append(all, implementation{Name: "shani", Kernels: narrow})
	}
	if f.AVX2 {
		all = append(all, implementation{Name: "avx2", Kernels: []kernel{
			{Width: 8, Least: 4, Quantum: 512, Run: w.run8},
			standard(),
		}})
	}
	return all
}
