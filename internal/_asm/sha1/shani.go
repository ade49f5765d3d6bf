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

// Scratch memory of one stream: the last four vectors of the message schedule,
// where they are not in registers, and the variables at the start of the block.
const (
	streamWords = 0
	streamSaved = 64
	streamSize  = 96
)

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
	abcd  reg.VecPhysical
	e     [2]reg.VecPhysical
	words [4]Op // last vectors of the message schedule
	saved [2]Mem
	data  reg.GPPhysical
}

// word is the register for vectors of the message schedule that are kept in
// memory.
var word = simd.X[0]

// makeStreams gives every stream its registers. Those that remain hold vectors
// of the message schedule, which saves the way through memory.
func makeStreams(n int, scratch reg.GPPhysical) []stream {
	pointers := []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11, reg.R12}
	all := make([]stream, n)
	free := simd.X[1:]
	for i := range all {
		memory := Mem{Base: scratch, Disp: i * streamSize}
		all[i] = stream{
			abcd: free[0], e: [2]reg.VecPhysical(free[1:3]), data: pointers[i],
			saved: [2]Mem{memory.Offset(streamSaved), memory.Offset(streamSaved + 16)},
		}
		free = free[3:]
		for j := range all[i].words {
			all[i].words[j] = memory.Offset(streamWords + 16*j)
		}
	}
	for j := range 4 {
		for i := range all {
			if len(free) > 0 {
				all[i].words[j], free = free[0], free[1:]
			}
		}
	}
	return all
}

// streams generates the kernel for n messages.
func streams(n int, reverse Mem, zeros bool) {
	size := maxStreams*streamSize + 15
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
			MOVQ(Mem{Base: reg.RSI, Disp: 8 * i}, s.data)
		}
		s.load(Mem{Base: states, Disp: 20 * i})
	}
	PXOR(word, word)
	Label("loop")
	for _, s := range all {
		MOVO(s.abcd, s.saved[0])
		MOVO(s.e[0], s.saved[1])
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
		SHA1NEXTE(s.saved[1], s.e[0])
		PADDD(s.saved[0], s.abcd)
		if !zeros {
			ADDQ(Imm(64), s.data)
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
	at, inRegister := s.words[i%4].(reg.VecPhysical)
	if !inRegister {
		at = word
	}
	if i < 4 {
		MOVOU(Mem{Base: s.data, Disp: 16 * i}, at)
		PSHUFB(reverse, at)
	} else {
		if !inRegister {
			MOVO(s.words[i%4], at)
		}
		SHA1MSG1(s.words[(i+1)%4], at)
		PXOR(s.words[(i+2)%4], at)
		SHA1MSG2(s.words[(i+3)%4], at)
	}
	if !inRegister {
		MOVO(at, s.words[i%4])
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
