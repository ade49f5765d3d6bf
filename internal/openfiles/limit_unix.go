//go:build unix

package openfiles

import "syscall"

// Limit is how many files this process may have open at once.
func Limit() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 256 // what the most frugal systems give
	}
	return int(min(uint64(l.Cur), 1<<20)) // Cur is signed on some systems
}
