package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

// maxStreams is how many messages the SHA instructions hash side by side: all
// that the registers can hold.
const maxStreams = 5

// Scratch memory of one stream: the last four vectors of the message schedule,
// and the variables at the start of the block.
const (
	streamWords = 0
	streamABCD  = 64
	streamE     = 80
	streamSize  = 96
)

func shani() {
	reverse := simd.Words("reverse16", 0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203)
	for n := 1; n <= maxStreams; n++ {
		streams(n, reverse, false)
	}
	for n := 1; n <= maxStreams; n++ {
		streams(n, reverse, true)
	}
}

// stream is one message. The two e registers take turns: one holds e, the other
// takes the old abcd, of which the next e is made.
type stream struct {
	abcd    reg.VecPhysical
	e       [2]reg.VecPhysical
	data    reg.GPPhysical
	scratch Mem
}

func (s stream) word(i int) Mem { return s.scratch.Offset(streamWords + 16*(i%4)) }

// streams generates the kernel for n messages.
func streams(n int, reverse Mem, zeros bool) {
	if zeros {
		simd.Target(fmt.Sprintf("zerosNI%d", n), fmt.Sprintf("func(states *[%d][5]uint32, blocks int, scratch *[%d]byte)", maxStreams, maxStreams*streamSize+15),
			"zerosNI%d feeds blocks blocks of zeros, at least one, to the first %d states.", n, n)
	} else {
		simd.Target(fmt.Sprintf("blocksNI%d", n), fmt.Sprintf("func(states *[%d][5]uint32, lanes *[%d]*byte, blocks int, scratch *[%d]byte)", maxStreams, maxStreams, maxStreams*streamSize+15),
			"blocksNI%d feeds blocks blocks, at least one, of %d messages to the first states.", n, n)
	}
	states := Load(Param("states"), reg.RDI).(reg.GPPhysical)
	left := Load(Param("blocks"), reg.RDX).(reg.GPPhysical)
	scratch := Load(Param("scratch"), reg.RCX).(reg.GPPhysical)
	simd.Align(scratch, 16)
	pointers := []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11, reg.R12}
	all := make([]stream, n)
	for i := range all {
		all[i] = stream{
			abcd: simd.X[3*i], e: [2]reg.VecPhysical{simd.X[3*i+1], simd.X[3*i+2]},
			data: pointers[i], scratch: Mem{Base: scratch, Disp: i * streamSize},
		}
	}
	if !zeros {
		lanes := Load(Param("lanes"), reg.RSI).(reg.GPPhysical)
		for i, s := range all {
			MOVQ(Mem{Base: lanes, Disp: 8 * i}, s.data)
		}
	}
	word := simd.X[15]
	for i, s := range all {
		MOVOU(Mem{Base: states, Disp: 20 * i}, s.abcd)
		PSHUFD(Imm(0x1b), s.abcd, s.abcd)
		MOVD(Mem{Base: states, Disp: 20*i + 16}, s.e[0])
		PSLLDQ(Imm(12), s.e[0])
	}
	if zeros {
		PXOR(word, word)
	}
	Label("loop")
	for _, s := range all {
		MOVO(s.abcd, s.scratch.Offset(streamABCD))
		MOVO(s.e[0], s.scratch.Offset(streamE))
	}
	for i := range 20 {
		for _, s := range all {
			if !zeros {
				s.expand(i, word, reverse)
			}
			s.rounds(i, word)
		}
	}
	for _, s := range all {
		SHA1NEXTE(s.scratch.Offset(streamE), s.e[0])
		PADDD(s.scratch.Offset(streamABCD), s.abcd)
		if !zeros {
			ADDQ(Imm(64), s.data)
		}
	}
	DECQ(left)
	JNZ(LabelRef("loop"))
	for i, s := range all {
		PSHUFD(Imm(0x1b), s.abcd, s.abcd)
		MOVOU(s.abcd, Mem{Base: states, Disp: 20 * i})
		PSRLDQ(Imm(12), s.e[0])
		MOVD(s.e[0], Mem{Base: states, Disp: 20*i + 16})
	}
	RET()
}

// expand sets word to vector i of the message schedule, and keeps it for later.
func (s stream) expand(i int, word reg.VecPhysical, reverse Mem) {
	if i < 4 {
		MOVOU(Mem{Base: s.data, Disp: 16 * i}, word)
		PSHUFB(reverse, word)
	} else {
		MOVO(s.word(i), word)
		SHA1MSG1(s.word(i+1), word)
		PXOR(s.word(i+2), word)
		SHA1MSG2(s.word(i+3), word)
	}
	MOVO(word, s.word(i))
}

// rounds is rounds 4i to 4i+3.
func (s stream) rounds(i int, word reg.VecPhysical) {
	now, old := s.e[i%2], s.e[(i+1)%2]
	if i == 0 {
		PADDD(word, now)
	} else {
		SHA1NEXTE(word, now)
	}
	MOVO(s.abcd, old)
	SHA1RNDS4(Imm(uint64(i/5)), now, s.abcd)
}
