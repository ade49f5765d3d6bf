package verify

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// hesitant is a reader that stops for some time at every so many reads.
type hesitant struct {
	reads, every int
	stop         time.Duration
}

func (h *hesitant) Read(p []byte) (int, error) {
	time.Sleep(100 * time.Microsecond)
	if h.reads++; h.reads%h.every == 0 {
		time.Sleep(h.stop)
	}
	return len(p), nil
}

// A limit is kept over the run: what was lost is caught up with, but for stops that are
// long, and at no time is it ahead.
func TestLimitRate(t *testing.T) {
	t.Parallel()
	const rate, size = 64 << 20, 256 << 20
	for _, tt := range []struct {
		name  string
		h     hesitant
		takes time.Duration
	}{
		{"smooth", hesitant{every: size}, 4 * time.Second},
		{"short stops", hesitant{every: 100, stop: 40 * time.Millisecond}, 4 * time.Second},
		{"one long stop", hesitant{every: 3000, stop: 10 * time.Second}, 13 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				r := newLimiter(context.Background(), rate).reader(&tt.h)
				buf := make([]byte, maxBite)
				for done := 0; done < size; done += len(buf) {
					if _, err := io.ReadFull(r, buf); err != nil {
						t.Fatal(err)
					}
					if most := time.Since(start).Seconds()*rate + maxBite + rate*minPause.Seconds(); float64(done) > most {
						t.Fatalf("%d bytes after %v", done, time.Since(start))
					}
				}
				if took := time.Since(start); took < tt.takes-minPause || took > tt.takes+tt.takes/50 {
					t.Errorf("took %v, want %v", took, tt.takes)
				}
			})
		})
	}
}
