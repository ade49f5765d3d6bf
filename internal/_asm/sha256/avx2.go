package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/rounds"
	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

func avx2() {
	swap := simd.Words("byteSwap8", simd.Repeat(2, simd.ByteSwap...)...)
	var each []uint32
	for _, k := range rounds.SHA256() {
		each = append(each, simd.Repeat(8, k)...)
	}
	blocks8(swap, simd.Words("roundConstants8", each...))
}

// sigma8 sets t[0] to the parity of three rotations of x, or of two and of a
// shift. AVX2 has no rotations.
func sigma8(x reg.VecPhysical, t []reg.VecPhysical, first, second, third uint64, shift bool) {
	VPSRLD(Imm(first), x, t[0])
	VPSLLD(Imm(32-first), x, t[1])
	VPXOR(t[1], t[0], t[0])
	VPSRLD(Imm(second), x, t[1])
	VPSLLD(Imm(32-second), x, t[2])
	VPXOR(t[2], t[1], t[1])
	VPXOR(t[1], t[0], t[0])
	VPSRLD(Imm(third), x, t[1])
	if !shift {
		VPSLLD(Imm(32-third), x, t[2])
		VPXOR(t[2], t[1], t[1])
	}
	VPXOR(t[1], t[0], t[0])
}

// round8 is a round of eight messages. differ is b^c; the returned register has
// a^b, which is b^c in the next round. The other one becomes free.
func round8(v vars, differ, free reg.VecPhysical, t []reg.VecPhysical, k Mem, word Op) (reg.VecPhysical, reg.VecPhysical) {
	VPADDD(k, v.h, v.h)
	VPADDD(word, v.h, v.h)
	VPXOR(v.g, v.f, t[0])
	VPAND(v.e, t[0], t[0])
	VPXOR(v.g, t[0], t[0])
	VPADDD(t[0], v.h, v.h)
	sigma8(v.e, t, 6, 11, 25, false)
	VPADDD(t[0], v.h, v.h)
	VPADDD(v.h, v.d, v.d)
	VPXOR(v.b, v.a, free)
	VPAND(free, differ, differ)
	VPXOR(v.b, differ, differ)
	VPADDD(differ, v.h, v.h)
	sigma8(v.a, t, 2, 13, 22, false)
	VPADDD(t[0], v.h, v.h)
	return free, differ
}

// expand8 makes word i of the message schedule in the place of word i-16, and
// in to.
func expand8(i int, words func(int) Mem, to reg.VecPhysical, t []reg.VecPhysical) {
	VMOVDQA(words((i+1)%16), to)
	sigma8(to, t, 7, 18, 3, true)
	VPADDD(words(i%16), t[0], to)
	VPADDD(words((i+9)%16), to, to)
	VMOVDQA(words((i+14)%16), t[3])
	sigma8(t[3], t, 17, 19, 10, true)
	VPADDD(t[0], to, to)
	VMOVDQA(to, words(i%16))
}

// blocks8 generates the kernel for eight lanes.
func blocks8(swap, k Mem) {
	f := simd.Begin("blocks8", 8, 32)
	y := simd.Y
	v := vars{y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7]}
	differ, free, word, temps := y[8], y[9], y[10], y[11:15]
	f.Lanes.Swap, f.Lanes.Rows, f.Lanes.Temp, f.Lanes.Prefetch = swap, [4]reg.VecPhysical(temps), word, simd.Prefetch
	f.Enter(v.list())
	f.Loop(v.list())
	VPXOR(v.c, v.b, differ)
	for t := range 64 {
		at := Op(f.Word(t % 16))
		if t < 16 && t%4 == 0 {
			quarter := simd.Side{}
			quarter.Add(f.Lanes.Quarter(t / 4)...)
			quarter.All()
		}
		if t >= 16 {
			expand8(t, f.Word, word, temps)
			at = word
		}
		differ, free = round8(v, differ, free, temps, k.Offset(32*t), at)
		v = v.next()
	}
	ADDQ(Imm(64), f.Offset)
	f.Leave(v.list(), v.list(), differ)
}
