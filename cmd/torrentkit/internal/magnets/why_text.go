package magnets

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// showWhy prints the report: who was asked, what came of the peers, what is missing and what to try.
func showWhy(con *console.Console, input string, w *why) error {
	if con.Options.JSON {
		return con.JSON(whyToJSON(con, input, w))
	}
	hide := hider(con, w.sources)
	var f console.Fields
	f.YesNo("starts", w.starts())
	command.AddInfoHashes(&f, metainfo.Hashes{V1: w.link.V1, V2: w.link.V2})
	if w.res != nil {
		f.Text("name", w.res.Name)
		f.Text("metadata from", con.URL(w.res.From))
	} else if w.link.Name != "" {
		f.Text("name", w.link.Name)
	}
	f.Each("asked", slices.Values(command.Objects(w.sources, func(s magnet.SourceReport) *console.Cell {
		text := con.URL(s.Name) + ": " + command.Plural(s.Peers, "peer")
		if s.Err != nil {
			text = con.URL(s.Name) + ": " + hide(console.OneLine(s.Err))
		}
		return console.Text(text)
	})))
	counts := magnet.Count(w.peers)
	f.Count("peers", int64(len(w.peers)))
	for r := magnet.Delivered; r <= magnet.BadEncryption; r++ {
		f.Some("peers "+r.String(), int64(counts[r]))
	}
	f.Each("missing", slices.Values(command.Objects(w.missing, func(m missing) *console.Cell { return console.Text(fmt.Sprintf("%s: %s", m.code, m.text)) })))
	f.Each("try", slices.Values(command.Objects(w.missing, func(m missing) *console.Cell { return console.Text(m.try) })))
	con.Show(&f)
	return nil
}

// sourceKind names what was asked in one word.
func sourceKind(s magnet.SourceReport) string {
	if isTrackerSource(s) {
		return "tracker"
	}
	return cmp.Or(map[string]string{"dht": "dht", "urls": "urls"}[s.Name], "link")
}
