package trackers

import (
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// show ends a run by what it tells of trackers, or of torrents.
func (s *summary) show(con *console.Console) error {
	switch {
	case s == nil:
		return nil
	case s.by == "torrent":
		return s.showTorrents(con)
	}
	if con.Human() && s.by == "" {
		con.Print()
	}
	t := console.NewTable("standing", "tracker", "torrents", "good", "time", "result")
	if !con.Human() { // rows of results stand before it: a word says what these are
		t = console.NewTable()
	}
	lines := s.trackers()
	object := func(i int) any { return trackerLineJSON(con, &lines[i]) }
	err := console.ShowList(con, t, len(lines), object, func(i int) []*console.Cell { return trackerRow(con, &lines[i]) })
	if err == nil {
		sayStandings(con, lines)
	}
	return err
}

func trackerRow(con *console.Console, l *trackerLine) []*console.Cell {
	colour := map[standing]console.Colour{alive: console.Green, unclear: console.Yellow, dead: console.Red}[l.standing]
	took, result := console.Text(""), console.Detail("")
	if l.took > 0 {
		took = con.Times.AnswerCell(l.took)
	}
	switch {
	case l.failure != nil:
		result = console.Detail(string(l.failure.Code) + ": " + failureText(con, l.failure, l.tracker))
	case l.unknown > 0:
		result = console.Detail(fmt.Sprintf("does not know %d", l.unknown))
	}
	row := []*console.Cell{console.Text(string(l.standing)).In(colour), console.Path(con.URL(l.tracker)), console.Count(int64(l.torrents))}
	if con.Human() {
		good := console.Text(fmt.Sprintf("%d of %d", l.good, l.asked))
		good.Right = true
		return append(row, good, took, result)
	}
	row = append(row, console.Count(int64(l.asked)), console.Count(int64(l.good)), took, result)
	return append([]*console.Cell{console.Text("tracker")}, row...)
}

func sayStandings(con *console.Console, lines []trackerLine) {
	n := make(map[standing]int)
	for _, l := range lines {
		n[l.standing]++
	}
	con.Note(fmt.Sprintf("of %s %d alive, %d unclear, %d dead", command.Plural(len(lines), "tracker"), n[alive], n[unclear], n[dead]))
}

func (s *summary) showTorrents(con *console.Console) error {
	t := console.NewTable("torrent", "infohash", "trackers", "alive", "dead", "good", "seeds", "leeches")
	lines := s.torrents()
	return console.ShowList(con, t, len(lines), func(i int) any { return torrentLineJSON(&lines[i]) }, func(i int) []*console.Cell {
		l := &lines[i]
		living := console.Count(int64(l.alive))
		if l.alive == 0 {
			living = living.In(console.Red)
		}
		return []*console.Cell{
			console.Path(l.name), {Human: l.hashes[0].String()[:8], Raw: l.hashes[0].String()}, console.Count(int64(l.trackers)), living, console.Count(int64(l.dead)),
			console.Count(int64(l.good)), numberCell(l.seeds), numberCell(l.leeches),
		}
	})
}
