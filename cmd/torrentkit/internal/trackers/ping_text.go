package trackers

import (
	"fmt"
	"slices"
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
	columns, shown := []string{"tracker", "sent", "answered", "loss"}, make(map[string]bool)
	for _, e := range pingTimes(&announce.PingStats{}) {
		if shown[e.name] = !con.Human() || slices.ContainsFunc(all, func(s *series) bool { return s.stats.Good >= e.least }); shown[e.name] {
			columns = append(columns, e.name)
		}
	}
	t := console.NewTable(columns...)
	object := func(i int) any { return pingToJSON(all[i].query, &all[i].stats) }
	return console.ShowList(con, t, len(all), object, func(i int) []*console.Cell {
		s := all[i]
		row := []*console.Cell{console.Path(con.URL(s.query.Tracker)), console.Count(int64(s.stats.Sent)), console.Count(int64(s.stats.Good)), lossCell(&s.stats)}
		for _, e := range pingTimes(&s.stats) {
			if shown[e.name] {
				row = append(row, e.cell(con, &s.stats))
			}
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
		if s.Good >= e.least || !con.Human() {
			f.Add(e.name, e.cell(con, s))
		}
	}
	if con.Human() {
		con.Print()
	}
	con.Show(&f)
}

// cell is the time, of which there may be nothing to tell.
func (e pingTime) cell(con *console.Console, s *announce.PingStats) *console.Cell {
	if s.Good < e.least {
		return numberCell(announce.Unknown)
	}
	return con.Times.AnswerCell(e.d)
}

func lossCell(s *announce.PingStats) *console.Cell {
	return &console.Cell{Human: fmt.Sprintf("%.1f %%", 100*s.Loss()), Raw: fmt.Sprintf("%.4f", s.Loss())}
}

// pingTime is a figure of a number of good answers.
type pingTime struct {
	name  string
	d     time.Duration
	least int // fewer answers do not tell it: p99 of 50 would be the longest
}

func pingTimes(s *announce.PingStats) []pingTime {
	return []pingTime{
		{"minimum", s.Min(), 1}, {"average", s.Mean(), 1}, {"median", s.Median(), 1}, {"p95", s.Percentile(95), 20}, {"p99", s.Percentile(99), 100}, {"maximum", s.Max(), 1},
	}
}
