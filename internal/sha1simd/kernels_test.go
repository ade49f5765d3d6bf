//go:build (amd64 || arm64) && !purego

package sha1simd

import "testing"

// checkChains checks that kernels get narrower, and that the last one takes any
// number of messages.
func checkChains(t *testing.T, impl implementation) {
	t.Helper()
	for what, chain := range map[string][]kernel{"data": impl.Kernels, "zeros": impl.Zeros} {
		for i, k := range chain {
			if k.Least > k.Width || k.Least < 1 || k.Quantum < 1 {
				t.Errorf("%s: kernel %d for %s: width %d, least %d, quantum %d", impl.Name, i, what, k.Width, k.Least, k.Quantum)
			}
			if i > 0 && k.Width >= chain[i-1].Width {
				t.Errorf("%s: kernel %d for %s is not narrower than the one before it", impl.Name, i, what)
			}
		}
		if len(chain) == 0 || chain[len(chain)-1].Least != 1 {
			t.Errorf("%s: nothing takes a single message of %s", impl.Name, what)
		}
	}
}
