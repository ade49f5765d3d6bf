//go:build !purego

package sha1simd

import "github.com/torrentkit/torrentkit/internal/lockstep"

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
		streams := kernel{Width: 5, Least: 2, Even: true, Quantum: 1024, Run: w.streams.runStreams, Zeros: w.streams.zerosStreams}
		narrow, least = []kernel{streams, standard()}, 8
	}
	if f.AVX512 {
		wide := []kernel{
			{Width: 32, Least: 24, Quantum: 384, Run: w.run32, Zeros: w.zeros32Lanes},
			{Width: 16, Least: least, Quantum: 512, Run: w.run16, Zeros: w.zeros16Lanes},
		}
		all = append(all, implementation{Name: "avx512", Kernels: append(wide, narrow...)})
	}
	if f.SHA {
		all = append(all, implementation{Name: "shani", Kernels: narrow})
	}
	if f.AVX2 {
		all = append(all, implementation{Name: "avx2", Kernels: []kernel{
			{Width: 8, Least: 4, Quantum: 512, Run: w.run8, Zeros: w.zeros8Lanes},
			standard(),
		}})
	}
	return all
}
