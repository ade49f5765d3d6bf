//go:build race

package procs

// The race detector ends the program, by a check of its own that failed, now and then when GOMAXPROCS changes.
const spare = 0
