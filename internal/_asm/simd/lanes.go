package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Lanes says how one block of each of several messages becomes sixteen vectors:
// vector i has word i of all messages, in the byte order of the CPU. There are
// as many messages as a row has words: 16 with AVX-512, 8 with AVX2.
type Lanes struct {
	Table    reg.GPPhysical     // points to the pointers to the messages
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

// Masks sets the mask registers that Lanes of sixteen messages needs, by way
// of scratch.
func Masks(scratch reg.GPPhysical) {
	for p := 1; p < 4; p++ {
		MOVL(U32(0xf<<(4*p)), scratch.As32())
		KMOVW(scratch.As32(), parts[p])
	}
}

// Instructions returns the instructions, one function each.
func (l Lanes) Instructions() []func() {
	var all []func()
	for quarter := range 4 {
		all = append(all, l.Quarter(quarter)...)
	}
	return all
}

// Quarter returns the instructions for words 4*quarter to 4*quarter+3.
//
// Part p of row r gets four words of message 4p+r. Then the words of the four
// rows are transposed within each part.
func (l Lanes) Quarter(quarter int) []func() {
	var all []func()
	add := func(emit func()) { all = append(all, emit) }
	for r, row := range l.Rows {
		for p := range int(row.Size()) / 16 {
			pointer := l.Pointers[p%len(l.Pointers)]
			from := Mem{Base: pointer, Index: l.Offset, Scale: 1, Disp: 16 * quarter}
			add(func() { MOVQ(Mem{Base: l.Table, Disp: 8 * (4*p + r)}, pointer) })
			add(func() { loadPart(p, from, row) })
			if quarter == 0 && l.Prefetch > 0 {
				add(func() { PREFETCHT0(from.Offset(l.Prefetch)) })
			}
		}
		add(func() { VPSHUFB(l.Swap, row, row) })
	}
	l.transpose(add, 4*quarter)
	return all
}

// loadPart loads 128-bit part p of row, and leaves the parts before it. In a
// row of AVX-512, that is a broadcast under a mask, which needs no shuffle.
func loadPart(p int, from Mem, row reg.VecPhysical) {
	switch {
	case row.Size() == 32 && p == 0:
		VMOVDQU(from, row.AsX())
	case row.Size() == 32:
		VINSERTI128(Imm(1), from, row, row)
	case p == 0:
		VBROADCASTI32X4(from, row)
	default:
		VBROADCASTI32X4(from, parts[p], row)
	}
}

func (l Lanes) transpose(add func(func()), word int) {
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
