package trackers

import (
	"cmp"
	"context"
	"fmt"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

// scraped is the result of a count that is there.
const scraped = "ok"

// scrapeRow is what one tracker, or the DHT, counts of one torrent.
type scrapeRow struct {
	tracker, address           string
	hash                       metainfo.HashV1
	seeds, leeches, downloaded *console.Cell
	result                     *console.Cell
	good                       bool
}

// addScraped adds a row for each torrent that a tracker was asked about, and says what else there is to say.
func addScraped(con *console.Console, rows []scrapeRow, r *announce.ScrapeResult) []scrapeRow {
	address := ""
	if r.Addr.IsValid() {
		address = r.Addr.String()
	}
	for _, c := range r.Counts {
		result := console.Detail(scraped).In(console.Green)
		switch {
		case !c.Known && r.Failure != nil:
			result = console.Detail(string(r.Failure.Code) + ": " + failureText(con, r.Failure, r.Tracker)).In(console.Red)
		case !c.Known:
			result = console.Detail("unknown").In(console.Yellow)
		}
		rows = append(rows, scrapeRow{con.URL(r.Tracker), address, c.Hash, numberCell(c.Seeds), numberCell(c.Leeches), numberCell(c.Downloaded), result, c.Known})
	}
	if r.Failure != nil && len(r.Counts) == 0 {
		con.Warn(fmt.Sprintf("%s: %s: %s", con.URL(r.Tracker), r.Failure.Code, failureText(con, r.Failure, r.Tracker)))
	}
	for _, n := range r.Findings {
		con.Warn(con.URL(r.Tracker) + ": " + findingCell(n, trackerText(con, n.Text, r.Tracker)).Human)
	}
	return rows
}

// scrapeDHT counts every torrent in the DHT, and adds a row or prints an object for each.
func scrapeDHT(ctx context.Context, con *console.Console, t *targets, rows []scrapeRow, f *scrapeFlags, sum *tally) ([]scrapeRow, error) {
	var hashes []metainfo.HashV1
	for _, s := range t.subjects {
		hashes = append(hashes, s.hashes...)
	}
	counts, err := announce.ScrapeDHT(ctx, hashes, announce.DHTOptions{Bootstrap: f.dhtNodes, AllowPrivate: f.allowPrivate, Timeout: f.timeout})
	if err != nil {
		return rows, err
	}
	for _, c := range counts {
		sum.add(c.Failure == nil)
		if con.Options.JSON {
			if err := con.JSON(dhtToJSON(c)); err != nil {
				return rows, err
			}
			continue
		}
		result := console.Detail(fmt.Sprintf("ok: estimated from %d nodes", c.Nodes)).In(console.Green)
		seeds, leeches := console.Count(int64(c.Seeds)), console.Count(int64(c.Leeches))
		switch {
		case c.Failure != nil:
			result = console.Detail(string(c.Failure.Code) + ": " + c.Failure.Error()).In(console.Red)
			seeds, leeches = numberCell(announce.Unknown), numberCell(announce.Unknown)
		case c.Nodes == 0:
			result = console.Detail("unknown").In(console.Yellow)
		}
		rows = append(rows, scrapeRow{"dht", "", c.Hash, seeds, leeches, numberCell(announce.Unknown), result, c.Failure == nil && c.Nodes > 0})
	}
	return rows, nil
}

// showScraped prints a row for each count in a pipe. For people it tells a single one in full, and of several each tracker in
// a table of its own.
func showScraped(con *console.Console, rows []scrapeRow, t *targets) {
	switch {
	case !con.Human():
		table := console.NewTable()
		for _, r := range rows {
			table.Row(console.Text(r.tracker), console.Text(r.hash.String()), r.seeds, r.leeches, r.downloaded, console.Text(r.address), r.result)
		}
		con.ShowTable(table)
	case len(rows) == 1:
		showCount(con, &rows[0])
	default:
		for len(rows) > 0 {
			n := 1
			for n < len(rows) && rows[n].tracker == rows[0].tracker && rows[n].address == rows[0].address {
				n++
			}
			showCounts(con, rows[:n], t)
			if rows = rows[n:]; len(rows) > 0 {
				con.Print()
			}
		}
	}
}

// showCount is the only count.
func showCount(con *console.Console, r *scrapeRow) {
	var f console.Fields
	f.Text("tracker", r.tracker)
	if r.address != "" {
		f.Text("address", r.address)
	}
	f.Text("infohash", r.hash.String())
	f.Add("result", r.result)
	if r.good {
		f.Add("seeds", r.seeds)
		f.Add("leeches", r.leeches)
		f.Add("downloaded", r.downloaded)
	}
	con.Show(&f)
}

// showCounts are those of one tracker. Torrents have their names, where they have any.
func showCounts(con *console.Console, rows []scrapeRow, t *targets) {
	names := make(map[metainfo.HashV1]string)
	for _, s := range t.subjects {
		for _, h := range s.hashes {
			names[h] = s.name
		}
	}
	con.Print(console.Words(rows[0].tracker).In(console.Bold))
	first, alike, good := rows[0].result, true, true
	for _, r := range rows {
		alike = alike && !r.good && r.result.Raw == first.Raw
		good = good && r.result.Raw == scraped
	}
	if alike {
		con.Print(console.Words("  "), console.Words(first.Human).In(first.Colour), console.Words(fmt.Sprintf(", for %s", command.Plural(len(rows), "torrent"))))
		return
	}
	table := console.NewTable("seeds", "leeches", "downloaded", "torrent", "result")
	if good {
		table.Head = table.Head[:4]
	}
	for _, r := range rows {
		row := []*console.Cell{r.seeds, r.leeches, r.downloaded, console.Path(cmp.Or(names[r.hash], r.hash.String()))}
		if r.result.Raw == scraped {
			r.result.Human = ""
		}
		table.Row(append(row, r.result)[:len(table.Head)]...)
	}
	con.ShowTable(table)
}
