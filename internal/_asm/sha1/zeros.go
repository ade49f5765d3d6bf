package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

// In a block of zeros all words of the message schedule are zero, and a word with
// its round constant is the constant. What is left to do in a round is so little
// that the lanes of one vector wait for each other's results most of the time:
// there are kernels for twice as many messages, too.

// zeros is the registers of a kernel for one or two vectors of messages.
type zeros struct {
	simd.Frame
	work  []vars
	temps []reg.VecPhysical
	home  []reg.VecPhysical
}

// beginZeros starts the kernel for so many vectors of so many bytes, which have
// registers for all variables, and each so many others.
func beginZeros(name string, vectors, width, temps int, registers []reg.VecPhysical, scratch string) zeros {
	shape := fmt.Sprintf("[5][%d]uint32", width/4)
	if vectors == 2 {
		shape = "[2]" + shape
	}
	simd.Target(name, fmt.Sprintf("func(state *%s, blocks int%s)", shape, scratch),
		"%s feeds blocks blocks of zeros, at least one, to the states of %d messages.", name, vectors*width/4)
	z := zeros{Frame: simd.Frame{State: reg.RDI, Left: reg.RDX, Width: width}}
	Load(Param("state"), z.State)
	Load(Param("blocks"), z.Left)
	for range vectors {
		r := registers[:6+temps]
		z.work = append(z.work, vars{r[0], r[1], r[2], r[3], r[4], r[5]})
		z.home = append(z.home, r[:5]...)
		z.temps = append(z.temps, r[6:]...)
		registers = registers[6+temps:]
	}
	return z
}

// rounds generates the loop, whose rounds are those of round, and the end.
func (z zeros) rounds(round func(t, vector int, v vars)) {
	z.Enter(z.home)
	z.Loop(z.home)
	for t := range 80 {
		for i, v := range z.work {
			round(t, i, v)
			z.work[i] = v.next()
		}
	}
	var now []reg.VecPhysical
	for _, v := range z.work {
		now = append(now, v.list()...)
	}
	z.Leave(now, z.home, z.temps[0])
}

// zeros16 generates the kernel of AVX-512, for sixteen messages or thirty-two.
func zeros16(vectors int, k Mem) {
	z := beginZeros(fmt.Sprintf("zeros%d", 16*vectors), vectors, 64, 1, simd.Z[4:], "")
	ks, saved := simd.Z[:4], simd.Z[4+7*vectors:]
	for i, r := range ks {
		VPBROADCASTD(k.Offset(4*i), r)
	}
	z.Saved = func(i int) Op { return saved[i] }
	z.rounds(func(t, i int, v vars) { round16(t, v, z.temps[i], ks[t/20], nil) })
}

// zeros8 generates the kernel of AVX2, for eight messages or sixteen. What the
// registers do not hold is in memory.
func zeros8(vectors int, k Mem) {
	name := "zeros8"
	if vectors == 2 {
		name = "zeros8x2"
	}
	size := 5*32*vectors + 31
	z := beginZeros(name, vectors, 32, 2, simd.Y[:], fmt.Sprintf(", scratch *[%d]byte", size))
	z.Scratch = Load(Param("scratch"), reg.RCX).(reg.GPPhysical)
	simd.Align(z.Scratch, 32)
	z.Saved = func(i int) Op { return Mem{Base: z.Scratch, Disp: 32 * i} }
	z.rounds(func(t, i int, v vars) { round8(t, v, z.temps[2*i:2*i+2], k.Offset(t/20*32), nil) })
}
