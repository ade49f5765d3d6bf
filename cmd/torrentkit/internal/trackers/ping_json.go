package trackers

import (
	"github.com/torrentkit/torrentkit/announce"
)

func pingToJSON(q announce.Query, s *announce.PingStats) map[string]any {
	v := map[string]any{"tracker": q.Tracker, "sent": s.Sent, "answered": s.Good, "loss": s.Loss()}
	times := make(map[string]float64)
	for _, e := range pingTimes(s) {
		times[e.name] = milliseconds(e.d)
	}
	v["milliseconds"] = times
	return v
}
