package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Load16 says how one block of each of sixteen messages becomes sixteen
// vectors: vector i has word i of all messages, in the byte order of the CPU.
type Load16 struct {
	Lanes    reg.GPPhysical     // points to the sixteen pointers to the messages
	Offset   reg.GPPhysical     // of the block in every message
	Pointers []reg.GPPhysical   // scratch
	Rows     [4]reg.VecPhysical // scratch
	Temp     reg.VecPhysical    // scratch
	Swap     Op                 // ByteSwap, in a register or in memory
	Prefetch int                // bytes ahead, or 0
	Store    func(word int, v reg.VecPhysical)
}

// mask of the 128-bit part p of a vector of words.
var parts = [4]reg.Register{nil, reg.K1, reg.K2, reg.K3}

// Masks sets the mask registers that Load16 needs, by way of scratch.
func Masks(scratch reg.GPPhysical) {
	for p := 1; p < 4; p++ {
		MOVL(U32(0xf<<(4*p)), scratch.As32())
		KMOVW(scratch.As32(), parts[p])
	}
}

// Instructions returns the instructions, one function each.
//
// Part p of row r gets four words of message 4p+r, by a broadcast under a mask:
// that needs no shuffle. Then the words of the four rows are transposed within
// each part.
func (l Load16) Instructions() []func() {
	var all []func()
	add := func(emit func()) { all = append(all, emit) }
	for quarter := range 4 {
		for r := range 4 {
			for p := range 4 {
				pointer := l.Pointers[p%len(l.Pointers)]
				from := Mem{Base: pointer, Index: l.Offset, Scale: 1, Disp: 16 * quarter}
				add(func() { MOVQ(Mem{Base: l.Lanes, Disp: 8 * (4*p + r)}, pointer) })
				if p == 0 {
					add(func() { VBROADCASTI32X4(from, l.Rows[r]) })
				} else {
					add(func() { VBROADCASTI32X4(from, parts[p], l.Rows[r]) })
				}
				if quarter == 0 && l.Prefetch > 0 {
					add(func() { PREFETCHT0(from.Offset(l.Prefetch)) })
				}
			}
			add(func() { VPSHUFB(l.Swap, l.Rows[r], l.Rows[r]) })
		}
		l.transpose(add, 4*quarter)
	}
	return all
}

func (l Load16) transpose(add func(func()), word int) {
	r, t := l.Rows, l.Temp
	add(func() { VPUNPCKLDQ(r[1], r[0], t) })
	add(func() { VPUNPCKHDQ(r[1], r[0], r[0]) })
	add(func() { VPUNPCKLDQ(r[3], r[2], r[1]) })
	add(func() { VPUNPCKHDQ(r[3], r[2], r[2]) })
	add(func() { VPUNPCKLQDQ(r[1], t, r[3]) })
	add(func() { VPUNPCKHQDQ(r[1], t, t) })
	add(func() { VPUNPCKLQDQ(r[2], r[0], r[1]) })
	add(func() { VPUNPCKHQDQ(r[2], r[0], r[0]) })
	add(func() { l.Store(word, r[3]) })
	add(func() { l.Store(word+1, t) })
	add(func() { l.Store(word+2, r[1]) })
	add(func() { l.Store(word+3, r[0]) })
}
