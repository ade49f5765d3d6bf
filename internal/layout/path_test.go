package layout

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// compareSplit is the definition: components as a list of byte strings.
func compareSplit(a, b string) int {
	return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/"))
}

func sign(n int) int { return min(1, max(-1, n)) }

func TestComparePaths(t *testing.T) {
	want := []string{"", "a", "a/x", "a/x/y", "a\x00", "a\x00/b", "a b", "a-b/x", "a.b", "ab", "b//", "b/\x01", "b/é", "b/\xff"}
	got := slices.Clone(want)
	rand.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	slices.SortFunc(got, ComparePaths)
	if !slices.Equal(got, want) {
		t.Errorf("order\n%q, want\n%q", got, want)
	}
}

func TestComparePathsAgainstSplit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	letters := "ab/-.\x00\xff"
	word := func() string {
		b := make([]byte, random.IntN(7))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		return string(b)
	}
	for range 200_000 {
		a, b := word(), word()
		if got, want := sign(ComparePaths(a, b)), compareSplit(a, b); got != want {
			t.Fatalf("ComparePaths(%q, %q) = %d, split into components it is %d", a, b, got, want)
		}
	}
}

func FuzzComparePaths(f *testing.F) {
	f.Add("a/x", "a-b/x")
	f.Add("a", "a\x00")
	f.Fuzz(func(t *testing.T, a, b string) {
		if got, want := sign(ComparePaths(a, b)), compareSplit(a, b); got != want {
			t.Errorf("ComparePaths(%q, %q) = %d, split into components it is %d", a, b, got, want)
		}
	})
}
