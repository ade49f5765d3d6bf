package simd

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Frame is what the vector kernels have in common: arguments, scratch memory,
// and counting of blocks. The signature of a kernel is
//
//	func(state *[vars][width/4]uint32, lanes *[width/4]*byte, blocks int, scratch *[...]byte)
//
// The scratch memory has the sixteen words of the message schedule, or of the
// next block, then the variables at the start of the block, and then, for sixteen
// messages, the stage of Lanes.
type Frame struct {
	State, Scratch, Left reg.GPPhysical
	// Offset of the block to be loaded, and of the last one.
	Offset, Last reg.GPPhysical
	Lanes        Lanes
	Width        int            // of the registers, in bytes
	Saved        func(i int) Op // where variable i is at the start of the block
}

// Begin starts a function of that many variables in registers of so many bytes.
func Begin(name string, vars, width int) Frame {
	f := Frame{State: reg.RDI, Scratch: reg.RCX, Left: reg.RBX, Offset: reg.RAX, Last: reg.RDX, Width: width}
	f.Saved = func(i int) Op { return f.saved(i) }
	f.Lanes = Lanes{
		Table: reg.RSI, Offset: f.Offset, Pointers: []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11},
		Store: func(i int, r reg.VecPhysical) { f.Move(r, f.Word(i)) },
	}
	n, size := width/4, (16+vars)*width+width-1
	if width == 64 {
		f.Lanes.Stage = f.saved(vars)
		size += 16 * width
	}
	Target(name, fmt.Sprintf("func(state *[%d][%d]uint32, lanes *[%d]*byte, blocks int, scratch *[%d]byte)", vars, n, n, size),
		"%s feeds blocks blocks, at least one, of %d messages to their states.", name, n)
	Load(Param("lanes"), f.Lanes.Table)
	XORL(f.Offset.As32(), f.Offset.As32())
	Load(Param("state"), f.State)
	Load(Param("blocks"), f.Left)
	Load(Param("scratch"), f.Scratch)
	Align(f.Scratch, width)
	MOVQ(f.Left, f.Last)
	SHLQ(Imm(6), f.Last)
	SUBQ(Imm(64), f.Last)
	return f
}

// Word is the place of word i in scratch memory.
func (f Frame) Word(i int) Mem { return Mem{Base: f.Scratch, Disp: f.Width * i} }

// saved is the place of variable i in scratch memory.
func (f Frame) saved(i int) Mem { return Mem{Base: f.Scratch, Disp: f.Width * (16 + i)} }

// Move moves a vector between registers, or from or to scratch memory.
func (f Frame) Move(from, to Op) {
	if f.Width == 64 {
		VMOVDQA32(from, to)
	} else {
		VMOVDQA(from, to)
	}
}

// Enter loads the states into vars.
func (f Frame) Enter(vars []reg.VecPhysical) {
	for i, r := range vars {
		at := Mem{Base: f.State, Disp: f.Width * i}
		if f.Width == 64 {
			VMOVDQU32(at, r)
		} else {
			VMOVDQU(at, r)
		}
	}
}

// Loop starts the loop over the blocks and saves vars.
func (f Frame) Loop(vars []reg.VecPhysical) {
	Label("loop")
	for i, r := range vars {
		f.Move(r, f.Saved(i))
	}
}

// Advance makes the offset that of the next block. The last block is its own
// next one, so that nothing after it is read.
func (f Frame) Advance() {
	ADDQ(Imm(64), f.Offset)
	CMPQ(f.Offset, f.Last)
	CMOVQHI(f.Last, f.Offset)
}

// Leave adds the saved variables to vars, moves the sums to home, and ends the
// loop, before which last is done, and the function.
func (f Frame) Leave(vars, home []reg.VecPhysical, spare reg.VecPhysical, last ...func()) {
	for i, r := range vars {
		VPADDD(f.Saved(i), r, r)
	}
	Permute(vars, home, spare, func(from, to reg.VecPhysical) { f.Move(from, to) })
	for _, do := range last {
		do()
	}
	DECQ(f.Left)
	JNZ(LabelRef("loop"))
	for i, r := range home {
		at := Mem{Base: f.State, Disp: f.Width * i}
		if f.Width == 64 {
			VMOVDQU32(r, at)
		} else {
			VMOVDQU(r, at)
		}
	}
	VZEROUPPER()
	RET()
}
