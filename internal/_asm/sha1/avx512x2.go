package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

// half is sixteen of thirty-two messages. The message schedule is in memory,
// but for its last four words, since the registers hold one schedule only.
type half struct {
	vars
	temp   reg.VecPhysical
	other  reg.VecPhysical
	recent []reg.VecPhysical
	first  int // of its vectors in scratch memory
}

// Scratch memory, in vectors: the words of both halves, those of their next
// blocks, which change places after each block, and the variables at the start
// of the block.
const (
	vectors32 = 2*2*16 + 2*5 + 16
	size32    = vectors32*64 + 63
)

func (h *half) word(base reg.GPPhysical, i int) Mem {
	return Mem{Base: base, Disp: 64 * (h.first + i%16)}
}

// round is round t with its word of the message schedule.
func (h *half) round(t int, k reg.VecPhysical, words reg.GPPhysical) {
	at := h.recent[t%4]
	VMOVDQA32(h.word(words, t), at)
	if t >= 16 {
		VMOVDQA32(h.word(words, t+8), h.other)
		VPTERNLOGD(functions[1], h.word(words, t+2), h.other, at)
		VPXORD(h.recent[(t+1)%4], at, at)
		VPROLD(Imm(1), at, at)
		if t < 77 {
			VMOVDQA32(at, h.word(words, t))
		}
	}
	round16(t, h.vars, h.temp, k, at)
	h.vars = h.next()
}

// blocks32 hashes thirty-two lanes, as two halves. A round of one half is a
// chain of operations that wait for each other; the other half fills the gaps.
func blocks32(swap, k Mem) {
	simd.Target("blocks32", fmt.Sprintf("func(state *[2][5][16]uint32, lanes *[32]*byte, blocks int, scratch *[%d]byte)", size32),
		"blocks32 feeds blocks blocks, at least one, of thirty-two messages to their states.")
	state, table, last, words := reg.RDI, reg.RSI, reg.RDX, reg.RCX
	offset, left, following, saved := reg.RAX, reg.RBX, reg.R12, reg.R13
	Load(Param("state"), state)
	Load(Param("lanes"), table)
	Load(Param("blocks"), left)
	Load(Param("scratch"), words)
	simd.Align(words, 64)
	LEAQ(Mem{Base: words, Disp: 32 * 64}, following)
	LEAQ(Mem{Base: words, Disp: 64 * 64}, saved)
	MOVQ(left, last)
	SHLQ(Imm(6), last)
	SUBQ(Imm(64), last)
	XORL(offset.As32(), offset.As32())
	simd.Masks(reg.R8)

	z := simd.Z
	halves := [2]*half{
		{vars: vars{z[0], z[1], z[2], z[3], z[4], z[5]}, temp: z[12], other: z[13], recent: z[14:18]},
		{vars: vars{z[6], z[7], z[8], z[9], z[10], z[11]}, temp: z[18], other: z[19], recent: z[20:24], first: 16},
	}
	home := append(halves[0].list(), halves[1].list()...)
	kNow := z[24]
	load := func(to reg.GPPhysical) []func() {
		var all []func()
		for i, h := range halves {
			all = append(all, simd.Lanes{
				Table: table, First: 16 * i, Offset: offset,
				Pointers: []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11},
				Rows:     [4]reg.VecPhysical(z[25:29]), Temp: z[29], Swap: swap, Prefetch: prefetch,
				Stage: Mem{Base: saved, Disp: 2 * 5 * 64},
				Store: func(i int, r reg.VecPhysical) { VMOVDQA32(r, h.word(to, i)) },
			}.Instructions()...)
		}
		return all
	}
	for i, r := range home {
		VMOVDQU32(Mem{Base: state, Disp: 64 * i}, r)
	}
	first := simd.Side{}
	first.Add(load(words)...)
	first.All()

	Label("loop")
	for i, r := range home {
		VMOVDQA32(r, Mem{Base: saved, Disp: 64 * i})
	}
	ADDQ(Imm(64), offset)
	CMPQ(offset, last)
	CMOVQHI(last, offset)
	next := simd.Side{}
	next.Add(load(following)...)
	for t := range 80 {
		if t%20 == 0 {
			VPBROADCASTD(k.Offset(t/20*4), kNow)
		}
		for i, h := range halves {
			h.round(t, kNow, words)
			next.Upto(2*t+i+1, 160)
		}
	}
	now := append(halves[0].list(), halves[1].list()...)
	for i, r := range now {
		VPADDD(Mem{Base: saved, Disp: 64 * i}, r, r)
	}
	simd.Permute(now, home, z[30], func(from, to reg.VecPhysical) { VMOVDQA32(from, to) })
	XCHGQ(words, following)
	DECQ(left)
	JNZ(LabelRef("loop"))
	for i, r := range home {
		VMOVDQU32(r, Mem{Base: state, Disp: 64 * i})
	}
	VZEROUPPER()
	RET()
}
