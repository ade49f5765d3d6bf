// Command sha256arm generates the kernels of internal/sha256simd for arm64, one file per run:
//
//	go run ./sha256arm -kernel neon -out FILE.s -stubs FILE.go -pkg sha256simd
package main

import "github.com/torrentkit/torrentkit/internal/_asm/arm"

func main() {
	arm.Run(map[string]func(*arm.File){"crypto": crypto, "neon": neon})
}
