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
