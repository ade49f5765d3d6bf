package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/rounds"
	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

// Truth tables of choose, parity and majority for VPTERNLOGD, by quarter.
var functions = [4]U8{0xca, 0x96, 0xe8, 0x96}

func avx512() {
	swap := simd.Words("byteSwap16", simd.Repeat(4, simd.ByteSwap...)...)
	k := simd.Words("roundConstants", rounds.SHA1[:]...)
	blocks16(swap, k)
	blocks32(swap, k)
	zeros16(1, k)
	zeros16(2, k)
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
func expand16(t int, w []reg.VecPhysical) {
	at := w[t%16]
	VPTERNLOGD(U8(0x96), w[(t+8)%16], w[(t+2)%16], at)
	VPXORD(w[(t+13)%16], at, at)
	VPROLD(Imm(1), at, at)
}

// blocks16 hashes sixteen lanes. The next block is loaded and transposed into
// scratch memory while the current one is hashed.
func blocks16(swap, k Mem) {
	f := simd.Begin("blocks16", 5, 64)
	z := simd.Z
	v := vars{z[0], z[1], z[2], z[3], z[4], z[5]}
	w, temp, kNow := z[6:22], z[22], z[23]
	f.Lanes.Swap, f.Lanes.Rows, f.Lanes.Temp, f.Lanes.Prefetch = z[24], [4]reg.VecPhysical(z[25:29]), z[29], simd.Prefetch
	simd.Masks(reg.R8)
	VMOVDQU32(swap, f.Lanes.Swap)
	f.Enter(v.list())
	first := simd.Side{}
	first.Add(f.Lanes.Instructions()...)
	first.All()

	f.Loop(v.list())
	f.Advance()
	next := simd.Side{}
	next.Add(f.Lanes.Instructions()...)
	for t := range 80 {
		if t%20 == 0 {
			VPBROADCASTD(k.Offset(t/20*4), kNow)
		}
		if t < 16 {
			f.Move(f.Word(t), w[t])
		} else {
			expand16(t, w)
		}
		round16(t, v, temp, kNow, w[t%16])
		v = v.next()
		next.Upto(t+1, 80)
	}
	f.Leave(v.list(), z[0:5], temp)
}
