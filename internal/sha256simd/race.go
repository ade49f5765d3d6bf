//go:build race

package sha256simd

import (
	"runtime"
	"unsafe"
)

const raceEnabled = true

// raceRead tells the race detector what assembly reads.
func raceRead(data []byte) {
	if len(data) > 0 {
		runtime.RaceReadRange(unsafe.Pointer(unsafe.SliceData(data)), len(data))
	}
}
