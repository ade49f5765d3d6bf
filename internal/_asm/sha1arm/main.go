// Command sha1arm generates the kernels of internal/sha1simd for arm64, one file per run:
//
//	go run ./sha1arm -kernel neon -out FILE.s -stubs FILE.go -pkg sha1simd
package main

import "github.com/torrentkit/torrentkit/internal/_asm/arm"

func main() {
	arm.Run(map[string]func(*arm.File){"crypto": crypto, "neon": neon})
}
