//go:build !purego

package sha1simd

import "github.com/torrentkit/torrentkit/internal/lockstep"

// wideScratch is what the kernels of this CPU are given.
type wideScratch struct{ lanes lockstep.Pointers[State] }

// accelerated returns the implementations other than the standard library, the
// fastest first.
func (w *wideScratch) accelerated() []implementation {
	return w.choose(lockstep.Detect())
}

// choose returns the implementations for a CPU with these features. The least
// numbers of messages are predictions.
func (w *wideScratch) choose(f lockstep.Features) []implementation {
	var all []implementation
	alone := standard()
	if f.SHA1 {
		all = append(all, implementation{
			Name:    "crypto",
			Kernels: []kernel{{Width: 4, Least: 2, Even: true, Quantum: 1024, Run: w.runStreams}, alone},
			Zeros:   []kernel{{Width: 4, Least: 2, Even: true, Quantum: 1024, Run: w.zerosStreams}, alone},
		})
	}
	return append(all, implementation{
		Name:    "neon",
		Kernels: []kernel{{Width: 4, Least: 3, Quantum: 512, Run: w.runNEON}, alone},
		Zeros:   []kernel{{Width: 4, Least: 3, Quantum: 512, Run: w.zerosNEONLanes}, alone},
	})
}

func (w *wideScratch) runStreams(jobs []job, blocks int) {
	p := &w.lanes
	p.Point(jobs, blocks)
	switch len(jobs) {
	case 2:
		blocksCrypto2(&p.States, &p.Data, blocks)
	case 3:
		blocksCrypto3(&p.States, &p.Data, blocks)
	case 4:
		blocksCrypto4(&p.States, &p.Data, blocks)
	}
	p.Forget()
}

func (w *wideScratch) zerosStreams(jobs []job, blocks int) {
	p := &w.lanes
	p.Point(jobs, 0)
	switch len(jobs) {
	case 2:
		zerosCrypto2(&p.States, blocks)
	case 3:
		zerosCrypto3(&p.States, blocks)
	case 4:
		zerosCrypto4(&p.States, blocks)
	}
	p.Forget()
}

func (w *wideScratch) runNEON(jobs []job, blocks int) {
	p := &w.lanes
	p.Point(jobs, blocks)
	blocksNEON(&p.States, &p.Data, blocks)
	p.Forget()
}

func (w *wideScratch) zerosNEONLanes(jobs []job, blocks int) {
	p := &w.lanes
	p.Point(jobs, 0)
	zerosNEON(&p.States, blocks)
	p.Forget()
}
