package trackers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// What Torrust's tracker checker prints: keys in its order, names in its case.
type (
	// torrustOutcome is a Result of Rust.
	torrustOutcome map[string]any // Ok or Err
	torrustHealth  struct {
		URL    string         `json:"url"`
		Result torrustOutcome `json:"result"`
	}
	torrustHTTP struct {
		URL     string `json:"url"`
		Results []any  `json:"results"` // pairs of a step and its outcome
	}
	torrustUDP struct {
		Remote  string `json:"remote_addr"`
		Results []any  `json:"results"`
	}
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

func okOrErr(good bool, value any) torrustOutcome {
	if good {
		return torrustOutcome{"Ok": value}
	}
	return torrustOutcome{"Err": value}
}

func torrustResult(con *console.Console, c *checked) any {
	r := &c.announce
	step := func(name string, f *announce.Failure) any {
		if f == nil {
			return []any{name, okOrErr(true, nil)}
		}
		return []any{name, okOrErr(false, trackerText(con, f.Error(), c.url))}
	}
	switch c.kind {
	case "Health":
		if r.Good() {
			return torrustHealth{torrustURL(c.url), okOrErr(true, strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, http.StatusText(r.Status))))}
		}
		return torrustHealth{torrustURL(c.url), okOrErr(false, trackerText(con, r.Failure.Error(), c.url))}
	case "Http":
		return torrustHTTP{torrustURL(c.url), []any{step("Announce", r.Failure), step("Scrape", c.scrape.Failure)}}
	}
	switch {
	case !r.Addr.IsValid():
		return torrustUDP{strings.TrimPrefix(c.url, "udp://"), []any{step("Setup", r.Failure)}}
	case r.Timing.FirstByte == 0: // nothing was asked behind the connect action
		return torrustUDP{r.Addr.String(), []any{step("Setup", nil), step("Connect", r.Failure)}}
	}
	return torrustUDP{r.Addr.String(), []any{step("Setup", nil), step("Connect", nil), step("Announce", r.Failure), step("Scrape", c.scrape.Failure)}}
}

// torrustURL writes a URL as Rust's url crate does, by the URL Standard: with a path, without the scheme's own port.
func torrustURL(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return raw
	}
	u.Host = strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" || port == "" {
		u.Host = strings.TrimSuffix(strings.TrimSuffix(u.Host, port), ":")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.ResolveReference(&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery, ForceQuery: u.ForceQuery, Fragment: u.Fragment}).String()
}
