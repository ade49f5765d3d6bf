package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

// maxStreams is how many messages the SHA instructions hash side by side.
// One alone is the business of the standard library.
const maxStreams = 4

// Scratch memory of one stream: the last four vectors of the message schedule,
// where they are not in registers, and the variables at the start of the block.
const (
	streamWords = 0
	streamSaved = 64
	streamSize  = 96
)

func shani() {
	swap := simd.Words("byteSwap4", simd.ByteSwap...)
	k := simd.Words("roundConstants", constants()...)
	for n := 2; n <= maxStreams; n++ {
		streams(n, swap, k)
	}
}

// stream is one message.
type stream struct {
	abef, cdgh reg.VecPhysical
	words      [4]Op // last vectors of the message schedule
	saved      [2]Mem
	data       reg.GPPhysical
}

// wordK is the register from which the round instruction takes words and
// constants, by its definition; shifted is scratch.
var wordK, shifted = simd.X[0], simd.X[1]

// makeStreams gives every stream its registers. Those that remain hold vectors
// of the message schedule, which saves the way through memory.
func makeStreams(n int, scratch reg.GPPhysical) []stream {
	pointers := []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11}
	all := make([]stream, n)
	free := simd.X[2:]
	for i := range all {
		memory := Mem{Base: scratch, Disp: i * streamSize}
		all[i] = stream{
			abef: free[0], cdgh: free[1], data: pointers[i],
			saved: [2]Mem{memory.Offset(streamSaved), memory.Offset(streamSaved + 16)},
		}
		free = free[2:]
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
func streams(n int, swap, k Mem) {
	simd.Target(fmt.Sprintf("blocksNI%d", n), fmt.Sprintf("func(states *[%d][8]uint32, lanes *[%d]*byte, blocks int, scratch *[%d]byte)", maxStreams, maxStreams, maxStreams*streamSize+15),
		"blocksNI%d feeds blocks blocks, at least one, of %d messages to the first states.", n, n)
	states := Load(Param("states"), reg.RDI).(reg.GPPhysical)
	lanes := Load(Param("lanes"), reg.RSI).(reg.GPPhysical)
	left := Load(Param("blocks"), reg.RDX).(reg.GPPhysical)
	scratch := Load(Param("scratch"), reg.RCX).(reg.GPPhysical)
	simd.Align(scratch, 16)
	all := makeStreams(n, scratch)
	for i, s := range all {
		MOVQ(Mem{Base: lanes, Disp: 8 * i}, s.data)
		s.load(Mem{Base: states, Disp: 32 * i})
	}
	Label("loop")
	for _, s := range all {
		MOVO(s.abef, s.saved[0])
		MOVO(s.cdgh, s.saved[1])
	}
	for i := range 16 {
		for _, s := range all {
			s.expand(i, swap)
			s.rounds(k.Offset(16 * i))
		}
	}
	for _, s := range all {
		PADDD(s.saved[0], s.abef)
		PADDD(s.saved[1], s.cdgh)
		ADDQ(Imm(64), s.data)
	}
	DECQ(left)
	JNZ(LabelRef("loop"))
	for i, s := range all {
		s.store(Mem{Base: states, Disp: 32 * i})
	}
	RET()
}

// load brings a state into the order that the round instruction wants.
func (s stream) load(state Mem) {
	MOVOU(state, shifted)
	MOVOU(state.Offset(16), s.cdgh)
	PSHUFD(Imm(0xb1), shifted, shifted)
	PSHUFD(Imm(0x1b), s.cdgh, s.cdgh)
	MOVO(shifted, s.abef)
	PALIGNR(Imm(8), s.cdgh, s.abef)
	PBLENDW(Imm(0xf0), shifted, s.cdgh)
}

func (s stream) store(state Mem) {
	PSHUFD(Imm(0x1b), s.abef, s.abef)
	PSHUFD(Imm(0xb1), s.cdgh, s.cdgh)
	MOVO(s.abef, shifted)
	PBLENDW(Imm(0xf0), s.cdgh, s.abef)
	PALIGNR(Imm(8), shifted, s.cdgh)
	MOVOU(s.abef, state)
	MOVOU(s.cdgh, state.Offset(16))
}

// expand sets wordK to vector i of the message schedule, and keeps it for later.
func (s stream) expand(i int, swap Mem) {
	at := wordK
	kept, inRegister := s.words[i%4].(reg.VecPhysical)
	if inRegister {
		at = kept
	}
	if i < 4 {
		MOVOU(Mem{Base: s.data, Disp: 16 * i}, at)
		PSHUFB(swap, at)
	} else {
		if !inRegister {
			MOVO(s.words[i%4], at)
		}
		SHA256MSG1(s.words[(i+1)%4], at)
		MOVO(s.words[(i+3)%4], shifted)
		PALIGNR(Imm(4), s.words[(i+2)%4], shifted)
		PADDD(shifted, at)
		SHA256MSG2(s.words[(i+3)%4], at)
	}
	if inRegister {
		MOVO(at, wordK)
	} else {
		MOVO(at, s.words[i%4])
	}
}

// rounds is four rounds.
func (s stream) rounds(k Mem) {
	PADDD(k, wordK)
	SHA256RNDS2(wordK, s.abef, s.cdgh)
	PSHUFD(Imm(0x0e), wordK, wordK)
	SHA256RNDS2(wordK, s.cdgh, s.abef)
}
