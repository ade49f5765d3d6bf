package announce

import (
	"testing"
	"time"

	tt "github.com/torrentkit/torrentkit/internal/trackertest"
)

func TestScrapeDHT(t *testing.T) {
	node := tt.DHTNode(t, 40, 7)
	got, err := ScrapeDHT(t.Context(), manyHashes(2), DHTOptions{Bootstrap: []string{node}, AllowPrivate: true, Timeout: time.Minute})
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	for _, c := range got {
		if c.Failure != nil || c.Nodes != 1 || c.Seeds < 38 || c.Seeds > 42 || c.Leeches < 6 || c.Leeches > 8 {
			t.Errorf("%+v", c)
		}
	}
	got, err = ScrapeDHT(t.Context(), manyHashes(1), DHTOptions{Bootstrap: []string{"127.0.0.1:9"}, AllowPrivate: true, Timeout: 100 * time.Millisecond})
	if err != nil || got[0].Failure == nil {
		t.Errorf("nobody answers: %+v, %v", got, err)
	}
}
