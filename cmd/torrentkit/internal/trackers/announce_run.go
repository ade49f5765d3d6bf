package trackers

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// runAnnounce is the command.
func runAnnounce(ctx context.Context, con *console.Console, cmd *cobra.Command, args []string, f *announceFlags) error {
	if f.decode != "" {
		return decodeAnswer(ctx, con, f.decode, f.v6)
	}
	opt, err := f.request(cmd)
	if err != nil {
		return err
	}
	nothing := len(args)+len(f.trackers) == 0 && f.list == ""
	if checker, err := checkerConfig(ctx, con, f.config, nothing || f.config != ""); err != nil || checker != nil {
		if err != nil {
			return err
		}
		return check(ctx, con, checker, opt, f)
	}
	if f.compat != "" {
		return errors.New("--compat is about a configuration: name one with --config FILE")
	}
	if nothing {
		return errors.New("an argument is missing: a tracker, a torrent, a link or an infohash")
	}
	t, err := readTargets(ctx, con, args, &f.targetFlags, false)
	if f.wants("nagios") && ctx.Err() == nil && (console.IsSaid(err) || t.unread != nil) {
		err = errors.New("an argument cannot be read")
	}
	if err != nil {
		return err
	}
	reports, err := newGathered(con, &t, f)
	if err != nil {
		return err
	}
	queries := t.queries()
	if !f.wants("nagios") { // which has a state of its own for that
		t.refuseMalformed(opt)
	}
	switch {
	case f.dryRun:
		err = showQueries(con, queries, opt, f)
	case f.pings() || f.wants("nagios"):
		err = ping(ctx, con, queries, opt, f, reports)
	default:
		err = probe(ctx, con, queries, opt, f, newSummary(f.by, &t, len(queries)), reports)
	}
	if t.unread != nil && ctx.Err() == nil {
		return t.unread
	}
	return err
}

// withoutPeers is a result that does not keep the answer.
func withoutPeers(r announce.Result) announce.Result {
	if r.Reply != nil {
		reply := *r.Reply
		reply.Peers = announce.Peers{}
		r.Reply = &reply
	}
	return r
}

// probe asks everybody at once and prints answers as they arrive.
func probe(ctx context.Context, con *console.Console, queries []announce.Query, opt announce.Options, f *announceFlags, all *summary, reports *gathered) error {
	var sum tally
	single, unlisted := len(queries) == 1, false
	for i, r := range announce.ProbeAll(ctx, queries, opt) {
		if ctx.Err() != nil {
			break
		}
		sum.add(r.Good())
		unlisted = unlisted || reports.unlisted(&r)
		all.add(&r)
		if len(f.reports) > 0 {
			reports.add(i, &r)
		}
		switch {
		case all.only() || reports.silent():
		case con.Options.JSON:
			if err := writeResultJSON(con, &r, f.explain); err != nil {
				return err
			}
		case f.explain:
			explainResult(con, &r, opt, f.curlArgs())
		case single && !f.all:
			showResult(con, &r, f.peers)
		default:
			showLine(con, &r, 0, len(queries) > 1 && !sameHash(queries), f.peers)
		}
		con.Flush()
	}
	if err := reports.write(ctx, con, opt, f.curlArgs()); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		con.Note(fmt.Sprintf("%d answered, %d failed, the others were not waited for", sum.good, sum.failed))
		return err
	}
	if !reports.silent() && !f.explain {
		if err := all.show(con); err != nil {
			return err
		}
	}
	if len(queries) > 1 && !reports.silent() {
		con.Note(fmt.Sprintf("%d of %d gave a good answer", sum.good, sum.good+sum.failed))
	}
	if unlisted {
		con.Note(unlistedNote)
	}
	return sum.verdict(f.failOn)
}

func sameHash(queries []announce.Query) bool {
	for i := range queries {
		if queries[i].Hash != queries[0].Hash {
			return false
		}
	}
	return true
}

// showQueries is --dry-run.
func showQueries(con *console.Console, queries []announce.Query, opt announce.Options, f *announceFlags) error {
	for _, q := range queries {
		plan := announce.Plan(q, opt)
		if plan.Failure != nil {
			con.Warn(plan.Failure.Error())
			continue
		}
		if con.Options.JSON {
			if err := con.JSON(plannedJSON{string(plan.Event), q.Hash.String(), q.Tracker}); err != nil {
				return err
			}
			continue
		}
		explainResult(con, &plan, opt, f.curlArgs())
	}
	return nil
}
