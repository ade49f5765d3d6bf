//go:build (!amd64 && !arm64) || purego

package sha256simd

// wideScratch is the memory that vector kernels work in: there are none here.
type wideScratch struct{}

// accelerated returns the implementations other than the standard library.
func (w *wideScratch) accelerated() []implementation { return nil }
