//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
)

// peak returns the peak resident memory of a process that has ended, in bytes.
func peak(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return maxrss(usage)
}

func maxrss(usage *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}

// floor returns what of this program's own peak every child's peak starts at:
// Linux counts the memory that a process has before exec. What was used and is
// free again is given back first, so that the floor is low.
func floor() int64 {
	debug.FreeOSMemory()
	if os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) == nil { // 5 resets the peak
		if text, err := os.ReadFile("/proc/self/status"); err == nil {
			if _, rest, ok := bytes.Cut(text, []byte("VmHWM:")); ok {
				var kib int64
				if _, err := fmt.Sscan(string(rest[:min(len(rest), 32)]), &kib); err == nil {
					return kib << 10
				}
			}
		}
	}
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return maxrss(&usage)
}
