// Command sha256 generates the kernels of internal/sha256simd, one file per run:
//
//	go run ./sha256 -kernel avx512 -out FILE.s -stubs FILE.go -pkg sha256simd
package main

import (
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

func main() {
	simd.Run(map[string]func(){"avx512": avx512, "avx2": avx2, "shani": shani})
}

// vars are the registers of the eight working variables.
type vars struct{ a, b, c, d, e, f, g, h reg.VecPhysical }

// next renames the variables after a round, which has set d to the new e and h
// to the new a. After 64 rounds every name is back in its register.
func (v vars) next() vars { return vars{v.h, v.a, v.b, v.c, v.d, v.e, v.f, v.g} }

func (v vars) list() []reg.VecPhysical {
	return []reg.VecPhysical{v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.h}
}
