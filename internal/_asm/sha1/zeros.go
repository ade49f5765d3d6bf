package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

// zeros generates the AVX-512 kernel for blocks of zeros, of sixteen messages or
// of twice as many. All words of the message schedule of such a block are zero.
// What is left to do in a round is so little that sixteen messages wait for each
// other's results most of the time.
func zeros(halves int, k Mem) {
	name, shape := "zeros16", "[5][16]uint32"
	if halves == 2 {
		name, shape = "zeros32", "[2][5][16]uint32"
	}
	simd.Target(name, fmt.Sprintf("func(state *%s, blocks int)", shape),
		"%s feeds blocks blocks of zeros, at least one, to the states of %d messages.", name, 16*halves)
	f := simd.Frame{State: reg.RDI, Left: reg.RDX, Width: 64}
	Load(Param("state"), f.State)
	Load(Param("blocks"), f.Left)

	free := simd.Z[:]
	take := func(n int) []reg.VecPhysical {
		taken := free[:n]
		free = free[n:]
		return taken
	}
	ks := take(4)
	var work []vars
	var home []reg.VecPhysical
	for range halves {
		r := take(6)
		work = append(work, vars{r[0], r[1], r[2], r[3], r[4], r[5]})
		home = append(home, r[:5]...)
	}
	temps, saved := take(halves), take(5*halves)
	for i, r := range ks {
		VPBROADCASTD(k.Offset(4*i), r)
	}
	f.Saved = func(i int) Op { return saved[i] }
	f.Enter(home)
	f.Loop(home)
	for t := range 80 {
		for i, v := range work {
			round16(t, v, temps[i], ks[t/20], nil)
			work[i] = v.next()
		}
	}
	var now []reg.VecPhysical
	for _, v := range work {
		now = append(now, v.list()...)
	}
	f.Leave(now, home, temps[0])
}
