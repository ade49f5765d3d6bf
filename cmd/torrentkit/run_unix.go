//go:build unix

package main

func isWindowsBrokenPipe(error) bool { return false }
