package main

import (
	"context"
	"fmt"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/metainfo"
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

// scrapeDHT counts every torrent in the DHT, and adds a row or prints an object for each.
func (a *app) scrapeDHT(ctx context.Context, t *targets, rows *table, f *scrapeFlags, sum *tally) error {
	var hashes []metainfo.HashV1
	for _, s := range t.subjects {
		hashes = append(hashes, s.hashes...)
	}
	counts, err := announce.ScrapeDHT(ctx, hashes, announce.DHTOptions{Bootstrap: f.dhtNodes, AllowPrivate: f.allowPrivate, Timeout: f.timeout})
	if err != nil {
		return err
	}
	for _, c := range counts {
		if c.Failure == nil {
			sum.good++
		} else {
			sum.failed++
		}
		if a.options.JSON {
			if err := a.json(dhtToJSON(c)); err != nil {
				return err
			}
			continue
		}
		result := textCell(fmt.Sprintf("ok: estimated from %d nodes", c.Nodes)).in(green)
		seeds, leeches := countCell(int64(c.Seeds)), countCell(int64(c.Leeches))
		switch {
		case c.Failure != nil:
			result = textCell(string(c.Failure.Code) + ": " + c.Failure.Error()).in(red)
			seeds, leeches = numberCell(announce.Unknown), numberCell(announce.Unknown)
		case c.Nodes == 0:
			result = textCell("unknown").in(yellow)
		}
		rows.row(textCell("dht"), textCell(c.Hash.String()), seeds, leeches, numberCell(announce.Unknown), textCell(""), result)
	}
	return nil
}
