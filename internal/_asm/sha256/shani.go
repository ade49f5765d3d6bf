package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/rounds"
	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

// maxStreams is how many messages the SHA instructions hash side by side.
// One alone is the business of the standard library.
const maxStreams = 4

func shani() {
	swap := simd.Words("byteSwap4", simd.ByteSwap...)
	k := simd.Words("roundConstants", rounds.SHA256()...)
	for n := 2; n <= maxStreams; n++ {
		streams(n, swap, k)
	}
}

// stream is one message.
type stream struct {
	simd.Stream
	abef, cdgh reg.VecPhysical
}

// wordK is the register from which the round instruction takes words and
// constants, by its definition; shifted is scratch.
var wordK, shifted = simd.X[0], simd.X[1]

// makeStreams gives every stream its registers, and what remains of them.
func makeStreams(n int, scratch reg.GPPhysical) []stream {
	all := make([]stream, n)
	free := simd.X[2:]
	for i, s := range simd.Streams(n, scratch, free[2*n:]) {
		all[i] = stream{Stream: s, abef: free[2*i], cdgh: free[2*i+1]}
	}
	return all
}

// streams generates the kernel for n messages.
func streams(n int, swap, k Mem) {
	simd.Target(fmt.Sprintf("blocksNI%d", n), fmt.Sprintf("func(states *[%d][8]uint32, lanes *[%d]*byte, blocks int, scratch *[%d]byte)", maxStreams, maxStreams, maxStreams*simd.StreamSize+15),
		"blocksNI%d feeds blocks blocks, at least one, of %d messages to the first states.", n, n)
	states := Load(Param("states"), reg.RDI).(reg.GPPhysical)
	lanes := Load(Param("lanes"), reg.RSI).(reg.GPPhysical)
	left := Load(Param("blocks"), reg.RDX).(reg.GPPhysical)
	scratch := Load(Param("scratch"), reg.RCX).(reg.GPPhysical)
	simd.Align(scratch, 16)
	all := makeStreams(n, scratch)
	for i, s := range all {
		MOVQ(Mem{Base: lanes, Disp: 8 * i}, s.Data)
		s.load(Mem{Base: states, Disp: 32 * i})
	}
	Label("loop")
	for _, s := range all {
		MOVO(s.abef, s.Saved[0])
		MOVO(s.cdgh, s.Saved[1])
	}
	for i := range 16 {
		for _, s := range all {
			s.expand(i, swap)
			s.rounds(k.Offset(16 * i))
		}
	}
	for _, s := range all {
		PADDD(s.Saved[0], s.abef)
		PADDD(s.Saved[1], s.cdgh)
		ADDQ(Imm(64), s.Data)
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
	kept, inRegister := s.Words[i%4].(reg.VecPhysical)
	if inRegister {
		at = kept
	}
	if i < 4 {
		MOVOU(Mem{Base: s.Data, Disp: 16 * i}, at)
		PSHUFB(swap, at)
	} else {
		if !inRegister {
			MOVO(s.Words[i%4], at)
		}
		SHA256MSG1(s.Words[(i+1)%4], at)
		MOVO(s.Words[(i+3)%4], shifted)
		PALIGNR(Imm(4), s.Words[(i+2)%4], shifted)
		PADDD(shifted, at)
		SHA256MSG2(s.Words[(i+3)%4], at)
	}
	if inRegister {
		MOVO(at, wordK)
	} else {
		MOVO(at, s.Words[i%4])
	}
}

// rounds is four rounds.
func (s stream) rounds(k Mem) {
	PADDD(k, wordK)
	SHA256RNDS2(wordK, s.abef, s.cdgh)
	PSHUFD(Imm(0x0e), wordK, wordK)
	SHA256RNDS2(wordK, s.cdgh, s.abef)
}
