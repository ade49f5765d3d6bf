//go:build !purego

package sha1simd

import (
	"testing"

	"github.com/torrentkit/torrentkit/internal/lockstep"
)

// The order is a pure function of what the CPU has.
func TestChoose(t *testing.T) {
	for f, want := range map[lockstep.Features][]string{
		{}:             {"neon"},
		{SHA256: true}: {"neon"},
		{SHA1: true}:   {"crypto", "neon"},
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
