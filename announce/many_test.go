package announce

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/memnet"
	tt "github.com/torrentkit/torrentkit/internal/trackertest"
)

// TestManyTrackers: 500 trackers, of which 100 never answer, take little more
// than the timeout, and little memory.
func TestManyTrackers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		good, mute := tt.StartIn(t, n), tt.StartIn(t, n, tt.Mute)
		var queries []Query
		for i := range 500 {
			tr := good
			if i%5 == 0 {
				tr = mute
			}
			u := []string{tr.HTTP(), tr.UDP(), tr.HTTP(), tr.UDP(), tr.WS()}[i/5%5]
			queries = append(queries, Query{Tracker: strings.Replace(u, "/announce", fmt.Sprintf("/%d/announce", i), 1), Hash: RandomHash()})
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		started := time.Now()
		answered := 0
		for _, r := range ProbeAll(t.Context(), queries, Options{Timeout: 3 * time.Second, network: n}) {
			if r.Good() {
				answered++
			}
		}
		runtime.ReadMemStats(&after)
		if d := time.Since(started); d > 5*time.Second {
			t.Errorf("took %s, want 5 s at most", d)
		}
		if answered != 400 {
			t.Errorf("%d answered, want 400", answered)
		}
		// The trackers run in this process too, so this is an upper bound.
		if grown := int64(after.Sys) - int64(before.Sys); grown > 200<<20 {
			t.Errorf("%d MB of memory", grown>>20)
		}
		t.Logf("%s, %d MB", time.Since(started), (int64(after.Sys)-int64(before.Sys))>>20)
	})
}
