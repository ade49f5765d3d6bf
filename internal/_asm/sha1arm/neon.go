package main

import (
	"fmt"

	"github.com/torrentkit/torrentkit/internal/_asm/arm"
	"github.com/torrentkit/torrentkit/internal/_asm/rounds"
)

// Registers of the NEON kernels. The message schedule is sixteen of them.
const (
	words     = arm.V(0)
	variables = arm.V(16)
	saved     = arm.V(21)
	constant  = arm.V(26)
	temp      = arm.V(27)
)

func neon(f *arm.File) {
	lanes(f, false)
	lanes(f, true)
}

// vars are the registers of the five working variables, and one that is free.
type vars struct{ a, b, c, d, e, free arm.V }

// next renames the variables after a round, which has set e to the new a and free
// to the rotated b.
func (v vars) next() vars { return vars{v.e, v.a, v.free, v.c, v.d, v.b} }

func (v vars) list() []arm.V { return []arm.V{v.a, v.b, v.c, v.d, v.e} }

// lanes generates the kernel for four messages.
func lanes(f *arm.File, zeros bool) {
	name := "blocksNEON"
	if zeros {
		name = "zerosNEON"
	}
	f.Kernel(name, "State", arm.Lanes, 0, zeros)
	for i, constant := range rounds.SHA1 {
		f.Op("MOVD", fmt.Sprintf("$%#08x", constant), fmt.Sprintf("R%d", arm.Free+i))
	}
	home := vars{variables, variables + 1, variables + 2, variables + 3, variables + 4, temp}
	f.Gather(home.list())
	for i, r := range home.list() {
		f.Vec("B16", "VMOV", r, saved+arm.V(i))
	}
	f.Loop()
	var w [16]arm.V
	if !zeros {
		w = f.LoadBlocks(words, [4]arm.V{temp, temp + 1, temp + 2, temp + 3})
	}
	v := home
	for t := range 80 {
		if t%20 == 0 {
			f.Op("VDUP", fmt.Sprintf("R%d", arm.Free+t/20), constant.String()+".S4")
		}
		if zeros {
			f.Vec("S4", "VADD", constant, v.e, v.e)
		} else {
			if t >= 16 {
				expand(f, t, w)
			}
			f.Vec("S4", "VADD", w[t%16], v.e, v.e)
			f.Vec("S4", "VADD", constant, v.e, v.e)
		}
		round(f, t, v)
		v = v.next()
	}
	// 80 is no multiple of six: the variables are not at home.
	for i, r := range v.list() {
		f.Vec("S4", "VADD", saved+arm.V(i), r, saved+arm.V(i))
	}
	for i, r := range home.list() {
		f.Vec("B16", "VMOV", saved+arm.V(i), r)
	}
	f.Next()
	f.Scatter(home.list())
	f.Return()
}

// expand sets the register of word t-16 to word t.
func expand(f *arm.File, t int, w [16]arm.V) {
	at, x := w[t%16], temp+1
	f.Vec("B16", "VEOR", w[(t+2)%16], at, at)
	f.Vec("B16", "VEOR", w[(t+8)%16], w[(t+13)%16], x)
	f.Vec("B16", "VEOR", at, x, x)
	f.Vec("S4", "VADD", x, x, at)
	f.Vec("S4", "VSRI", "$31", x, at)
}

// round is round t, but for its word and constant, which e has already.
func round(f *arm.File, t int, v vars) {
	choice, rotated := temp+2, temp+3
	switch t / 20 {
	case 0: // b chooses between c and d
		f.Vec("B16", "VMOV", v.b, choice)
		f.Vec("B16", "VBSL", v.d, v.c, choice)
	case 2: // where b and c differ, d has the majority
		f.Vec("B16", "VEOR", v.b, v.c, choice)
		f.Vec("B16", "VBSL", v.c, v.d, choice)
	default:
		f.Vec("B16", "VEOR", v.b, v.c, choice)
		f.Vec("B16", "VEOR", v.d, choice, choice)
	}
	f.Rotate(5, v.a, rotated)
	f.Rotate(30, v.b, v.free)
	f.Vec("S4", "VADD", choice, v.e, v.e)
	f.Vec("S4", "VADD", rotated, v.e, v.e)
}
