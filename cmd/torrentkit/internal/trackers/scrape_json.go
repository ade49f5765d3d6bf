package trackers

import (
	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// scrapeJSON is what "scrape --json" prints for each tracker, or each address of it.
type scrapeJSON struct {
	Tracker      string       `json:"tracker"` // whole: passkeys are not hidden here
	Transport    string       `json:"transport"`
	Address      string       `json:"address,omitempty"`
	OK           bool         `json:"ok"`
	Standing     string       `json:"standing"` // of the tracker: alive (it answered), dead (nobody is there), or unclear
	Code         string       `json:"code,omitempty"`
	Error        string       `json:"error,omitempty"`
	Requests     int          `json:"requests"`
	Torrents     []countsJSON `json:"torrents"`
	Findings     []oddityJSON `json:"findings"`
	Milliseconds timingJSON   `json:"milliseconds"`
}

// countsJSON is what a tracker knows of one torrent. Counts are null where it did not give them.
type countsJSON struct {
	Infohash   string `json:"infohash"`
	Known      bool   `json:"known"`
	Seeds      *int64 `json:"seeds"`
	Leeches    *int64 `json:"leeches"`
	Downloaded *int64 `json:"downloaded"`
}

func countsToJSON(counts []announce.Counts) []countsJSON {
	list := make([]countsJSON, len(counts))
	for i, c := range counts {
		list[i] = countsJSON{c.Hash.String(), c.Known, known(c.Seeds), known(c.Leeches), known(c.Downloaded)}
	}
	return list
}

func scrapeToJSON(con *console.Console, r *announce.ScrapeResult) scrapeJSON {
	whole := resultToJSON(con, &r.Result, false)
	return scrapeJSON{
		Tracker: r.Tracker, Transport: whole.Transport, Address: whole.Address, OK: r.Good(), Standing: whole.Standing, Code: whole.Code, Error: whole.Error,
		Requests: r.Requests, Torrents: countsToJSON(r.Counts), Findings: whole.Findings, Milliseconds: whole.Milliseconds,
	}
}

// dhtJSON is what "scrape --dht --json" prints for each torrent. The counts are estimates.
type dhtJSON struct {
	DHT          bool    `json:"dht"`
	Infohash     string  `json:"infohash"`
	OK           bool    `json:"ok"`
	Code         string  `json:"code,omitempty"`
	Error        string  `json:"error,omitempty"`
	Seeds        int     `json:"seeds"`
	Leeches      int     `json:"leeches"`
	Nodes        int     `json:"nodes"`
	Queries      int     `json:"queries"`
	Milliseconds float64 `json:"milliseconds"`
}

func dhtToJSON(c announce.DHTCounts) dhtJSON {
	v := dhtJSON{
		DHT: true, Infohash: c.Hash.String(), OK: c.Failure == nil, Seeds: c.Seeds, Leeches: c.Leeches,
		Nodes: c.Nodes, Queries: c.Queries, Milliseconds: milliseconds(c.Elapsed),
	}
	if c.Failure != nil {
		v.Code, v.Error = string(c.Failure.Code), c.Failure.Error()
	}
	return v
}
