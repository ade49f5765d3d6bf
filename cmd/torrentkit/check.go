package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/metainfo"
)

// checkerConfig finds Torrust's checker configuration: the file named by --config, else the environment, which counts
// only where nothing else says whom to ask. nil means that there is none.
func (a *app) checkerConfig(ctx context.Context, file string, wanted bool) (*announce.CheckerConfig, error) {
	if !wanted {
		return nil, nil
	}
	raw, name := []byte(a.getenv("TORRUST_CHECKER_CONFIG")), "TORRUST_CHECKER_CONFIG"
	if file == "" {
		file = a.getenv("TORRUST_CHECKER_CONFIG_PATH") // it goes before the other, as in Torrust's tool
	}
	if file != "" {
		var err error
		if raw, err = a.readCapture(ctx, file); err != nil {
			return nil, err
		}
		name = file
	}
	if len(raw) == 0 && file == "" {
		return nil, nil
	}
	c, err := announce.ParseCheckerConfig(raw)
	if err != nil {
		return nil, inputError(name, err)
	}
	return &c, nil
}

// checked is one line of a configuration with what came of it.
type checked struct {
	kind     string // Udp, Http or Health, as Torrust's tool says
	announce announce.Result
	scrape   *announce.ScrapeResult // nil for health checks
}

func (c *checked) good() bool { return c.announce.Good() && (c.scrape == nil || c.scrape.Good()) }

// check probes all that a checker configuration names, in parallel, and answers no if any of it fails.
func (a *app) check(ctx context.Context, c *announce.CheckerConfig, opt announce.Options, f *announceFlags) error {
	if f.compat != "" && f.compat != "torrust" {
		return fmt.Errorf("--compat knows torrust, not %q", f.compat)
	}
	opt.AllAddresses = false
	var all []*checked
	for _, list := range []struct {
		kind string
		urls []string
	}{{"Udp", c.UDPTrackers}, {"Health", c.HealthChecks}, {"Http", c.HTTPTrackers}} {
		for _, u := range list.urls {
			all = append(all, &checked{kind: list.kind, announce: announce.Result{Query: announce.Query{Tracker: u}}})
		}
	}
	var wg sync.WaitGroup
	hash := announce.RandomHash()
	for _, one := range all {
		wg.Go(func() { one.run(ctx, hash, opt) })
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.compat != "" {
		if err := a.writeTorrust(all); err != nil {
			return err
		}
	} else if err := a.showChecked(all, f.peers); err != nil {
		return err
	}
	for _, one := range all {
		if !one.good() {
			return no()
		}
	}
	return nil
}

func (c *checked) run(ctx context.Context, hash metainfo.HashV1, opt announce.Options) {
	u := c.announce.Tracker
	if c.kind == "Health" {
		c.announce = announce.Health(ctx, u, opt)
		return
	}
	c.announce = announce.Probe(ctx, announce.Query{Tracker: u, Hash: hash}, opt)[0]
	scrape := announce.ScrapeResult{}
	scrape.Failure = c.announce.Failure
	if c.announce.Good() {
		scrape = announce.Scrape(ctx, u, []metainfo.HashV1{hash}, opt)[0]
	}
	c.scrape = &scrape
}

func (a *app) showChecked(all []*checked, peers bool) error {
	for _, c := range all {
		if a.options.JSON {
			if err := a.json(a.resultToJSON(&c.announce, false)); err != nil {
				return err
			}
			continue
		}
		r := c.announce
		if r.Good() && !c.good() {
			r.Reply, r.Failure = nil, c.scrape.Failure
		}
		a.showLine(&r, false, peers)
	}
	return nil
}

// writeTorrust prints the array that Torrust's tracker checker prints.
func (a *app) writeTorrust(all []*checked) error {
	out := []any{}
	for _, c := range all {
		out = append(out, map[string]any{c.kind: okOrErr(c.good(), a.torrustResult(c))})
	}
	e := json.NewEncoder(a.document())
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

func (a *app) torrustResult(c *checked) map[string]any {
	r := &c.announce
	step := func(name string, f *announce.Failure) []any {
		if f == nil {
			return []any{name, map[string]any{"Ok": nil}}
		}
		return []any{name, map[string]any{"Err": a.trackerText(f.Error(), r.Tracker)}}
	}
	switch c.kind {
	case "Health":
		if r.Good() {
			return map[string]any{"url": r.Tracker, "result": okOrErr(true, "200 OK")}
		}
		return map[string]any{"url": r.Tracker, "result": okOrErr(false, a.trackerText(r.Failure.Error(), r.Tracker))}
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
