//go:build linux || darwin || freebsd

package journal

import (
	"os"
	"syscall"
)

// lockShared keeps others from writing a journal anew while it is open. Where a file
// system has no locks, nobody can.
func lockShared(f *os.File) { syscall.Flock(int(f.Fd()), syscall.LOCK_SH) }

// lockAlone tells whether nobody else has a journal open, nor will until it is closed.
func lockAlone(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
