//go:build !purego

package sha1simd

import (
	"testing"

	"github.com/torrentkit/torrentkit/internal/lockstep"
)

// The order is a pure function of what the CPU has.
func TestChoose(t *testing.T) {
	for f, want := range map[lockstep.Features][]string{
		{}:                                    {},
		{AVX2: true}:                          {"avx2"},
		{SHA: true}:                           {"shani"},
		{SHA: true, AVX2: true}:               {"shani", "avx2"},
		{AVX512: true, AVX2: true}:            {"avx512", "avx2"},
		{AVX512: true, SHA: true, AVX2: true}: {"avx512", "shani", "avx2"},
	} {
		got := new(wideScratch).choose(f)
		if len(got) != len(want) {
			t.Errorf("%+v: %d implementations, want %q", f, len(got), want)
			continue
		}
		for i, impl := range got {
			if impl.Name != want[i] {
				t.Errorf("%+v: implementation %d is %s, want %q", f, i, impl.Name, want)
			}
			checkChain(t, impl)
		}
	}
}

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
