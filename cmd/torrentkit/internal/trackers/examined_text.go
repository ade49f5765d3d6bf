package trackers

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// doctorPage is the report of an examination for people.
func doctorPage(con *console.Console, reports []announce.Report) []byte {
	title := "Examination of a tracker"
	if len(reports) > 1 {
		title = "Examination of trackers"
	}
	p := newPage(con, title)
	for i := range reports {
		examinedSection(con, p, &reports[i])
	}
	return p.bytes()
}

// examinedSection tells of one tracker: the verdict, what failed, and every check in its group.
func examinedSection(con *console.Console, p *page, r *announce.Report) {
	verdict := verdictOf(r)
	p.begin("div", "class", "card")
	p.put("p", con.URL(r.Tracker))
	p.put("p", verdict.Human, "class", "verdict "+map[console.Colour]string{console.Green: "good", console.Yellow: "warn", console.Red: "bad"}[verdict.Colour])
	if err := notExamined(con, r); err != nil {
		p.put("p", con.Redact(err.Error(), r.Tracker))
		var hint *console.HintError
		if errors.As(err, &hint) {
			p.put("p", con.Redact(hint.Hint, r.Tracker), "class", "dim")
		}
	}
	count := func(state announce.State, severity announce.Severity) string {
		return fmt.Sprint(r.Count(state, severity))
	}
	p.tiles([]tile{
		{count(announce.Pass, ""), "passed", "good"}, {count(announce.Fail, announce.Error), "errors", "bad"}, {count(announce.Fail, announce.Warning), "warnings", "warn"},
		{count(announce.Fail, announce.Info), "infos", "info"}, {count(announce.Skip, ""), "skipped", "dim"}, {roundTime(r.Elapsed), "time", ""},
	})
	address := ""
	if r.Addr.IsValid() {
		address = r.Addr.String()
	}
	p.facts([][2]string{{"address", address}, {"infohash", r.Hash.String()}})
	if len(r.Verdicts) > 0 {
		p.chart(fmt.Sprintf("How long each of the %d checks took, in their order, on a logarithmic scale from 0.1 ms to %s", len(r.Verdicts), roundTime(longest(r))), checkBars(r))
	}
	p.end()
	if r.Count(announce.Fail, "") > 0 {
		p.put("h2", "What failed")
		p.begin("div", "class", "card")
		for _, severity := range []announce.Severity{announce.Error, announce.Warning, announce.Info} {
			for i := range r.Verdicts {
				if v := &r.Verdicts[i]; v.State == announce.Fail && v.Severity == severity {
					checkDetails(con, p, v, r.Tracker, true)
				}
			}
		}
		p.end()
	}
	group := ""
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		if name, _, _ := strings.Cut(v.ID, "."); name != group {
			if group != "" {
				p.end()
			}
			group = name
			p.put("h2", "Checks: "+group)
			p.begin("div", "class", "card")
		}
		checkDetails(con, p, v, r.Tracker, false)
	}
	if group != "" {
		p.end()
	}
}

// checkClass is the class of a state by its weight.
func checkClass(v *announce.Verdict) string {
	switch {
	case v.State == announce.Pass:
		return "good"
	case v.State == announce.Skip:
		return "dim"
	}
	return map[announce.Severity]string{announce.Error: "bad", announce.Warning: "warn", announce.Info: "info"}[v.Severity]
}

func checkDetails(con *console.Console, p *page, v *announce.Verdict, tracker string, open bool) {
	if open {
		p.begin("details", "open", "")
	} else {
		p.begin("details")
	}
	p.begin("summary")
	p.put("span", verdictCell(v).Human, "class", "state "+checkClass(v))
	p.put("span", v.ID, "class", "id")
	p.text(" " + v.Title)
	p.end()
	advice := ""
	if v.State == announce.Fail {
		advice = v.Advice
	}
	p.facts([][2]string{{"found", trackerText(con, v.Detail, tracker)}, {"source", source(v.Check)}, {"advice", advice}, {"time", roundTime(v.Elapsed)}})
	if v.Sent != "" {
		p.block("sent", trackerText(con, v.Sent, tracker))
	}
	if len(v.Received) > 0 {
		p.block("received", trackerText(con, received(v.Received, v.Length), tracker))
	}
	p.end()
}

func longest(r *announce.Report) time.Duration {
	var most time.Duration
	for _, v := range r.Verdicts {
		most = max(most, v.Elapsed)
	}
	return most
}

// checkBars are the times of checks, of which some wait for seconds and most take no time at all.
func checkBars(r *announce.Report) []bar {
	const least = 100 * time.Microsecond
	scale := math.Log(max(longest(r), 2*least).Seconds() / least.Seconds())
	var bars []bar
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		class := checkClass(v)
		if class == "good" {
			class = "pass"
		}
		bars = append(bars, bar{math.Log(max(v.Elapsed, least).Seconds()/least.Seconds()) / scale, class, v.ID + ": " + roundTime(v.Elapsed)})
	}
	return bars
}
