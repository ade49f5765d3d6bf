package command

import (
	"slices"
	"strings"
	"testing"
)

func TestArity(t *testing.T) {
	for _, tt := range []struct {
		least, most, n int
		ok             bool
	}{{0, 0, 0, true}, {0, 0, 1, false}, {1, -1, 5, true}, {1, -1, 0, false}, {2, 2, 1, false}, {2, 2, 2, true}, {1, 2, 3, false}} {
		if err := Arity(tt.least, tt.most)(nil, slices.Repeat([]string{"x"}, tt.n)); (err == nil) != tt.ok {
			t.Errorf("arity(%d, %d) with %d: %v", tt.least, tt.most, tt.n, err)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for pair, want := range map[[2]string]int{
		{"", ""}: 0, {"a", ""}: 1, {"", "ab"}: 2, {"json", "jsno"}: 2, {"tracker", "traker"}: 1, {"kitten", "sitting"}: 3,
		{strings.Repeat("x", 100), "x"}: 100,
	} {
		if got := editDistance(pair[0], pair[1]); got != want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", pair[0], pair[1], got, want)
		}
	}
}
