// Package simd holds what the kernel generators share: interleaving of
// instruction streams, constants, and loading of messages into vector lanes.
package simd

import (
	"flag"
	"fmt"
	"os"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Prefetch is how many bytes ahead the lanes are fetched into the cache.
const Prefetch = 512

// Run generates the kernel that the command line names.
func Run(kernels map[string]func()) {
	kernel := flag.String("kernel", "", "avx512, avx2 or shani")
	flag.Parse()
	generate, ok := kernels[*kernel]
	if !ok {
		fmt.Fprintf(os.Stderr, "no kernel %q\n", *kernel)
		os.Exit(2)
	}
	ConstraintExpr("!purego")
	generate()
	Generate()
}

// Side is a stream of instructions that are emitted between those of the main
// stream, so that the processor has independent work at every point.
type Side struct {
	emit  []func()
	done  int
	total int
}

// Add appends instructions to the stream, one per function.
func (s *Side) Add(emit ...func()) { s.emit = append(s.emit, emit...) }

// Upto emits what is due after step of steps of the main stream.
func (s *Side) Upto(step, steps int) {
	due := len(s.emit) * step / steps
	for ; s.done < due; s.done++ {
		s.emit[s.done]()
	}
}

// All emits the whole stream, without a main stream.
func (s *Side) All() { s.Upto(1, 1) }

// Words defines a read-only table of 32-bit words.
func Words(name string, words ...uint32) Mem {
	table := GLOBL(name, RODATA|NOPTR)
	for i, word := range words {
		DATA(4*i, U32(word))
	}
	return table
}

// Repeat returns words repeated n times.
func Repeat(n int, words ...uint32) []uint32 {
	var all []uint32
	for range n {
		all = append(all, words...)
	}
	return all
}

// ByteSwap is the shuffle that reverses the bytes of each word of 128 bits.
var ByteSwap = []uint32{0x00010203, 0x04050607, 0x08090a0b, 0x0c0d0e0f}

// Align advances p to the next multiple of n, a power of two. The memory that p
// points to has n-1 bytes to spare.
func Align(p reg.Register, n int) {
	ADDQ(Imm(uint64(n-1)), p)
	ANDQ(I32(int32(-n)), p)
}

// Target names a function and its documentation.
func Target(name, signature, doc string, args ...any) {
	TEXT(name, NOSPLIT, signature)
	Doc(fmt.Sprintf(doc, args...))
	Pragma("noescape")
}

// Permute moves the registers from to the registers to, all at once. Spare is
// in neither list.
func Permute(from, to []reg.VecPhysical, spare reg.VecPhysical, move func(from, to reg.VecPhysical)) {
	source := map[reg.VecPhysical]reg.VecPhysical{}
	for i, r := range from {
		if r != to[i] {
			source[to[i]] = r
		}
	}
	for _, start := range to {
		if _, pending := source[start]; !pending {
			continue
		}
		// Begin at the end of the chain: a register that is no source of another,
		// or, in a cycle, one whose value is put aside.
		end := start
		for steps := 0; steps < len(to); steps++ {
			if reader, ok := readerOf(source, to, end); ok {
				end = reader
			}
		}
		if _, cyclic := readerOf(source, to, end); cyclic {
			move(end, spare)
			reader, _ := readerOf(source, to, end)
			source[reader] = spare
		}
		for {
			r, ok := source[end]
			if !ok {
				break
			}
			move(r, end)
			delete(source, end)
			end = r
		}
	}
}

// readerOf returns the register that waits for the value of r.
func readerOf(source map[reg.VecPhysical]reg.VecPhysical, to []reg.VecPhysical, r reg.VecPhysical) (reg.VecPhysical, bool) {
	for _, reader := range to {
		if source[reader] == r {
			return reader, true
		}
	}
	return nil, false
}

// Scratch memory of one stream of SHA instructions: the last four vectors of the
// message schedule, where they are not in registers, and the variables at the
// start of the block.
const (
	streamWords = 0
	streamSaved = 64

	StreamSize = 96 // bytes
)

// Stream is where a message that the SHA instructions hash has its things.
type Stream struct {
	Words [4]Op // last vectors of the message schedule
	Saved [2]Mem
	Data  reg.GPPhysical
}

// Streams places n streams. Registers that are free hold vectors of the message
// schedule, which saves the way through memory.
func Streams(n int, scratch reg.GPPhysical, free []reg.VecPhysical) []Stream {
	pointers := []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11, reg.R12}
	all := make([]Stream, n)
	for i := range all {
		memory := Mem{Base: scratch, Disp: i * StreamSize}
		all[i] = Stream{Data: pointers[i], Saved: [2]Mem{memory.Offset(streamSaved), memory.Offset(streamSaved + 16)}}
		for j := range all[i].Words {
			all[i].Words[j] = memory.Offset(streamWords + 16*j)
		}
	}
	for j := range 4 {
		for i := range all {
			if len(free) > 0 {
				all[i].Words[j], free = free[0], free[1:]
			}
		}
	}
	return all
}
