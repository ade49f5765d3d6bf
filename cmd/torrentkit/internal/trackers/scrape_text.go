package trackers

import (
	"context"
	"fmt"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

func scrapeRows(con *console.Console, rows *console.Table, r *announce.ScrapeResult) {
	address := ""
	if r.Addr.IsValid() {
		address = r.Addr.String()
	}
	for _, c := range r.Counts {
		result := console.Text("ok").In(console.Green)
		switch {
		case !c.Known && r.Failure != nil:
			result = console.Text(string(r.Failure.Code) + ": " + failureText(con, r.Failure, r.Tracker)).In(console.Red)
		case !c.Known:
			result = console.Text("unknown").In(console.Yellow)
		}
		rows.Row(console.Text(con.URL(r.Tracker)), console.Text(c.Hash.String()), numberCell(c.Seeds), numberCell(c.Leeches), numberCell(c.Downloaded), console.Text(address), result)
	}
	if r.Failure != nil && len(r.Counts) == 0 {
		con.Warn(fmt.Sprintf("%s: %s: %s", con.URL(r.Tracker), r.Failure.Code, failureText(con, r.Failure, r.Tracker)))
	}
	for _, n := range r.Findings {
		con.Warn(con.URL(r.Tracker) + ": " + findingCell(n, trackerText(con, n.Text, r.Tracker)).Human)
	}
}

// scrapeDHT counts every torrent in the DHT, and adds a row or prints an object for each.
func scrapeDHT(ctx context.Context, con *console.Console, t *targets, rows *console.Table, f *scrapeFlags, sum *tally) error {
	var hashes []metainfo.HashV1
	for _, s := range t.subjects {
		hashes = append(hashes, s.hashes...)
	}
	counts, err := announce.ScrapeDHT(ctx, hashes, announce.DHTOptions{Bootstrap: f.dhtNodes, AllowPrivate: f.allowPrivate, Timeout: f.timeout})
	if err != nil {
		return err
	}
	for _, c := range counts {
		sum.add(c.Failure == nil)
		if con.Options.JSON {
			if err := con.JSON(dhtToJSON(c)); err != nil {
				return err
			}
			continue
		}
		result := console.Text(fmt.Sprintf("ok: estimated from %d nodes", c.Nodes)).In(console.Green)
		seeds, leeches := console.Count(int64(c.Seeds)), console.Count(int64(c.Leeches))
		switch {
		case c.Failure != nil:
			result = console.Text(string(c.Failure.Code) + ": " + c.Failure.Error()).In(console.Red)
			seeds, leeches = numberCell(announce.Unknown), numberCell(announce.Unknown)
		case c.Nodes == 0:
			result = console.Text("unknown").In(console.Yellow)
		}
		rows.Row(console.Text("dht"), console.Text(c.Hash.String()), seeds, leeches, numberCell(announce.Unknown), console.Text(""), result)
	}
	return nil
}
