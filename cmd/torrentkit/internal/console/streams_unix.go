//go:build unix

package console

func isWindowsBrokenPipe(error) bool { return false }
