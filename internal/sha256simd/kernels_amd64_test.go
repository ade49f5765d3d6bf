//go:build !purego

package sha256simd

import (
	"os"
	"strings"
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

// SHA instructions have no VEX form: behind a kernel that leaves upper halves of
// registers in use, each of them waits.
func TestUpperHalvesAreCleared(t *testing.T) {
	for _, name := range []string{"avx2_amd64.s", "avx512_amd64.s"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		last, ends := "", 0
		for line := range strings.Lines(string(text)) {
			switch line = strings.TrimSpace(line); {
			case line == "RET" && last != "VZEROUPPER":
				t.Errorf("%s: a kernel ends with %q before RET, not with VZEROUPPER", name, last)
			case line == "RET":
				ends++
			}
			last = line
		}
		if ends == 0 {
			t.Errorf("%s has no kernel", name)
		}
	}
}
