package trackers

import (
	"context"
	"sync"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

// checkerConfig finds Torrust's checker configuration: the file named by --config, else the environment, which counts
// only where nothing else says whom to ask. nil means that there is none.
func checkerConfig(ctx context.Context, con *console.Console, file string, wanted bool) (*announce.CheckerConfig, error) {
	if !wanted {
		return nil, nil
	}
	raw, name := []byte(con.Getenv("TORRUST_CHECKER_CONFIG")), "TORRUST_CHECKER_CONFIG"
	if file == "" {
		file = con.Getenv("TORRUST_CHECKER_CONFIG_PATH") // it goes before the other, as in Torrust's tool
	}
	if file != "" {
		var err error
		if raw, err = command.Read(ctx, con, file, maxCapture); err != nil {
			return nil, err
		}
		name = file
	}
	if len(raw) == 0 && file == "" {
		return nil, nil
	}
	c, err := announce.ParseCheckerConfig(raw)
	if err != nil {
		return nil, command.InputError(name, err)
	}
	return &c, nil
}

// checked is one line of a configuration with what came of it.
type checked struct {
	kind     string // Udp, Http or Health, as Torrust's tool says
	url      string // as it stands there
	announce announce.Result
	scrape   *announce.ScrapeResult // nil for health checks
}

func (c *checked) good() bool { return c.announce.Good() && (c.scrape == nil || c.scrape.Good()) }

// check probes all that a checker configuration names, in parallel, and answers no if any of it fails.
func check(ctx context.Context, con *console.Console, c *announce.CheckerConfig, opt announce.Options, f *announceFlags) error {
	opt.AllAddresses = false
	var all []*checked
	for _, list := range []struct {
		kind string
		urls []string
	}{{"Udp", c.UDPTrackers}, {"Health", c.HealthChecks}, {"Http", c.HTTPTrackers}} {
		for _, u := range list.urls {
			all = append(all, &checked{kind: list.kind, url: u})
		}
	}
	var wg sync.WaitGroup
	for _, one := range all {
		wg.Go(func() { one.run(ctx, f.compat != "", opt) })
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.compat != "" {
		if err := writeTorrust(con, all); err != nil {
			return err
		}
	} else if err := showChecked(con, all, f.peers); err != nil {
		return err
	}
	for _, one := range all {
		if !one.good() {
			return console.No()
		}
	}
	return nil
}

// run asks what the line is about; bare is as Torrust's tool asks, whose paths are its own. A tracker that refused is
// scraped all the same.
func (c *checked) run(ctx context.Context, bare bool, opt announce.Options) {
	hash := announce.CheckerHash()
	tracker := c.url
	switch c.kind {
	case "Health":
		c.announce = announce.Health(ctx, c.url, opt)
		return
	case "Http":
		tracker = announce.CheckerAnnounceURL(c.url, bare)
	}
	c.announce = announce.Probe(ctx, announce.Query{Tracker: tracker, Hash: hash}, opt)[0]
	c.scrape = &announce.ScrapeResult{}
	if c.scrape.Failure = c.announce.Failure; standingOf(c.announce.Failure) != dead {
		*c.scrape = announce.Scrape(ctx, tracker, []metainfo.HashV1{hash}, opt)[0]
	}
}
