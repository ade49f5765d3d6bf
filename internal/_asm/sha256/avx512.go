package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/rounds"
	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

// Truth tables for VPTERNLOGD.
const (
	choose   = U8(0xca)
	parity   = U8(0x96)
	majority = U8(0xe8)
)

func avx512() {
	swap := simd.Words("byteSwap16", simd.Repeat(4, simd.ByteSwap...)...)
	k := simd.Words("roundConstants", rounds.SHA256()...)
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
func expand16(i int, w, t []reg.VecPhysical) {
	at := w[i%16]
	sigma16(w[(i+1)%16], t, 7, 18, 3, true)
	VPADDD(t[0], at, at)
	VPADDD(w[(i+9)%16], at, at)
	sigma16(w[(i+14)%16], t, 17, 19, 10, true)
	VPADDD(t[0], at, at)
}

// blocks16 hashes sixteen lanes. The next block is loaded and transposed into
// scratch memory while the current one is hashed.
func blocks16(swap, k Mem) {
	f := simd.Begin("blocks16", 8, 64)
	z := simd.Z
	v := vars{z[0], z[1], z[2], z[3], z[4], z[5], z[6], z[7]}
	w, temps := z[8:24], z[24:27]
	f.Lanes.Swap, f.Lanes.Rows, f.Lanes.Temp, f.Lanes.Prefetch = swap, [4]reg.VecPhysical(z[27:31]), z[31], simd.Prefetch
	simd.Masks(reg.R8)
	f.Enter(v.list())
	first := simd.Side{}
	first.Add(f.Lanes.Instructions()...)
	first.All()

	f.Loop(v.list())
	f.Advance()
	next := simd.Side{}
	next.Add(f.Lanes.Instructions()...)
	for t := range 64 {
		if t < 16 {
			f.Move(f.Word(t), w[t])
		} else {
			expand16(t, w, temps)
		}
		round16(v, temps, k.Offset(4*t), w[t%16])
		v = v.next()
		next.Upto(t+1, 64)
	}
	f.Leave(v.list(), v.list(), temps[0])
}
