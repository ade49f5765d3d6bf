// Command cpuid generates the stub that asks for the SHA extensions, which
// golang.org/x/sys/cpu does not know.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!purego")
	TEXT("cpuid", NOSPLIT, "func(leaf, subleaf uint32) (eax, ebx uint32)")
	Doc("cpuid returns what the CPU says about itself.")
	Load(Param("leaf"), reg.EAX)
	Load(Param("subleaf"), reg.ECX)
	CPUID()
	Store(reg.EAX, Return("eax"))
	Store(reg.EBX, Return("ebx"))
	RET()
	Generate()
}
