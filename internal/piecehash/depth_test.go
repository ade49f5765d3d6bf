package piecehash

import (
	"testing"
	"time"
)

// A depth that is hardly better than half of it is passed, and kept only if a larger one is worth it.
func TestDepthLooksFurther(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		rates map[int]float64 // reads a millisecond at a depth
		want  int
	}{
		{"a flat stretch", map[int]float64{1: 2, 2: 3, 4: 4, 8: 5, 16: 5.2, 32: 6.2, 64: 8.5}, 64},
		{"two in a row", map[int]float64{1: 2, 2: 3, 4: 4, 8: 5, 16: 5.2, 32: 5.4, 64: 8.5}, 64},
		{"a slow climb to no more than that", map[int]float64{1: 2, 2: 3, 4: 4, 8: 5, 16: 5.15, 32: 5.3, 64: 5.4}, 8},
		{"a plateau", map[int]float64{1: 2, 2: 3, 4: 4, 8: 5, 16: 5, 32: 5, 64: 50}, 8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, at := newDepth(maxDepth), time.Unix(0, 0)
			for at.Sub(time.Unix(0, 0)) < time.Second {
				at = at.Add(time.Duration(float64(time.Millisecond) / tt.rates[d.now]))
				d.ended(partBytes, at)
			}
			if d.best != tt.want {
				t.Errorf("it settles at %d, want %d", d.best, tt.want)
			}
		})
	}
}
