// Package longtest is the one switch for tests that take long by their nature:
// plain go test runs them short, and whole where TORRENTKIT_LONG_TESTS is set,
// as it is in continuous integration. A short run differs in how often or with
// how much something is tried, never in what is.
//
// It is for tests only, and measures no time.
package longtest

import (
	"flag"
	"os"
	"runtime"
	"strconv"
)

// Whole tells whether tests run whole.
func Whole() bool { return os.Getenv("TORRENTKIT_LONG_TESTS") != "" }

// Big tells whether tests run that want some minutes, and a disk for a million files.
func Big() bool { return os.Getenv("TORRENTKIT_BIG_TESTS") != "" }

// Rounds is how often a test tries something, or with how much of it.
func Rounds(short, whole int) int {
	if Whole() {
		return whole
	}
	return short
}

// Waiting lets three tests a core run at a time: for the TestMain of packages whose
// tests mostly wait, for programs, servers and what does not answer.
func Waiting() { _ = flag.Set("test.parallel", strconv.Itoa(3*runtime.GOMAXPROCS(0))) }
