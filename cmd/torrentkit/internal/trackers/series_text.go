package trackers

import (
	"fmt"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// announceJUnit is a suite for each tracker, with a case for each infohash.
func announceJUnit(con *console.Console, all []*series) []byte {
	var suites []console.JunitSuite
	at := make(map[string]int)
	for _, s := range all {
		tracker := console.Escape(con.URL(s.query.Tracker))
		i, ok := at[tracker]
		if !ok {
			i = len(suites)
			at[tracker] = i
			suites = append(suites, console.JunitSuite{Name: tracker})
		}
		c := console.JunitCase{Class: "announce", Name: s.query.Hash.String(), Time: console.JunitSeconds(s.last.Timing.Total)}
		if s.last.Addr.IsValid() {
			c.Name += " at " + s.last.Addr.String()
		}
		if f := s.last.Failure; f != nil {
			message := &console.JunitMessage{Type: string(f.Code), Message: console.EscapeSentence(failureText(con, f, s.query.Tracker))}
			if f.TrackerSpoke() {
				c.Failure = message
			} else {
				c.Error = message
			}
		}
		suites[i].Add(c)
	}
	return console.JunitDocument("torrentkit announce", suites)
}

// maxExplained is of how many questions a page shows what was sent and received.
const maxExplained = 50

// announcePage is the report of a run of announce for people.
func announcePage(con *console.Console, g *gathered, opt announce.Options, curlArgs []string) []byte {
	p := newPage(con, "Answers of trackers")
	good, sent, lost := 0, 0, 0
	for _, s := range g.all {
		if s.last.Good() {
			good++
		}
		sent, lost = sent+s.stats.Sent, lost+s.stats.Sent-s.stats.Good
	}
	p.begin("div", "class", "card")
	class, text := "good", fmt.Sprintf("%d of %d gave good answers", good, len(g.all))
	if g.pings {
		text = fmt.Sprintf("%d of %d gave good answers in the end; %d of %d questions had none", good, len(g.all), lost, sent)
	}
	switch {
	case good < len(g.all):
		class = "bad"
	case lost > 0:
		class = "warn"
	}
	p.put("p", text, "class", "verdict "+class)
	if len(g.all) > 1 {
		for _, s := range g.all {
			state, text := seriesState(con, s)
			p.begin("p")
			p.put("span", state, "class", "state "+seriesClass(s))
			p.text(con.URL(s.query.Tracker) + " ")
			p.put("span", text, "class", "dim")
			p.end()
		}
	}
	p.end()
	for i, s := range g.all {
		seriesSection(con, p, s, g)
		if i < maxExplained && len(s.last.Exchanges) > 0 {
			p.begin("details")
			p.put("summary", "What was sent and received")
			for j := range s.last.Exchanges {
				p.begin("pre")
				for _, l := range exchangeLines(con, &s.last.Exchanges[j], s.query.Tracker, opt, curlArgs) {
					p.text(l.text)
					p.b.WriteString("\n")
				}
				p.end()
			}
			p.end()
		}
		p.end()
	}
	return p.bytes()
}

func seriesState(con *console.Console, s *series) (state, text string) {
	if f := s.last.Failure; f != nil {
		return string(f.Code), failureText(con, f, s.query.Tracker)
	}
	return "ok", con.Times.Answer(s.stats.Mean())
}

func seriesClass(s *series) string {
	switch s.stats.Good {
	case s.stats.Sent:
		return "good"
	case 0:
		return "bad"
	}
	return "warn"
}

// seriesSection tells of one question. It leaves a card open for what follows.
func seriesSection(con *console.Console, p *page, s *series, g *gathered) {
	r := &s.last
	p.begin("div", "class", "card")
	p.put("h3", con.URL(s.query.Tracker))
	tiles := []tile{{fmt.Sprint(s.stats.Sent), "asked", ""}, {fmt.Sprint(s.stats.Good), "answered", seriesClass(s)}, {lossCell(&s.stats).Human, "loss", ""}}
	for _, t := range pingTimes(&s.stats) {
		if s.stats.Good >= t.least {
			tiles = append(tiles, tile{con.Times.Answer(t.d), t.name, ""})
		}
	}
	p.tiles(tiles)
	if g.pings {
		most := max(s.stats.Max(), time.Microsecond)
		bars := make([]bar, len(s.samples))
		for i, one := range s.samples {
			bars[i] = bar{float64(one.took) / float64(most), "good", con.Times.Answer(one.took)}
			if !one.good {
				bars[i] = bar{1, "bad", "no good answer"}
			}
		}
		var lines []float64
		var names []string
		for _, t := range pingTimes(&s.stats) {
			if (t.name == "median" || t.name == "p95") && s.stats.Good >= t.least {
				lines, names = append(lines, float64(t.d)/float64(most)), append(names, t.name)
			}
		}
		about := "Each answer in turn, from 0 to " + con.Times.Answer(most) + "; red where there was no good one"
		if len(lines) > 0 {
			about += "; dashed: " + strings.Join(names, " and ")
		}
		p.chart(about, bars, lines...)
	}
	p.shares(con, []share{{"name lookup", "info", r.Timing.DNS}, {"connect", "good", r.Timing.Connect}, {"TLS", "warn", r.Timing.TLS}, {"first byte", "pass", r.Timing.FirstByte}})
	p.facts(seriesFacts(con, r))
}

// seriesFacts is the last result in words.
func seriesFacts(con *console.Console, r *announce.Result) [][2]string {
	facts := [][2]string{{"infohash", r.Hash.String()}}
	if r.Addr.IsValid() {
		facts = append(facts, [2]string{"address", r.Addr.String()})
	}
	if r.Failure != nil {
		facts = append(facts, [2]string{string(r.Failure.Code), failureText(con, r.Failure, r.Tracker)})
	}
	if p := r.Reply; p != nil {
		seeds, leeches := countCells(r)
		facts = append(facts, [2]string{"seeds", seeds.Human}, [2]string{"leeches", leeches.Human},
			[2]string{"interval", console.FormatInterval(p.Interval)}, [2]string{"warning", trackerText(con, p.Warning, r.Tracker)})
	}
	if r.TLS != nil {
		facts = append(facts, [2]string{"tls", r.TLS.Version + ", " + r.TLS.Subject}, [2]string{"certificate ends", console.FormatTime(r.TLS.NotAfter)},
			[2]string{"certificate", r.TLS.Invalid})
	}
	for _, n := range r.Findings {
		facts = append(facts, [2]string{"finding", findingCell(n, trackerText(con, n.Text, r.Tracker)).Human})
	}
	return facts
}
