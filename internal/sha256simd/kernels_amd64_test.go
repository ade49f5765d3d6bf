//go:build !purego

package sha256simd

import "testing"

// The order is a pure function of what the CPU has.
func TestChoose(t *testing.T) {
	for f, want := range map[features][]string{
		{}:                                    {},
		{avx2: true}:                          {"avx2"},
		{sha: true}:                           {"shani"},
		{sha: true, avx2: true}:               {"shani", "avx2"},
		{avx512: true, avx2: true}:            {"avx512", "avx2"},
		{avx512: true, sha: true, avx2: true}: {"avx512", "shani", "avx2"},
	} {
		got := choose(f)
		if len(got) != len(want) {
			t.Errorf("%+v: %d implementations, want %q", f, len(got), want)
			continue
		}
		for i, impl := range got {
			if impl.name != want[i] {
				t.Errorf("%+v: implementation %d is %s, want %q", f, i, impl.name, want)
			}
			checkChain(t, impl)
		}
	}
}

// checkChain checks that kernels get narrower, and that the last one takes any
// number of messages.
func checkChain(t *testing.T, impl implementation) {
	t.Helper()
	for i, k := range impl.kernels {
		if k.width > maxLanes || k.least > k.width || k.least < 1 || k.quantum < 1 {
			t.Errorf("%s: kernel %d: width %d, least %d, quantum %d", impl.name, i, k.width, k.least, k.quantum)
		}
		if i > 0 && k.width >= impl.kernels[i-1].width {
			t.Errorf("%s: kernel %d is not narrower than the one before it", impl.name, i)
		}
	}
	if last := impl.kernels[len(impl.kernels)-1]; last.least != 1 {
		t.Errorf("%s: nothing takes fewer than %d messages", impl.name, last.least)
	}
}
