package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/verify"
)

type verifyFlags struct {
	read    readFlags
	maxSize sizeValue
}

func newVerify(a *app) *cobra.Command {
	f := verifyFlags{maxSize: maxTorrent}
	cmd := &cobra.Command{
		Use:     "verify TORRENT [PATH]",
		Aliases: []string{"check"},
		Short:   "Check data against a torrent",
		Long: `PATH is the content itself or the folder that holds it; by default the folder of the torrent. Every file is ok,
missing, short, long, damaged, unreadable or of the wrong type. Where a v1 piece that spans files does not match, each
of its files may be the damaged one, and all are named.`,
		Example: `  torrentkit verify album.torrent
  torrentkit verify album.torrent /srv/music
  torrentkit verify --json album.torrent | jq '.files[] | select(.state != "ok")'`,
		Args: arity(1, 2),
		RunE: a.run(func(ctx context.Context, args []string) error { return a.verify(ctx, args, &f) }),
	}
	group(cmd, "Run", func(fs *pflag.FlagSet) {
		f.read.bind(fs)
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
	exits(cmd, "all data is as the torrent says", "data is missing or differs")
	return cmd
}

func (a *app) verify(ctx context.Context, args []string, f *verifyFlags) error {
	t, err := a.parseTorrent(ctx, args[0], int64(f.maxSize))
	if err != nil {
		return err
	}
	where := filepath.Dir(args[0]) // of "-": this folder
	if len(args) == 2 {
		where = args[1]
	}
	o := verify.Options{Workers: f.read.workers, DropCache: f.read.noCache}
	if o.Order, err = verify.ParseOrder(f.read.io.value); err != nil {
		return err
	}
	p := a.startProgress("verifying")
	defer p.finish()
	o.Progress = p.set
	r, err := verify.Data(ctx, t.Raw(), where, o)
	p.finish()
	if r == nil {
		return err
	}
	if shown := a.showReport(r); shown != nil || err != nil {
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
