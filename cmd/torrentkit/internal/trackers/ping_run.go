package trackers

import (
	"context"
	"errors"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// ping asks one tracker again and again, and sums up.
func ping(ctx context.Context, con *console.Console, queries []announce.Query, opt announce.Options, f *announceFlags) error {
	if len(queries) != 1 || f.all {
		return errors.New("--count, --duration and --nagios ask one tracker about one infohash at one address")
	}
	q := queries[0]
	asking, cancel, count := ctx, context.CancelFunc(func() {}), f.count
	if f.duration > 0 {
		asking, cancel = context.WithTimeout(ctx, f.duration)
	} else {
		count = max(count, 1)
	}
	defer cancel()
	var stats announce.PingStats
	var last announce.Result
	for r := range announce.Ping(asking, q, opt, count, f.interval) {
		stats.Add(&r)
		last = r
		switch {
		case f.nagios || f.metrics:
		case con.Options.JSON:
			if err := writeResultJSON(con, &r, false); err != nil {
				return err
			}
		default:
			showLine(con, &r, false, f.peers)
			con.Flush()
		}
	}
	switch {
	case f.nagios:
		return nagios(con, &stats, &last)
	case f.metrics:
		showMetrics(con, []announce.Result{last})
		pingMetrics(con, q, &stats)
	case con.Options.JSON:
		if err := con.JSON(pingToJSON(q, &stats)); err != nil {
			return err
		}
	default:
		showPing(con, &stats)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	sum := tally{good: stats.Good, failed: stats.Sent - stats.Good}
	return sum.verdict(f.failOn)
}

// Exit codes of Nagios plugins.
const (
	nagiosWarning  = 1
	nagiosCritical = 2
)
