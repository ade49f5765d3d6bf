package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/metainfo"
)

type scrapeFlags struct {
	trackerFlags
	targetFlags
	full, dht    bool
	dhtNodes     []string
	allowPrivate bool
	failOn       string
}

func newScrape(a *app) *cobra.Command {
	f := &scrapeFlags{failOn: "all"}
	cmd := &cobra.Command{
		Use:   "scrape TRACKER|TORRENT|LINK|INFOHASH...",
		Short: "Ask trackers how many peers torrents have, without announcing",
		Long: `Every tracker is asked about every torrent that is named for it, in as many requests as real trackers need to answer in full. The table has a row for each torrent and tracker.

Where the scrape URL of a tracker is not known (BEP 48: the last part of the path begins with announce) it cannot be scraped.`,
		Example: `  torrentkit scrape udp://tracker.example:1337 0123456789abcdef0123456789abcdef01234567
  torrentkit scrape *.torrent
  torrentkit scrape -t https://one.example/announce -t udp://two.example:80 *.torrent --json`,
		Args: cobra.ArbitraryArgs,
	}
	cmd.RunE = runE(func(ctx context.Context, args []string) error { return a.scrape(ctx, cmd, args, f) })
	f.targetFlags.bind(cmd)
	group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.all, "all-addresses", false, "ask every address of each host, and give rows for each")
		fs.BoolVar(&f.full, "full", false, "ask for every torrent that the tracker has (HTTP; most refuse)")
		fs.BoolVar(&f.dht, "dht", false, "count peers in the DHT too (BEP 33); no tracker needs to be named then")
		fs.StringArrayVar(&f.dhtNodes, "dht-node", nil, "begin with the node of the DHT at `HOST:PORT` (repeatable)")
		fs.BoolVar(&f.allowPrivate, "allow-private", false, "ask nodes of the DHT at private and loopback addresses too")
		fs.Var(oneOf(&f.failOn, "any", "all", "none"), "fail-on", "exit 1 when `WHICH` trackers fail: any, all or none")
	})
	f.trackerFlags.bind(cmd)
	exits(cmd, "a tracker gave a good answer (--fail-on says which count)", "no tracker did")
	return cmd
}

// scrapeJob is what one tracker is asked: the hashes of all torrents that name it.
type scrapeJob struct {
	tracker string
	hashes  []metainfo.HashV1
}

func (a *app) scrape(ctx context.Context, cmd *cobra.Command, args []string, f *scrapeFlags) error {
	opt, err := f.options(cmd)
	if err != nil {
		return err
	}
	if len(args)+len(f.trackers) == 0 && f.list == "" {
		return errors.New("an argument is missing: a tracker and a torrent, a link or an infohash")
	}
	t, err := a.targets(ctx, args, &f.targetFlags, f.dht)
	if err != nil {
		return err
	}
	if t.random && !f.full {
		return withHint(errors.New("no torrent is named"), "name a torrent, a link or an infohash, or ask for all of them with --full")
	}
	jobs := scrapeJobs(&t, f.full)
	var sum tally
	rows := newTable(0, "tracker", "infohash", "seeds", "leeches", "downloaded", "address", "result")
	queries := func(i int) (string, []metainfo.HashV1) { return jobs[i].tracker, jobs[i].hashes }
	results := make([][]announce.ScrapeResult, len(jobs)) // the table has the order of the arguments
	for i, r := range announce.ScrapeEach(ctx, len(jobs), queries, opt) {
		sum.addScrape(&r)
		if a.options.JSON {
			if err := a.json(a.scrapeToJSON(&r)); err != nil {
				return err
			}
			continue
		}
		results[i] = append(results[i], r)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, r := range slices.Concat(results...) {
		a.scrapeRows(rows, &r)
	}
	if f.dht {
		if err := a.scrapeDHT(ctx, &t, rows, f, &sum); err != nil {
			return err
		}
	}
	if !a.options.JSON {
		a.showTable(rows)
	}
	return sum.verdict(f.failOn)
}

// scrapeJobs turns the torrents with their trackers round.
func scrapeJobs(t *targets, full bool) []scrapeJob {
	var jobs []scrapeJob
	at := make(map[string]int)
	for _, s := range t.subjects {
		for _, tracker := range s.trackers {
			i, ok := at[tracker]
			if !ok {
				i = len(jobs)
				at[tracker] = i
				jobs = append(jobs, scrapeJob{tracker: tracker})
			}
			if !full {
				jobs[i].hashes = append(jobs[i].hashes, s.hashes...)
			}
		}
	}
	return jobs
}
