package trackers

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

// scrapeJob is what one tracker is asked: the hashes of all torrents that name it.
type scrapeJob struct {
	tracker string
	hashes  []metainfo.HashV1
}

func runScrape(ctx context.Context, con *console.Console, cmd *cobra.Command, args []string, f *scrapeFlags) error {
	opt, err := f.options(cmd)
	if err != nil {
		return err
	}
	if len(args)+len(f.trackers) == 0 && f.list == "" {
		return errors.New("an argument is missing: a tracker and a torrent, a link or an infohash")
	}
	t, err := readTargets(ctx, con, args, &f.targetFlags, f.dht)
	if err != nil {
		return err
	}
	if t.random && !f.full {
		return console.WithHint(errors.New("no torrent is named"), "name a torrent, a link or an infohash, or ask for all of them with --full")
	}
	jobs := scrapeJobs(&t, f.full)
	if f.scrapeURL != "" && len(jobs) != 1 {
		return fmt.Errorf("--scrape-url is for one tracker, not %d", len(jobs))
	}
	opt.ScrapeURL = f.scrapeURL
	t.refuseMalformed(opt)
	return scrape(ctx, con, &t, jobs, opt, f)
}

// scrape asks everybody at once. The table has the order of the arguments.
func scrape(ctx context.Context, con *console.Console, t *targets, jobs []scrapeJob, opt announce.Options, f *scrapeFlags) error {
	all := newSummary(f.by, t, len(t.queries()))
	if f.full || f.dht {
		all = nil
	}
	var sum tally
	var rows []scrapeRow
	queries := func(i int) (string, []metainfo.HashV1) { return jobs[i].tracker, jobs[i].hashes }
	results := make([][]announce.ScrapeResult, len(jobs))
	for i, r := range announce.ScrapeEach(ctx, len(jobs), queries, opt) {
		sum.add(r.Good())
		all.addScrape(&r)
		switch {
		case all.only():
		case con.Options.JSON:
			if err := con.JSON(scrapeToJSON(con, &r)); err != nil {
				return err
			}
		default:
			results[i] = append(results[i], r)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, list := range results {
		for i := range list {
			rows = addScraped(con, rows, &list[i])
		}
	}
	if f.dht {
		var err error
		if rows, err = scrapeDHT(ctx, con, t, rows, f, &sum); err != nil {
			return err
		}
	}
	if !con.Options.JSON && !all.only() {
		showScraped(con, rows, t)
	}
	if err := all.show(con); err != nil {
		return err
	}
	return cmp.Or(t.unread, sum.verdict(f.failOn))
}

// scrapeJobs turns the torrents with their trackers round.
func scrapeJobs(t *targets, full bool) []scrapeJob {
	var jobs []scrapeJob
	at := make(map[string]int)
	asked := make(map[pair]bool)
	for _, s := range t.subjects {
		for _, tracker := range s.trackers {
			i, ok := at[tracker]
			if !ok {
				i = len(jobs)
				at[tracker] = i
				jobs = append(jobs, scrapeJob{tracker: tracker})
			}
			for _, h := range s.hashes {
				if !full && !asked[pair{tracker, h}] {
					asked[pair{tracker, h}] = true
					jobs[i].hashes = append(jobs[i].hashes, h)
				}
			}
		}
	}
	return jobs
}
