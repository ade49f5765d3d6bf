//go:build !purego

package sha1simd

import (
	"slices"
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
			checkChains(t, impl)
		}
	}
}

// Zeros take the widest kernel for them that the CPU has, whatever data takes.
func TestChooseZeros(t *testing.T) {
	for _, c := range []struct {
		features lockstep.Features
		name     string
		want     []int
	}{
		{lockstep.Features{AVX2: true}, "avx2", []int{16, 8, 1}},
		{lockstep.Features{SHA: true}, "shani", []int{5, 1}},
		{lockstep.Features{SHA: true, AVX2: true}, "shani", []int{16, 8, 5, 1}},
		{lockstep.Features{SHA: true, AVX2: true}, "avx2", []int{16, 8, 5, 1}},
		{lockstep.Features{AVX512: true, SHA: true, AVX2: true}, "avx512", []int{32, 16, 5, 1}},
		// As on a CPU without AVX-512.
		{lockstep.Features{AVX512: true, SHA: true, AVX2: true}, "shani", []int{16, 8, 5, 1}},
	} {
		for _, impl := range new(wideScratch).choose(c.features) {
			if impl.Name != c.name {
				continue
			}
			var widths []int
			for _, k := range impl.Zeros {
				widths = append(widths, k.Width)
			}
			if !slices.Equal(widths, c.want) {
				t.Errorf("%+v, %s: zeros take kernels of %d messages, want %d", c.features, c.name, widths, c.want)
			}
		}
	}
}
