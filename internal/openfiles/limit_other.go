//go:build !unix

package openfiles

// Limit is how many files this process may have open at once: here it is
// bounded by memory only.
func Limit() int { return 1 << 20 }
