package create

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/sha1simd"
	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// Every kernel is measured, and each rate is one.
func TestMeasureHashing(t *testing.T) {
	t.Parallel()
	r, err := MeasureHashing(context.Background(), time.Microsecond)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kernels []HashKernel
		names   []string
		zeros   bool
	}{{r.SHA1, sha1simd.Implementations(), true}, {r.SHA256, sha256simd.Implementations(), false}} {
		if len(c.kernels) != len(c.names) {
			t.Fatalf("%d kernels, want %q", len(c.kernels), c.names)
		}
		for i, k := range c.kernels {
			if k.Name != c.names[i] || k.Rate <= 0 || (k.Zeros > 0) != c.zeros {
				t.Errorf("%+v, want %s", k, c.names[i])
			}
		}
	}
	if r.Copy <= 0 {
		t.Errorf("copy: %v", r.Copy)
	}
}

func TestMeasureEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := MeasureHashing(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
