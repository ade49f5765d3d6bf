//go:build (amd64 || arm64) && !purego

package sha1simd

import "testing"

// checkChain checks that kernels get narrower, and that the last one takes any
// number of messages.
func checkChain(t *testing.T, impl implementation) {
	t.Helper()
	for i, k := range impl.Kernels {
		if k.Least > k.Width || k.Least < 1 || k.Quantum < 1 {
			t.Errorf("%s: kernel %d: width %d, least %d, quantum %d", impl.Name, i, k.Width, k.Least, k.Quantum)
		}
		if i > 0 && k.Width >= impl.Kernels[i-1].Width {
			t.Errorf("%s: kernel %d is not narrower than the one before it", impl.Name, i)
		}
	}
	if last := impl.Kernels[len(impl.Kernels)-1]; last.Least != 1 {
		t.Errorf("%s: nothing takes fewer than %d messages", impl.Name, last.Least)
	}
}
