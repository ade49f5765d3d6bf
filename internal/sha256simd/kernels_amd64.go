//go:build !purego

package sha256simd

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
