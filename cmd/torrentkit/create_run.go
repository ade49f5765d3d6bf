package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
)

// prepareCreate completes the options, and what the torrent is made of.
func (a *app) prepareCreate(ctx context.Context, paths []string, o *create.Options, f *createFlags) ([]string, error) {
	if err := a.createOptions(o, f); err != nil {
		return nil, err
	}
	paths, err := a.createPaths(ctx, paths, o, f)
	if err != nil {
		return nil, err
	}
	if o.Name == "" {
		if o.Name, err = create.DefaultName(paths[0]); err != nil {
			return nil, withHint(err, "--name NAME")
		}
	}
	if f.reuse != "" {
		o.Reuse, err = a.readTorrent(ctx, f.reuse, maxTorrent)
	}
	return paths, err
}

func (a *app) create(ctx context.Context, paths []string, o *create.Options, f *createFlags) error {
	paths, err := a.prepareCreate(ctx, paths, o, f)
	if err != nil {
		return err
	}
	out, err := a.createOutput(o, f)
	if err != nil {
		return err
	}
	content, err := create.Scan(ctx, paths, f.selection)
	if err != nil {
		return err
	}
	if f.list {
		return a.showDecisions(o.Name, content)
	}
	plan, err := content.Plan(*o)
	if err != nil {
		return createHint(err)
	}
	a.tellPlan(plan)
	switch {
	case f.table:
		return a.showChoices(plan)
	case f.dryRun:
		return a.showPlan(plan)
	case f.shard.of > 0:
		return a.createShard(ctx, plan, f)
	}
	raw, err := a.hash(ctx, plan, "nothing was written", plan.Torrent)
	if err != nil {
		return err
	}
	return a.finishCreate(ctx, plan.Reused, raw, out)
}

// hash does the long part, with a progress bar.
func (a *app) hash(ctx context.Context, plan *create.Plan, stopped string, work func(context.Context) ([]byte, error)) ([]byte, error) {
	p := a.startProgress("hashing")
	defer p.finish()
	plan.Progress = p.set
	raw, err := work(ctx)
	done, total := p.now()
	p.finish()
	if ctx.Err() != nil {
		a.note(fmt.Sprintf("stopped after hashing %s of %s; %s", formatSize(done), formatSize(total), stopped))
	}
	var other *create.UnexpectedHashError
	if errors.As(err, &other) {
		return nil, noBecause(other.Error() + "; nothing was written")
	}
	if err == nil {
		a.tellReused(plan)
	}
	return raw, err
}

// finishCreate writes the torrent and prints what it is. The plan is not needed any more, and may be as large. The plan is not needed any more, and may be as large.
func (a *app) finishCreate(ctx context.Context, reused create.Reused, raw []byte, out *output) error {
	lint, err := inspect.Lint(raw, inspect.LintOptions{Now: a.now()})
	if err == nil {
		err = lint.Refused
	}
	if err != nil {
		return fmt.Errorf("reading the torrent that was made: %w", err)
	}
	if err := out.write(ctx, raw); err != nil {
		return err
	}
	a.tellLint(lint)
	return a.showCreated(lint.Torrent, reused, out)
}

// createShard hashes a part of the content into the journal.
func (a *app) createShard(ctx context.Context, plan *create.Plan, f *createFlags) error {
	_, err := a.hash(ctx, plan, "the journal keeps it", func(ctx context.Context) ([]byte, error) {
		return nil, plan.Shard(ctx, f.shard.index, f.shard.of)
	})
	if err != nil {
		return err
	}
	return a.showShard(plan, f)
}
