package magnets

import (
	"cmp"

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
	for _, s := range w.sources {
		text := command.Plural(s.Peers, "peer")
		if s.Err != nil {
			text = hide(console.OneLine(s.Err))
		}
		f.Text("asked", con.URL(s.Name)+": "+text)
	}
	counts := magnet.Count(w.peers)
	f.Count("peers", int64(len(w.peers)))
	for r := magnet.Delivered; r <= magnet.BadEncryption; r++ {
		f.Some("peers "+r.String(), int64(counts[r]))
	}
	for _, m := range w.missing {
		f.Text("missing", m.code+": "+m.text)
	}
	for _, m := range w.missing {
		f.Text("try", m.try)
	}
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
