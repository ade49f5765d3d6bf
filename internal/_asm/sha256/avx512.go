package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

// Scratch memory of the kernel: the words of the next block, and the variables
// at the start of the block.
const (
	scratchWords = 0
	scratchSaved = 16 * 64
	scratchSize  = 24*64 + 63
)

// Truth tables for VPTERNLOGD.
const (
	choose   = U8(0xca)
	parity   = U8(0x96)
	majority = U8(0xe8)
)

func avx512() {
	swap := simd.Words("byteSwap16", simd.Repeat(4, simd.ByteSwap...)...)
	k := simd.Words("roundConstants", constants()...)
	blocks16(swap, k)
}

// sigma16 sets t[0] to the parity of three rotations of x, or of two and of a
// shift.
func sigma16(x reg.VecPhysical, t []reg.VecPhysical, first, second, third uint64, shift bool) {
	VPRORD(Imm(first), x, t[0])
	VPRORD(Imm(second), x, t[1])
	if shift {
		VPSRLD(Imm(third), x, t[2])
	} else {
		VPRORD(Imm(third), x, t[2])
	}
	VPTERNLOGD(parity, t[2], t[1], t[0])
}

// round16 is a round of sixteen messages. The new e is summed in an order of
// its own, which costs an addition, since each round waits for it: only two
// operations follow the newest e's sigma.
func round16(v vars, t []reg.VecPhysical, k Mem, word reg.VecPhysical) {
	VPADDD_BCST(k, v.h, v.h)
	VPADDD(word, v.h, v.h)
	sigma16(v.e, t, 6, 11, 25, false)
	VMOVDQA32(v.e, t[1])
	VPTERNLOGD(choose, v.g, v.f, t[1])
	VPADDD(t[1], v.h, v.h)
	VPADDD(v.h, v.d, v.d)
	VPADDD(t[0], v.d, v.d)
	VPADDD(t[0], v.h, v.h)
	VMOVDQA32(v.a, t[1])
	VPTERNLOGD(majority, v.c, v.b, t[1])
	VPADDD(t[1], v.h, v.h)
	sigma16(v.a, t, 2, 13, 22, false)
	VPADDD(t[0], v.h, v.h)
}

// expand16 makes word i of the message schedule in the place of word i-16.
func expand16(i int, w [16]reg.VecPhysical, t []reg.VecPhysical) {
	at := w[i%16]
	sigma16(w[(i+1)%16], t, 7, 18, 3, true)
	VPADDD(t[0], at, at)
	VPADDD(w[(i+9)%16], at, at)
	sigma16(w[(i+14)%16], t, 17, 19, 10, true)
	VPADDD(t[0], at, at)
}

// blocks16 hashes sixteen lanes. The next block is loaded and transposed into
// scratch memory while the current one is hashed; the last block is its own
// next one, so that nothing after it is read.
func blocks16(swap, k Mem) {
	simd.Target("blocks16", fmt.Sprintf("func(state *[8][16]uint32, lanes *[16]*byte, blocks int, scratch *[%d]byte)", scratchSize),
		"blocks16 feeds blocks blocks, at least one, of sixteen messages to their states.")
	state := Load(Param("state"), reg.RDI).(reg.GPPhysical)
	lanes := Load(Param("lanes"), reg.RSI).(reg.GPPhysical)
	last := Load(Param("blocks"), reg.RDX).(reg.GPPhysical)
	scratch := Load(Param("scratch"), reg.RCX).(reg.GPPhysical)
	offset, left := reg.RAX, reg.RBX
	simd.Align(scratch, 64)
	MOVQ(last, left)
	SHLQ(Imm(6), last)
	SUBQ(Imm(64), last)
	XORL(offset.As32(), offset.As32())

	z := simd.Z
	v := vars{z[0], z[1], z[2], z[3], z[4], z[5], z[6], z[7]}
	w := [16]reg.VecPhysical(z[8:24])
	temps := z[24:27]
	simd.Masks(reg.R8)
	for i, r := range v.list() {
		VMOVDQU32(Mem{Base: state, Disp: 64 * i}, r)
	}
	words := func(i int) Mem { return Mem{Base: scratch, Disp: scratchWords + 64*i} }
	saved := func(i int) Mem { return Mem{Base: scratch, Disp: scratchSaved + 64*i} }
	load := simd.Lanes{
		Table: lanes, Offset: offset, Pointers: []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11},
		Rows: [4]reg.VecPhysical(z[27:31]), Temp: z[31], Swap: swap, Prefetch: prefetch,
		Store: func(i int, r reg.VecPhysical) { VMOVDQA32(r, words(i)) },
	}
	first := simd.Side{}
	first.Add(load.Instructions()...)
	first.All()

	Label("loop")
	ADDQ(Imm(64), offset)
	CMPQ(offset, last)
	CMOVQHI(last, offset)
	for i, r := range v.list() {
		VMOVDQA32(r, saved(i))
	}
	next := simd.Side{}
	next.Add(load.Instructions()...)
	for t := range 64 {
		if t < 16 {
			VMOVDQA32(words(t), w[t])
		} else {
			expand16(t, w, temps)
		}
		round16(v, temps, k.Offset(4*t), w[t%16])
		v = v.next()
		next.Upto(t+1, 64)
	}
	for i, r := range v.list() {
		VPADDD(saved(i), r, r)
	}
	DECQ(left)
	JNZ(LabelRef("loop"))
	for i, r := range v.list() {
		VMOVDQU32(r, Mem{Base: state, Disp: 64 * i})
	}
	VZEROUPPER()
	RET()
}
