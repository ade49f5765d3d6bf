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
	alone := standard()
	narrow, least := []kernel{alone}, 4
	if f.SHA {
		narrow, least = []kernel{{Width: 5, Least: 2, Even: true, Quantum: 1024, Run: w.streams.runStreams}, alone}, 8
	}
	if f.AVX512 {
		all = append(all, implementation{
			Name: "avx512",
			Kernels: append([]kernel{
				{Width: 32, Least: 24, Quantum: 384, Run: w.run32},
				{Width: 16, Least: least, Quantum: 512, Run: w.run16},
			}, narrow...),
			Zeros: w.chooseZeros(f, alone),
		})
	}
	f.AVX512 = false // a CPU whose first implementation is one of those below has none
	if f.SHA {
		all = append(all, implementation{Name: "shani", Kernels: narrow, Zeros: w.chooseZeros(f, alone)})
	}
	if f.AVX2 {
		all = append(all, implementation{
			Name:    "avx2",
			Kernels: []kernel{{Width: 8, Least: 4, Quantum: 512, Run: w.run8}, alone},
			Zeros:   w.chooseZeros(f, alone),
		})
	}
	return all
}

// chooseZeros returns the fastest kernels for blocks of zeros, which are not
// those for others: without a message schedule, lanes are faster than the SHA
// instructions, if there are messages enough.
func (w *wideScratch) chooseZeros(f lockstep.Features, alone kernel) []kernel {
	var chain []kernel
	least, leastPair := 2, 9
	if f.SHA {
		least, leastPair = 7, 13
	}
	switch {
	case f.AVX512:
		chain = append(chain,
			kernel{Width: 32, Least: 24, Quantum: 384, Run: w.zeros32Lanes},
			kernel{Width: 16, Least: least, Quantum: 512, Run: w.zeros16Lanes})
	case f.AVX2:
		chain = append(chain,
			kernel{Width: 16, Least: leastPair, Quantum: 512, Run: w.zeros8x2Lanes},
			kernel{Width: 8, Least: least, Quantum: 512, Run: w.zeros8Lanes})
	}
	if f.SHA {
		chain = append(chain, kernel{Width: 5, Least: 2, Even: true, Quantum: 1024, Run: w.streams.zerosStreams})
	}
	return append(chain, alone)
}
