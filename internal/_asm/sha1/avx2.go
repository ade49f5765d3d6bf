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
	for _, k := range rounds.SHA1 {
		each = append(each, simd.Repeat(8, k)...)
	}
	k := simd.Words("roundConstants8", each...)
	eight(swap, k)
	zeros8(1, k)
	zeros8(2, k)
}

// rotate8 sets to to x rotated left by n, which AVX2 has no instruction for.
func rotate8(n uint64, x, to, temp reg.VecPhysical) {
	VPSRLD(Imm(32-n), x, temp)
	if n == 1 {
		VPADDD(x, x, to)
	} else {
		VPSLLD(Imm(n), x, to)
	}
	VPOR(temp, to, to)
}

// function8 sets to to the function of round t.
func function8(t int, v vars, to, temp reg.VecPhysical) {
	switch t / 20 {
	case 0: // choose
		VPXOR(v.d, v.c, to)
		VPAND(v.b, to, to)
		VPXOR(v.d, to, to)
	case 2: // majority
		VPOR(v.c, v.b, to)
		VPAND(v.d, to, to)
		VPAND(v.c, v.b, temp)
		VPOR(temp, to, to)
	default: // parity
		VPXOR(v.d, v.c, to)
		VPXOR(v.b, to, to)
	}
}

// round8 is round t of eight messages. word, unless nil, is the word of the
// message schedule.
func round8(t int, v vars, temps []reg.VecPhysical, k Mem, word Op) {
	VPADDD(k, v.e, v.e)
	if word != nil {
		VPADDD(word, v.e, v.e)
	}
	function8(t, v, temps[0], temps[1])
	VPADDD(temps[0], v.e, v.e)
	rotate8(30, v.b, v.free, temps[0])
	rotate8(5, v.a, temps[0], temps[1])
	VPADDD(temps[0], v.e, v.e)
}

// expand8 makes word t of the message schedule in the place of word t-16, and
// in to.
func expand8(t int, words func(int) Mem, to, temp reg.VecPhysical) {
	VMOVDQA(words((t+2)%16), temp)
	VPXOR(words(t%16), temp, temp)
	VPXOR(words((t+8)%16), temp, temp)
	VPXOR(words((t+13)%16), temp, to)
	rotate8(1, to, to, temp)
	VMOVDQA(to, words(t%16))
}

// eight generates the kernel for eight lanes.
func eight(swap, k Mem) {
	f := simd.Begin("blocks8", 5, 32)
	y := simd.Y
	v, temps := vars{y[0], y[1], y[2], y[3], y[4], y[5]}, y[6:9]
	f.Lanes.Swap, f.Lanes.Rows, f.Lanes.Temp, f.Lanes.Prefetch = swap, [4]reg.VecPhysical(y[9:13]), y[13], simd.Prefetch
	f.Enter(v.list())
	f.Loop(v.list())
	// The rounds of one quarter of the words run beside the load of the next one.
	quarters := make([]simd.Side, 5)
	for i := range 4 {
		quarters[i].Add(f.Lanes.Quarter(i)...)
	}
	quarters[0].All()
	for t := range 80 {
		constant := k.Offset(t / 20 * 32)
		if t < 16 {
			round8(t, v, temps, constant, f.Word(t))
			quarters[t/4+1].Upto(t%4+1, 4)
		} else {
			expand8(t, f.Word, temps[2], temps[1])
			round8(t, v, temps, constant, temps[2])
		}
		v = v.next()
	}
	ADDQ(Imm(64), f.Offset)
	f.Leave(v.list(), y[0:5], temps[0])
}
