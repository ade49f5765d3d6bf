package trackers

import (
	"encoding/json"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// writeTorrust prints the array that Torrust's tracker checker prints.
func writeTorrust(con *console.Console, all []*checked) error {
	out := []any{}
	for _, c := range all {
		out = append(out, map[string]any{c.kind: okOrErr(c.good(), torrustResult(con, c))})
	}
	e := json.NewEncoder(con.Document())
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(out)
}

func okOrErr(good bool, value any) map[string]any {
	if good {
		return map[string]any{"Ok": value}
	}
	return map[string]any{"Err": value}
}

func torrustResult(con *console.Console, c *checked) map[string]any {
	r := &c.announce
	step := func(name string, f *announce.Failure) []any {
		if f == nil {
			return []any{name, map[string]any{"Ok": nil}}
		}
		return []any{name, map[string]any{"Err": trackerText(con, f.Error(), r.Tracker)}}
	}
	switch c.kind {
	case "Health":
		if r.Good() {
			return map[string]any{"url": r.Tracker, "result": okOrErr(true, "200 OK")}
		}
		return map[string]any{"url": r.Tracker, "result": okOrErr(false, trackerText(con, r.Failure.Error(), r.Tracker))}
	case "Http":
		return map[string]any{"url": r.Tracker, "results": []any{step("Announce", r.Failure), step("Scrape", c.scrape.Failure)}}
	}
	v := map[string]any{"remote_addr": r.Addr.String()}
	switch {
	case !r.Addr.IsValid():
		v["results"] = []any{step("Setup", r.Failure)}
	case !r.Local.IsValid():
		v["results"] = []any{step("Setup", nil), step("Connect", r.Failure)}
	default:
		v["results"] = []any{step("Setup", nil), step("Connect", nil), step("Announce", r.Failure), step("Scrape", c.scrape.Failure)}
	}
	return v
}
