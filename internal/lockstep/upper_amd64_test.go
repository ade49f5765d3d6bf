package lockstep

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// SHA instructions have no VEX form: behind a kernel that leaves upper halves of
// registers in use, each of them waits.
func TestUpperHalvesAreCleared(t *testing.T) {
	names, err := filepath.Glob("../*/avx*_amd64.s")
	if err != nil || len(names) < 4 {
		t.Fatal(names, err)
	}
	for _, name := range names {
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
