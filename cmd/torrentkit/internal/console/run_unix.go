//go:build unix

package console

import ()

func isWindowsBrokenPipe(error) bool { return false }
