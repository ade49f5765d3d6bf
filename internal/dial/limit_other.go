//go:build !unix

package dial

// descriptors is how many files this process may have open at once: here it is
// bounded by memory only.
func descriptors() int { return 1 << 20 }
