package layout

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Offsets are what was added, however far apart they are.
func TestOffsets(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := 1 + rng.IntN(300)
		most := int64(1) << (1 + rng.IntN(54))
		o := newOffsets(n)
		want := make([]int64, n)
		for i := range want {
			if i > 0 {
				want[i] = want[i-1] + rng.Int64N(most)
			}
			o.add(want[i])
			for k := range i + 1 {
				if got := o.at(FileIndex(k)); got != want[k] {
					t.Fatalf("offset %d of %d is %d, want %d", k, i+1, got, want[k])
				}
			}
		}
	}
	for _, step := range []int64{math.MaxUint32, math.MaxUint32 + 1} {
		o := newOffsets(2)
		o.add(0)
		o.add(step)
		if o.at(1) != step || (o.wide != nil) != (step > math.MaxUint32) {
			t.Errorf("%d is %d, wide %v", step, o.at(1), o.wide)
		}
	}
}
