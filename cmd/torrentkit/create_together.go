package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/torrentkit/torrentkit/create"
)

// createTogether makes several torrents from one pass. Nothing is written unless all could be made.
func (a *app) createTogether(ctx context.Context, paths []string, jobs []*createJob) error {
	outs := make([]*output, len(jobs))
	taken := make(map[string]bool)
	for i, j := range jobs {
		if f := &j.f; f.dryRun || f.table || f.list || f.shard.of > 0 {
			return errors.New("--also is for making torrents, not for --dry-run, --plan, --list or --shard")
		}
		var err error
		if paths, err = a.prepareCreate(ctx, paths, &j.o, &j.f); err != nil {
			return err
		}
		if outs[i], err = a.createOutput(&j.o, &j.f); err != nil {
			return err
		}
		if i > 0 { // what one torrent leaves out because it is written there, all leave out
			jobs[0].f.selection.LeaveOut = append(jobs[0].f.selection.LeaveOut, j.f.selection.LeaveOut...)
		}
		if taken[outs[i].path] || outs[i].kind == toStdout {
			return withHint(fmt.Errorf("writing %q: two torrents would go there", outs[i]), "give each --also an output=FILE")
		}
		taken[outs[i].path] = true
	}
	plans, err := a.planTogether(ctx, paths, jobs)
	if err != nil {
		return err
	}
	var raws [][]byte
	if _, err = a.hash(ctx, plans[0], "nothing was written", func(ctx context.Context) (_ []byte, err error) {
		raws, err = create.Torrents(ctx, plans)
		return nil, err
	}); err != nil {
		return err
	}
	for i := range raws {
		if err := a.finishCreate(ctx, plans[i].Reused, raws[i], outs[i]); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) planTogether(ctx context.Context, paths []string, jobs []*createJob) ([]*create.Plan, error) {
	content, err := create.Scan(ctx, paths, jobs[0].f.selection)
	if err != nil {
		return nil, err
	}
	var plans []*create.Plan
	for i, j := range jobs {
		p, err := content.Plan(j.o)
		if err != nil {
			return nil, createHint(err)
		}
		if i == 0 {
			a.tellPlan(p)
		}
		plans = append(plans, p)
	}
	return plans, nil
}
