package main

import (
	"fmt"

	"github.com/torrentkit/torrentkit/internal/_asm/arm"
	"github.com/torrentkit/torrentkit/internal/_asm/rounds"
)

// Registers of the NEON kernel. The message schedule is sixteen of them.
const (
	words     = arm.V(0)
	variables = arm.V(16)
	temp      = arm.V(24)
)

// vars are the registers of the eight working variables.
type vars struct{ a, b, c, d, e, f, g, h arm.V }

// next renames the variables after a round, which has set d to the new e and h to
// the new a. After 64 rounds every name is back in its register.
func (v vars) next() vars { return vars{v.h, v.a, v.b, v.c, v.d, v.e, v.f, v.g} }

func (v vars) list() []arm.V { return []arm.V{v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.h} }

// neon generates the kernel for four messages.
func neon(f *arm.File) {
	f.Words("laneConstants", rounds.SHA256()...)
	f.Kernel("blocksNEON", "state", arm.Lanes, 128, false)
	f.Op("MOVD", "$laneConstants<>(SB)", table)
	r := variables
	v := vars{r, r + 1, r + 2, r + 3, r + 4, r + 5, r + 6, r + 7}
	f.Gather(v.list())
	f.Loop()
	w := f.LoadBlocks(words, [4]arm.V{temp, temp + 1, temp + 2, temp + 3})
	save(f)
	for t := range 64 {
		k := temp + arm.V(t%2)
		f.Op("VLD1R.P", "4("+table+")", k.List(1, "S4"))
		if t >= 16 {
			expand(f, t, w)
		}
		f.Vec("S4", "VADD", k, v.h, v.h)
		f.Vec("S4", "VADD", w[t%16], v.h, v.h)
		round(f, v)
		v = v.next()
	}
	f.Op("SUB", "$256", table)
	addSaved(f)
	f.Next()
	f.Scatter(v.list())
	f.Return()
}

// half is as many registers as a load takes.
const half = 4

// save keeps the variables at the start of the block on the stack.
func save(f *arm.File) {
	for i := arm.V(0); i < 2*half; i += half {
		f.Op("VST1.P", (variables+i).List(half, "S4"), "64("+arm.Scratch+")")
	}
	f.Op("SUB", "$128", arm.Scratch)
}

// addSaved adds them to the variables. The message schedule is used up.
func addSaved(f *arm.File) {
	for i := arm.V(0); i < 2*half; i += half {
		f.Op("VLD1.P", "64("+arm.Scratch+")", (words+i).List(half, "S4"))
	}
	f.Op("SUB", "$128", arm.Scratch)
	for i := range arm.V(2 * half) {
		f.Vec("S4", "VADD", words+i, variables+i, variables+i)
	}
}

// expand sets the register of word t-16 to word t.
func expand(f *arm.File, t int, w [16]arm.V) {
	at, sum, x := w[t%16], temp+2, temp+3
	for _, s := range []struct {
		from   arm.V
		rotate [2]int
		shift  int
	}{{w[(t+1)%16], [2]int{7, 18}, 3}, {w[(t+14)%16], [2]int{17, 19}, 10}} {
		f.Rotate(32-s.rotate[0], s.from, sum)
		f.Rotate(32-s.rotate[1], s.from, x)
		f.Vec("B16", "VEOR", x, sum, sum)
		f.Vec("S4", "VUSHR", fmt.Sprintf("$%d", s.shift), s.from, x)
		f.Vec("B16", "VEOR", x, sum, sum)
		f.Vec("S4", "VADD", sum, at, at)
	}
	f.Vec("S4", "VADD", w[(t+9)%16], at, at)
}

// round is a round, but for its word and constant, which h has already.
func round(f *arm.File, v vars) {
	choice, majority := temp+4, temp+5
	f.Vec("B16", "VMOV", v.e, choice) // e chooses between f and g
	f.Vec("B16", "VBSL", v.g, v.f, choice)
	f.Vec("B16", "VEOR", v.a, v.b, majority) // where a and b differ, c has the majority
	f.Vec("B16", "VBSL", v.b, v.c, majority)
	f.Vec("S4", "VADD", choice, v.h, v.h)
	sum(f, v.e, 6, 11, 25, v.h)
	f.Vec("S4", "VADD", v.h, v.d, v.d)
	f.Vec("S4", "VADD", majority, v.h, v.h)
	sum(f, v.a, 2, 13, 22, v.h)
}

// sum adds from, rotated right three times, to to.
func sum(f *arm.File, from arm.V, i, j, k int, to arm.V) {
	all, x := temp+6, temp+7
	f.Rotate(32-i, from, all)
	f.Rotate(32-j, from, x)
	f.Vec("B16", "VEOR", x, all, all)
	f.Rotate(32-k, from, x)
	f.Vec("B16", "VEOR", x, all, all)
	f.Vec("S4", "VADD", all, to, to)
}
