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
	First    int                // index of the first of them
	Offset   reg.GPPhysical     // of the block in every message
	Pointers []reg.GPPhysical   // scratch
	Rows     [4]reg.VecPhysical // scratch
	Temp     reg.VecPhysical    // scratch
	Swap     Op                 // ByteSwap, in a register or in memory
	Prefetch int                // bytes ahead, or 0
	Store    func(word int, v reg.VecPhysical)
	// Stage, unless it has no base, is memory for one block of each message. Each
	// is copied there by one load, so that its cache line is touched once only:
	// messages a power of two apart share the few ways of a set of the cache, and
	// a line may be gone when the second quarter is loaded.
	Stage Mem
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
	all := l.stage()
	for quarter := range 4 {
		all = append(all, l.Quarter(quarter)...)
	}
	return all
}

// stage copies the blocks to the stage.
func (l Lanes) stage() []func() {
	var all []func()
	if l.Stage.Base == nil {
		return nil
	}
	for i := range 16 {
		pointer := l.Pointers[i%len(l.Pointers)]
		from := Mem{Base: pointer, Index: l.Offset, Scale: 1}
		all = append(all,
			func() { MOVQ(Mem{Base: l.Table, Disp: 8 * (l.First + i)}, pointer) },
			func() { VMOVDQU32(from, l.Temp) },
			func() { VMOVDQA32(l.Temp, l.Stage.Offset(64*i)) })
		if l.Prefetch > 0 {
			all = append(all, func() { PREFETCHT0(from.Offset(l.Prefetch)) })
		}
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
			if l.Stage.Base != nil {
				add(func() { loadPart(p, l.Stage.Offset(64*(4*p+r)+16*quarter), row) })
				continue
			}
			pointer := l.Pointers[p%len(l.Pointers)]
			from := Mem{Base: pointer, Index: l.Offset, Scale: 1, Disp: 16 * quarter}
			add(func() { MOVQ(Mem{Base: l.Table, Disp: 8 * (l.First + 4*p + r)}, pointer) })
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
