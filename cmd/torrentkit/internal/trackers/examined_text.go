package trackers

import (
	"errors"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// doctorPage is the report of an examination for people.
func doctorPage(con *console.Console, reports []announce.Report, opt announce.Options, curlArgs []string) []byte {
	title := "Examination of a tracker"
	if len(reports) > 1 {
		title = "Examination of trackers"
	}
	p := newPage(con, title)
	for i := range reports {
		r := &reports[i]
		examinedSection(con, p, r)
		about := func(v *announce.Verdict, open bool) { checkDetails(con, p, v, r.Tracker, open, opt, curlArgs) }
		failedChecks(p, r, about)
		checkGroups(p, r, about)
	}
	return p.bytes()
}

// examinedSection tells of one tracker: the verdict, and how many checks it met.
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
		{count(announce.Fail, announce.Info), "infos", "info"}, {count(announce.Skip, ""), "skipped", "dim"}, {con.Times.Answer(r.Elapsed), "time", ""},
	})
	address := ""
	if r.Addr.IsValid() {
		address = r.Addr.String()
	}
	p.facts([][2]string{{"address", address}, {"infohash", r.Hash.String()}})
	p.end()
}

// failedChecks are shown open, the gravest first.
func failedChecks(p *page, r *announce.Report, about func(v *announce.Verdict, open bool)) {
	if r.Count(announce.Fail, "") == 0 {
		return
	}
	p.put("h2", "What failed")
	p.begin("div", "class", "card")
	for _, severity := range []announce.Severity{announce.Error, announce.Warning, announce.Info} {
		for i := range r.Verdicts {
			if v := &r.Verdicts[i]; v.State == announce.Fail && v.Severity == severity {
				about(v, true)
			}
		}
	}
	p.end()
}

// checkGroups are all checks, each in its group.
func checkGroups(p *page, r *announce.Report, about func(v *announce.Verdict, open bool)) {
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
		about(v, false)
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

// checkDetails are of one check: what was found, and the last request with its answer.
func checkDetails(con *console.Console, p *page, v *announce.Verdict, tracker string, open bool, opt announce.Options, curlArgs []string) {
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
	p.facts([][2]string{{"found", trackerText(con, v.Detail, tracker)}, {"source", source(v.Check)}, {"advice", advice}, {"time", con.Times.Answer(v.Elapsed)}})
	if v.Sent != "" {
		p.begin("pre")
		for _, l := range exchangeLines(con, &v.Exchange, tracker, opt, curlArgs) {
			p.text(l.text)
			p.b.WriteString("\n")
		}
		if len(v.Exchange.Received) < v.Length {
			p.text("(" + receivedOf(v) + ")")
		}
		p.end()
	}
	p.end()
}
