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
	recent []reg.VecPhysical
	first  int // of its vectors in scratch memory
}

// Scratch memory, in vectors: the words of both halves, those of their next
// blocks, which change places after each block, the variables at the start of
// the block, and the stage for loading.
const (
	vectors32 = 2*2*16 + 2*5 + 16
	size32    = vectors32*64 + 63
)

func (h *half) word(base reg.GPPhysical, i int) Mem {
	return Mem{Base: base, Disp: 64 * (h.first + i%16)}
}

// round is round t with its word of the message schedule.
func (h *half) round(t int, k reg.VecPhysical, words reg.GPPhysical) {
	if t < 13 { // not among the last four when they are first needed
		round16(t, h.vars, h.temp, k, h.word(words, t))
		h.vars = h.next()
		return
	}
	at := h.recent[t%4]
	VMOVDQA32(h.word(words, t), at)
	if t >= 16 {
		VPXORD(h.word(words, t+2), at, at)
		VPTERNLOGD(functions[1], h.word(words, t+8), h.recent[(t+1)%4], at)
		VPROLD(Imm(1), at, at)
		if t+8 < 80 { // it is read again, eight rounds later at the earliest
			VMOVDQA32(at, h.word(words, t))
		}
	}
	round16(t, h.vars, h.temp, k, at)
	h.vars = h.next()
}

// pair is the kernel for both halves.
type pair struct {
	simd.Frame
	table, saved     reg.GPPhysical
	words, following reg.GPPhysical // change places
	halves           [2]*half
	home             []reg.VecPhysical
	swap             Mem
}

// blocks32 hashes thirty-two lanes, as two halves. A round of one half is a
// chain of operations that wait for each other; the other half fills the gaps.
func blocks32(swap, k Mem) {
	simd.Target("blocks32", fmt.Sprintf("func(state *[2][5][16]uint32, lanes *[32]*byte, blocks int, scratch *[%d]byte)", size32),
		"blocks32 feeds blocks blocks, at least one, of thirty-two messages to their states.")
	p := begin32(swap)
	first := p.load(p.words)
	first.All()

	p.Loop(p.home)
	p.Advance()
	next, kNow := p.load(p.following), simd.Z[22]
	for t := range 80 {
		if t%20 == 0 {
			VPBROADCASTD(k.Offset(t/20*4), kNow)
		}
		for i, h := range p.halves {
			h.round(t, kNow, p.words)
			next.Upto(2*t+i+1, 160)
		}
	}
	p.Leave(p.list(), p.home, simd.Z[28], func() { XCHGQ(p.words, p.following) })
}

// begin32 sets up registers.
func begin32(swap Mem) pair {
	z := simd.Z
	p := pair{
		Frame: simd.Frame{State: reg.RDI, Last: reg.RDX, Offset: reg.RAX, Left: reg.RBX, Width: 64},
		table: reg.RSI, saved: reg.R13, words: reg.RCX, following: reg.R12,
		halves: [2]*half{
			{vars: vars{z[0], z[1], z[2], z[3], z[4], z[5]}, temp: z[12], recent: z[13:17]},
			{vars: vars{z[6], z[7], z[8], z[9], z[10], z[11]}, temp: z[17], recent: z[18:22], first: 16},
		},
		swap: swap,
	}
	p.Saved = func(i int) Op { return Mem{Base: p.saved, Disp: 64 * i} }
	p.home = p.list()
	Load(Param("state"), p.State)
	Load(Param("lanes"), p.table)
	Load(Param("blocks"), p.Left)
	Load(Param("scratch"), p.words)
	simd.Align(p.words, 64)
	LEAQ(Mem{Base: p.words, Disp: 32 * 64}, p.following)
	LEAQ(Mem{Base: p.words, Disp: 64 * 64}, p.saved)
	MOVQ(p.Left, p.Last)
	SHLQ(Imm(6), p.Last)
	SUBQ(Imm(64), p.Last)
	XORL(p.Offset.As32(), p.Offset.As32())
	simd.Masks(reg.R8)
	p.Enter(p.home)
	return p
}

// list returns the registers of all working variables.
func (p pair) list() []reg.VecPhysical {
	return append(p.halves[0].list(), p.halves[1].list()...)
}

// load brings the block at the offset to memory.
func (p pair) load(to reg.GPPhysical) simd.Side {
	var side simd.Side
	for i, h := range p.halves {
		side.Add(simd.Lanes{
			Table: p.table, First: 16 * i, Offset: p.Offset,
			Pointers: []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11},
			Rows:     [4]reg.VecPhysical(simd.Z[23:27]), Temp: simd.Z[27], Swap: p.swap, Prefetch: simd.Prefetch,
			Stage: Mem{Base: p.saved, Disp: 2 * 5 * 64},
			Store: func(i int, r reg.VecPhysical) { VMOVDQA32(r, h.word(to, i)) },
		}.Instructions()...)
	}
	return side
}
