package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
)

// createFlags are the flags of create that are not fields of create.Options.
type createFlags struct {
	output               string
	force, dryRun, table bool
	trackers             []string
	createdBy, date      string
	noCreatedBy          bool
	noDate               bool
	format               choice
}

func newCreate(a *app) *cobra.Command {
	var o create.Options
	f := createFlags{format: choice{value: "v1", allowed: []string{"v1", "v2", "hybrid"}}}
	cmd := &cobra.Command{
		Use:   "create PATH",
		Short: "Make a torrent of a file or folder",
		Long: `Hidden and empty files are taken, symbolic links are followed, and files that operating systems leave behind
(.DS_Store, Thumbs.db, desktop.ini, ._*) are left out. Nothing is written unless every file could be read and none
changed meanwhile. With the date left out or fixed (--no-date, --date, SOURCE_DATE_EPOCH) the same files give the same
torrent everywhere.`,
		Example: `  torrentkit create album/
  torrentkit create -t https://tracker.example/announce -t udp://tracker.example:6969 -o out/ film.mkv
  torrentkit create -f hybrid -l 4M --exclude '*.tmp' --no-date -o - data/ | torrentkit inspect -
  torrentkit create --plan data/
  torrentkit create --dry-run --max-torrent-size 1M data/`,
		Args: arity(1, 1),
		RunE: a.run(func(ctx context.Context, args []string) error { return a.create(ctx, args[0], &o, &f) }),
	}
	createFlagGroups(cmd, &o, &f)
	exits(cmd, "the torrent was made", "--expect-infohash was given and the infohash is another")
	return cmd
}

func (a *app) create(ctx context.Context, path string, o *create.Options, f *createFlags) error {
	if err := a.createOptions(o, f); err != nil {
		return err
	}
	if o.Name == "" {
		name, err := create.DefaultName(path)
		if err != nil {
			return withHint(err, "--name NAME")
		}
		o.Name = name
	}
	out, err := a.createOutput(path, o, f)
	if err != nil {
		return err
	}
	plan, err := create.NewPlan(ctx, path, *o)
	if err != nil {
		return createHint(err)
	}
	a.tellPlan(plan)
	if f.table {
		return a.showChoices(plan)
	}
	if f.dryRun {
		return a.showPlan(plan)
	}
	p := a.startProgress("hashing")
	defer p.finish()
	plan.Progress = p.set
	raw, err := plan.Torrent(ctx)
	if ctx.Err() != nil {
		done, total := p.now()
		p.finish()
		a.note(fmt.Sprintf("stopped after hashing %s of %s; nothing was written", formatSize(done), formatSize(total)))
	}
	var other *create.UnexpectedHashError
	if errors.As(err, &other) {
		p.finish()
		return &noError{other.Error() + "; nothing was written"}
	}
	if err != nil {
		return err
	}
	p.finish()
	t, err := inspect.Parse(raw)
	if err != nil {
		return fmt.Errorf("reading the torrent that was made: %w", err)
	}
	if err := out.write(ctx, raw); err != nil {
		return err
	}
	if err := a.tellLint(raw); err != nil {
		return err
	}
	return a.showCreated(t, out)
}

// createHint adds what can be done about an error of planning.
func createHint(err error) error {
	if errors.Is(err, create.ErrEmpty) {
		return withHint(err, "see what --exclude, --include and --junk leave: torrentkit create --dry-run PATH")
	}
	var large *create.TooLargeError
	if errors.As(err, &large) {
		return withHint(err, "see what each piece length gives: torrentkit create --plan PATH")
	}
	return err
}
