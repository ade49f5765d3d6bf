//go:build !purego

package sha256simd

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
