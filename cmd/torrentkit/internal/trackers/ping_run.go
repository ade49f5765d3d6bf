package trackers

import (
	"context"
	"errors"
	"slices"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// ping asks again and again, and sums up.
func ping(ctx context.Context, con *console.Console, queries []announce.Query, opt announce.Options, f *announceFlags, g *gathered) error {
	if f.all {
		return errors.New("--count, --duration and --nagios ask each tracker at one address")
	}
	asking, cancel, count := ctx, context.CancelFunc(func() {}), f.count
	if f.duration > 0 {
		asking, cancel = context.WithTimeout(ctx, f.duration)
	} else {
		count = max(count, 1)
	}
	defer cancel()
	withHash := len(queries) > 1 && !sameHash(queries)
	for i, r := range announce.Ping(asking, queries, opt, count, f.interval) {
		round := g.add(i, &r).stats.Sent
		switch {
		case g.silent():
		case con.Options.JSON:
			if err := writeResultJSON(con, &r, false); err != nil {
				return err
			}
		default:
			showLine(con, &r, round, withHash, f.peers)
			con.Flush()
		}
	}
	if err := g.write(ctx, con, opt, f.curlArgs()); err != nil {
		return err
	}
	if g.Wants("nagios") && ctx.Err() == nil {
		return nagios(con, g, f)
	}
	if !g.silent() {
		if err := showPings(con, g.all); err != nil {
			return err
		}
		if slices.ContainsFunc(g.all, func(s *series) bool { return g.unlisted(&s.last) }) {
			con.Note(unlistedNote)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return g.verdict(f.failOn)
}
