package trackers

import (
	"github.com/torrentkit/torrentkit/announce"
)

// pingJSON is what "announce --count --json" prints last.
type pingJSON struct {
	Answered     int                `json:"answered"`
	Loss         float64            `json:"loss"`         // 0 to 1
	Milliseconds map[string]float64 `json:"milliseconds"` // minimum, average, median and maximum; p95 of 20 answers and more, p99 of 100
	Sent         int                `json:"sent"`
	Tracker      string             `json:"tracker"`
}

func pingToJSON(q announce.Query, s *announce.PingStats) pingJSON {
	v := pingJSON{Tracker: q.Tracker, Sent: s.Sent, Answered: s.Good, Loss: s.Loss(), Milliseconds: make(map[string]float64)}
	for _, e := range pingTimes(s) {
		if s.Good >= e.least {
			v.Milliseconds[e.name] = milliseconds(e.d)
		}
	}
	return v
}
