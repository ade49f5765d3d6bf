// Command sha1 generates the kernels of internal/sha1simd, one file per run:
//
//	go run ./sha1 -kernel avx512 -out FILE.s -stubs FILE.go -pkg sha1simd
package main

import (
	"github.com/mmcloughlin/avo/reg"

	"github.com/torrentkit/torrentkit/internal/_asm/simd"
)

func main() {
	simd.Run(map[string]func(){"avx512": avx512, "avx2": avx2, "shani": shani})
}

// vars are the registers of the five working variables, and one that is free.
type vars struct{ a, b, c, d, e, free reg.VecPhysical }

// next renames the variables after a round, which has set e to the new a and
// free to the rotated b.
func (v vars) next() vars { return vars{v.e, v.a, v.free, v.c, v.d, v.b} }

func (v vars) list() []reg.VecPhysical { return []reg.VecPhysical{v.a, v.b, v.c, v.d, v.e} }
