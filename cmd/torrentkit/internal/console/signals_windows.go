package console

import (
	"errors"
	"os"
	"syscall"
)

// statusSignals is empty: Windows has no signal that asks for a status.
func statusSignals() []os.Signal { return nil }

// isWindowsBrokenPipe knows ERROR_BROKEN_PIPE and ERROR_NO_DATA.
func isWindowsBrokenPipe(err error) bool {
	const noData = syscall.Errno(232)
	return errors.Is(err, syscall.ERROR_BROKEN_PIPE) || errors.Is(err, noData)
}
