//go:build !race

package procs

// spare is how many more goroutines than there are processors may be in system calls before anybody waits for the monitor.
const spare = 32
