package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/verify"
)

type verifyFlags struct {
	maxSize sizeValue
	content string
	brief   bool // one line a torrent
	options verify.Options
}

func newVerify(a *app) *cobra.Command {
	f := verifyFlags{maxSize: maxTorrent}
	cmd := &cobra.Command{
		Use:     "verify TORRENT [PATH] | TORRENT...",
		Aliases: []string{"check"},
		Short:   "Check data against a torrent",
		Long: `PATH is the content itself or the folder that holds it; by default the folder of the torrent. Every file is ok,
missing, short, long, damaged, unreadable or of the wrong type. Where a v1 piece that spans files does not match, each
of its files may be the damaged one, and all are named, unless a checksum in the torrent or another copy tells.

A TORRENT that is a folder stands for the torrents in it. Several torrents get a line each, or a JSON object each.`,
		Example: `  torrentkit verify album.torrent
  torrentkit verify album.torrent /srv/music
  torrentkit verify --content /srv/music torrents/
  torrentkit verify --compare-with /backup/album --extra album.torrent
  torrentkit verify --sample 20 --fail-fast huge.torrent /srv/archive
  torrentkit verify --json album.torrent | jq '.files[] | select(.state != "ok")'`,
		Args: arity(1, -1),
		RunE: a.run(func(ctx context.Context, args []string) error { return a.verify(ctx, args, &f) }),
	}
	o := &f.options
	group(cmd, "Content", func(fs *pflag.FlagSet) {
		fs.StringVar(&f.content, "content", "", "look for the content of all torrents in `FOLDER`")
		fs.StringArrayVar(&o.Only, "only", nil, "verify the files that match `GLOB` only (repeatable)")
		fs.Var(&piecesValue{&o.Pieces}, "pieces", "verify pieces `A-B` only, counted from 0 (repeatable)")
		fs.IntVar(&o.Sample, "sample", 0, "read `N` pieces only: the first, the last, and others drawn at random")
		fs.Uint64Var(&o.Seed, "seed", 0, "draw the same pieces as the run that printed seed `N`")
		fs.BoolVar(&o.FailFast, "fail-fast", false, "stop at the first fault")
	})
	group(cmd, "Report", func(fs *pflag.FlagSet) {
		fs.StringVar(&o.CompareWith, "compare-with", "", "find the wrong bytes of damaged pieces by another copy in `FOLDER`")
		fs.BoolVar(&o.Extra, "extra", false, "list what is in the content's folder and not in the torrent: it counts as a difference")
	})
	group(cmd, "Run", func(fs *pflag.FlagSet) {
		readFlags(fs, &o.Workers, &o.Order, &o.DropCache)
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
	exits(cmd, "all data that was read is as the torrent says", "data is missing or differs")
	return cmd
}

func (a *app) verify(ctx context.Context, args []string, f *verifyFlags) error {
	if f.options.Sample > 0 && f.options.Seed == 0 {
		f.options.Seed = a.seed()
	}
	tasks, err := verifyTasks(args, f.content)
	if err != nil {
		return err
	}
	if len(tasks) == 1 {
		return a.verifyOne(ctx, tasks[0], f)
	}
	f.brief = true
	names := make([]string, len(tasks))
	where := make(map[string]verifyTask, len(tasks))
	for i, t := range tasks {
		names[i] = t.torrent
		where[t.torrent] = t
	}
	return a.each(ctx, names, func(ctx context.Context, name string) error { return a.verifyOne(ctx, where[name], f) })
}

// verifyOne verifies one torrent and prints its report.
func (a *app) verifyOne(ctx context.Context, task verifyTask, f *verifyFlags) error {
	t, err := a.parseTorrent(ctx, task.torrent, int64(f.maxSize))
	if err != nil {
		return err
	}
	label := "verifying"
	if f.brief {
		label += " " + filepath.Base(task.torrent)
	}
	p := a.startProgress(label)
	defer p.finish()
	o := f.options
	o.Progress = p.set
	r, err := verify.Data(ctx, t.Raw(), task.content, o)
	p.finish()
	if r == nil {
		return err
	}
	show := a.showReport
	if f.brief {
		show = a.showBrief
	}
	if shown := show(task.torrent, r); shown != nil || err != nil {
		return firstError(err, shown)
	}
	if !r.OK() {
		return no()
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
