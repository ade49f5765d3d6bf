package main

import (
	"fmt"

	"github.com/torrentkit/torrentkit/announce"
)

func (t *tally) addScrape(r *announce.ScrapeResult) {
	if r.Good() {
		t.good++
	} else {
		t.failed++
	}
}

func (a *app) scrapeRows(rows *table, r *announce.ScrapeResult) {
	address := ""
	if r.Addr.IsValid() {
		address = r.Addr.String()
	}
	for _, c := range r.Counts {
		result := textCell("ok").in(green)
		switch {
		case !c.Known && r.Failure != nil:
			result = textCell(string(r.Failure.Code) + ": " + a.failureText(r.Failure, r.Tracker)).in(red)
		case !c.Known:
			result = textCell("unknown").in(yellow)
		}
		rows.row(textCell(a.trackerURL(r.Tracker)), textCell(c.Hash.String()), numberCell(c.Seeds), numberCell(c.Leeches), numberCell(c.Downloaded), textCell(address), result)
	}
	if r.Failure != nil && len(r.Counts) == 0 {
		a.warn(fmt.Sprintf("%s: %s: %s", a.trackerURL(r.Tracker), r.Failure.Code, a.failureText(r.Failure, r.Tracker)))
	}
	for _, n := range r.Findings {
		a.warn(a.trackerURL(r.Tracker) + ": " + findingCell(n, a.trackerText(n.Text, r.Tracker)).human)
	}
}
