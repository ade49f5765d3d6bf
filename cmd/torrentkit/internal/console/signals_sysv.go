//go:build unix && !(darwin || freebsd || netbsd || openbsd || dragonfly)

package console

import (
	"os"
	"syscall"
)

// statusSignals are the signals that ask for one line of progress.
func statusSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1} }
