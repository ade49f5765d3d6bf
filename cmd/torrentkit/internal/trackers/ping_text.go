package trackers

import (
	"fmt"
	"time"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// showPings sums up: one question in full, several as a table.
func showPings(con *console.Console, all []*series) error {
	if len(all) == 1 && !con.Options.JSON {
		showPing(con, &all[0].stats)
		return nil
	}
	if con.Human() && !con.Options.JSON {
		con.Print()
	}
	t := console.NewTable("tracker", "sent", "answered", "loss", "minimum", "average", "p50", "p95", "p99", "maximum")
	object := func(s *series) any { return pingToJSON(s.query, &s.stats) }
	return console.ShowList(con, t, all, object, func(s *series) []*console.Cell {
		row := []*console.Cell{console.Path(con.URL(s.query.Tracker)), console.Count(int64(s.stats.Sent)), console.Count(int64(s.stats.Good)), lossCell(&s.stats)}
		for _, e := range pingTimes(&s.stats) {
			row = append(row, answerCell(&s.stats, e.d))
		}
		return row
	})
}

func showPing(con *console.Console, s *announce.PingStats) {
	var f console.Fields
	f.Count("sent", int64(s.Sent))
	f.Count("answered", int64(s.Good))
	f.Add("loss", lossCell(s))
	for _, e := range pingTimes(s) {
		if s.Good > 0 || !con.Human() {
			f.Add(e.name, answerCell(s, e.d))
		}
	}
	if con.Human() {
		con.Print()
	}
	con.Show(&f)
}

// answerCell is a time of good answers, of which there may be none.
func answerCell(s *announce.PingStats, d time.Duration) *console.Cell {
	if s.Good == 0 {
		return numberCell(announce.Unknown)
	}
	return timeCell(d)
}

func lossCell(s *announce.PingStats) *console.Cell {
	return &console.Cell{Human: fmt.Sprintf("%.1f %%", 100*s.Loss()), Raw: fmt.Sprintf("%.4f", s.Loss())}
}

type pingTime struct {
	name string
	d    time.Duration
}

func pingTimes(s *announce.PingStats) []pingTime {
	return []pingTime{
		{"minimum", s.Min()}, {"average", s.Mean()}, {"p50", s.Percentile(50)}, {"p95", s.Percentile(95)}, {"p99", s.Percentile(99)}, {"maximum", s.Max()},
	}
}
