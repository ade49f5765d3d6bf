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
	scratchSize  = 21*64 + 63
)

var zmm = simd.Z

func avx512() {
	swap := simd.Words("byteSwap16", simd.Repeat(4, simd.ByteSwap...)...)
	k := simd.Words("roundConstants", constants[:]...)
	blocks16(swap, k)
	zeros16(k)
}

// round16 is round t of sixteen messages. word, unless nil, is the word of the
// message schedule. What depends on the newest variable, v.a, comes last.
func round16(t int, v vars, temp, k reg.VecPhysical, word Op) {
	VPADDD(k, v.e, v.e)
	if word != nil {
		VPADDD(word, v.e, v.e)
	}
	VPROLD(Imm(30), v.b, v.free)
	VPTERNLOGD(functions[t/20], v.d, v.c, v.b)
	VPROLD(Imm(5), v.a, temp)
	VPADDD(v.b, v.e, v.e)
	VPADDD(temp, v.e, v.e)
}

// expand16 makes word t of the message schedule in the place of word t-16.
func expand16(t int, w [16]reg.VecPhysical) {
	at := w[t%16]
	VPTERNLOGD(U8(0x96), w[(t+8)%16], w[(t+2)%16], at)
	VPXORD(w[(t+13)%16], at, at)
	VPROLD(Imm(1), at, at)
}

// blocks16 hashes sixteen lanes. The next block is loaded and transposed into
// scratch memory while the current one is hashed; the last block is its own
// next one, so that nothing after it is read.
func blocks16(swap, k Mem) {
	simd.Target("blocks16", fmt.Sprintf("func(state *[5][16]uint32, lanes *[16]*byte, blocks int, scratch *[%d]byte)", scratchSize),
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

	v := vars{zmm[0], zmm[1], zmm[2], zmm[3], zmm[4], zmm[5]}
	w := [16]reg.VecPhysical(zmm[6:22])
	temp, kNow, swapNow := zmm[22], zmm[23], zmm[24]
	simd.Masks(reg.R8)
	VMOVDQU32(swap, swapNow)
	for i, r := range v.list() {
		VMOVDQU32(Mem{Base: state, Disp: 64 * i}, r)
	}
	words := func(i int) Mem { return Mem{Base: scratch, Disp: scratchWords + 64*i} }
	saved := func(i int) Mem { return Mem{Base: scratch, Disp: scratchSaved + 64*i} }
	load := simd.Lanes{
		Table: lanes, Offset: offset, Pointers: []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11},
		Rows: [4]reg.VecPhysical(zmm[25:29]), Temp: zmm[29], Swap: swapNow, Prefetch: prefetch,
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
	for t := range 80 {
		if t%20 == 0 {
			VPBROADCASTD(k.Offset(t/20*4), kNow)
		}
		if t < 16 {
			VMOVDQA32(words(t), w[t])
		} else {
			expand16(t, w)
		}
		round16(t, v, temp, kNow, w[t%16])
		v = v.next()
		next.Upto(t+1, 80)
	}
	settle(v, saved, temp, zmm[0:5])
	DECQ(left)
	JNZ(LabelRef("loop"))
	for i, r := range zmm[0:5] {
		VMOVDQU32(r, Mem{Base: state, Disp: 64 * i})
	}
	VZEROUPPER()
	RET()
}

// settle adds the saved variables to v and moves the sums to home.
func settle(v vars, saved func(int) Mem, temp reg.VecPhysical, home []reg.VecPhysical) {
	from := v.list()
	for i, r := range from {
		VPADDD(saved(i), r, r)
	}
	simd.Permute(from[:], home, temp, func(from, to reg.VecPhysical) { VMOVDQA32(from, to) })
}

// zeros16 hashes zero blocks: all words of their message schedule are zero.
func zeros16(k Mem) {
	simd.Target("zeros16", "func(state *[5][16]uint32, blocks int)",
		"zeros16 feeds blocks blocks of zeros, at least one, to the states of sixteen messages.")
	state := Load(Param("state"), reg.RDI).(reg.GPPhysical)
	left := Load(Param("blocks"), reg.RDX).(reg.GPPhysical)
	v := vars{zmm[0], zmm[1], zmm[2], zmm[3], zmm[4], zmm[5]}
	temp, ks, saved := zmm[6], zmm[7:11], zmm[11:16]
	for i, r := range ks {
		VPBROADCASTD(k.Offset(4*i), r)
	}
	for i, r := range v.list() {
		VMOVDQU32(Mem{Base: state, Disp: 64 * i}, r)
	}
	Label("loop")
	for i, r := range v.list() {
		VMOVDQA32(r, saved[i])
	}
	for t := range 80 {
		round16(t, v, temp, ks[t/20], nil)
		v = v.next()
	}
	from := v.list()
	for i, r := range from {
		VPADDD(saved[i], r, r)
	}
	simd.Permute(from[:], zmm[0:5], temp, func(from, to reg.VecPhysical) { VMOVDQA32(from, to) })
	DECQ(left)
	JNZ(LabelRef("loop"))
	for i, r := range zmm[0:5] {
		VMOVDQU32(r, Mem{Base: state, Disp: 64 * i})
	}
	VZEROUPPER()
	RET()
}
