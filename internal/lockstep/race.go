//go:build race

package lockstep

import (
	"runtime"
	"unsafe"
)

// RaceEnabled tells whether the race detector is built in.
const RaceEnabled = true

// RaceRead tells the race detector what assembly reads.
func RaceRead(data []byte) {
	if len(data) > 0 {
		runtime.RaceReadRange(unsafe.Pointer(unsafe.SliceData(data)), len(data))
	}
}
