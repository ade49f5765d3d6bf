package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

// maxStreams is how many messages the SHA instructions hash side by side: all
// that the registers can hold. One alone is the business of the standard library.
const maxStreams = 5

func shani() {
	reverse := simd.Words("reverse16", 0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203)
	for n := 2; n <= maxStreams; n++ {
		streams(n, reverse, false)
	}
	for n := 2; n <= maxStreams; n++ {
		streams(n, reverse, true)
	}
}

// stream is one message. The two e registers take turns: one holds e, the other
// takes the old abcd, of which the next e is made.
type stream struct {
	simd.Stream
	abcd reg.VecPhysical
	e    [2]reg.VecPhysical
}

// word is the register for vectors of the message schedule that are kept in
// memory.
var word = simd.X[0]

// makeStreams gives every stream its registers, and what remains of them.
func makeStreams(n int, scratch reg.GPPhysical) []stream {
	all := make([]stream, n)
	free := simd.X[1:]
	for i, s := range simd.Streams(n, scratch, free[3*n:]) {
		all[i] = stream{Stream: s, abcd: free[3*i], e: [2]reg.VecPhysical(free[3*i+1 : 3*i+3])}
	}
	return all
}

// streams generates the kernel for n messages.
func streams(n int, reverse Mem, zeros bool) {
	size := maxStreams*simd.StreamSize + 15
	if zeros {
		simd.Target(fmt.Sprintf("zerosNI%d", n), fmt.Sprintf("func(states *[%d][5]uint32, blocks int, scratch *[%d]byte)", maxStreams, size),
			"zerosNI%d feeds blocks blocks of zeros, at least one, to the first states.", n)
	} else {
		simd.Target(fmt.Sprintf("blocksNI%d", n), fmt.Sprintf("func(states *[%d][5]uint32, lanes *[%d]*byte, blocks int, scratch *[%d]byte)", maxStreams, maxStreams, size),
			"blocksNI%d feeds blocks blocks, at least one, of %d messages to the first states.", n, n)
		Load(Param("lanes"), reg.RSI)
	}
	states := Load(Param("states"), reg.RDI).(reg.GPPhysical)
	left := Load(Param("blocks"), reg.RDX).(reg.GPPhysical)
	scratch := Load(Param("scratch"), reg.RCX).(reg.GPPhysical)
	simd.Align(scratch, 16)
	all := makeStreams(n, scratch)
	for i, s := range all {
		if !zeros {
			MOVQ(Mem{Base: reg.RSI, Disp: 8 * i}, s.Data)
		}
		s.load(Mem{Base: states, Disp: 20 * i})
	}
	PXOR(word, word)
	Label("loop")
	for _, s := range all {
		MOVO(s.abcd, s.Saved[0])
		MOVO(s.e[0], s.Saved[1])
	}
	for i := range 20 {
		for _, s := range all {
			if zeros {
				s.rounds(i, word)
			} else {
				s.rounds(i, s.expand(i, reverse))
			}
		}
	}
	for _, s := range all {
		SHA1NEXTE(s.Saved[1], s.e[0])
		PADDD(s.Saved[0], s.abcd)
		if !zeros {
			ADDQ(Imm(64), s.Data)
		}
	}
	DECQ(left)
	JNZ(LabelRef("loop"))
	for i, s := range all {
		s.store(Mem{Base: states, Disp: 20 * i})
	}
	RET()
}

// load brings a state into the order that the round instruction wants.
func (s stream) load(state Mem) {
	MOVOU(state, s.abcd)
	PSHUFD(Imm(0x1b), s.abcd, s.abcd)
	MOVD(state.Offset(16), s.e[0])
	PSLLDQ(Imm(12), s.e[0])
}

func (s stream) store(state Mem) {
	PSHUFD(Imm(0x1b), s.abcd, s.abcd)
	MOVOU(s.abcd, state)
	PSRLDQ(Imm(12), s.e[0])
	MOVD(s.e[0], state.Offset(16))
}

// expand makes vector i of the message schedule, and returns its register.
func (s stream) expand(i int, reverse Mem) reg.VecPhysical {
	at, inRegister := s.Words[i%4].(reg.VecPhysical)
	if !inRegister {
		at = word
	}
	if i < 4 {
		MOVOU(Mem{Base: s.Data, Disp: 16 * i}, at)
		PSHUFB(reverse, at)
	} else {
		if !inRegister {
			MOVO(s.Words[i%4], at)
		}
		SHA1MSG1(s.Words[(i+1)%4], at)
		PXOR(s.Words[(i+2)%4], at)
		SHA1MSG2(s.Words[(i+3)%4], at)
	}
	if !inRegister {
		MOVO(at, s.Words[i%4])
	}
	return at
}

// rounds is rounds 4i to 4i+3, with their vector of the message schedule.
func (s stream) rounds(i int, words reg.VecPhysical) {
	now, old := s.e[i%2], s.e[(i+1)%2]
	if i == 0 {
		PADDD(words, now)
	} else {
		SHA1NEXTE(words, now)
	}
	MOVO(s.abcd, old)
	SHA1RNDS4(Imm(uint64(i/5)), now, s.abcd)
}
