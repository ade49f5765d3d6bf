package main

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

type diffFlags struct {
	common  bool
	maxSize sizeValue
}

func newDiff(a *app) *cobra.Command {
	f := diffFlags{maxSize: maxTorrent}
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Tell what differs between torrents, and whether the infohash does",
		Long: `A and B are files or http or https URLs; one of them may be - for standard input. No content is read: files are
the same where their v2 roots are, or where pieces that hold nothing else have the same hashes. Of what cannot be
compared that is said.

With --common, any number of torrents and folders of torrents: the files that at least two of them have.`,
		Example: `  torrentkit diff old.torrent new.torrent
  torrentkit diff --json old.torrent new.torrent | jq .infohash_differs_by
  torrentkit diff --common releases/`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.common {
				return arity(1, -1)(cmd, args)
			}
			return arity(2, 2)(cmd, args)
		},
		RunE: runE(func(ctx context.Context, args []string) error {
			if f.common {
				return a.common(ctx, args, &f)
			}
			return a.diff(ctx, args, &f)
		}),
	}
	group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.common, "common", false, "print the files that several torrents have")
	})
	group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
	exits(cmd, "nothing differs (--common: there are such files)", "something differs (--common: there are none)")
	return cmd
}

func (a *app) diff(ctx context.Context, args []string, f *diffFlags) error {
	if args[0] == "-" && args[1] == "-" {
		return errors.New("standard input can be one of the two only")
	}
	var torrents [2]*metainfo.Torrent
	for i, name := range args {
		t, err := a.parseTorrent(ctx, name, int64(f.maxSize))
		if err != nil {
			return err
		}
		torrents[i] = t
	}
	d := inspect.Diff(torrents[0], torrents[1])
	if err := a.showDiff(d, torrents, args); err != nil {
		return err
	}
	if !d.Same() {
		return no()
	}
	return nil
}

func (a *app) common(ctx context.Context, args []string, f *diffFlags) error {
	var torrents []*metainfo.Torrent
	var names []string
	err := a.eachInput(ctx, args, func(ctx context.Context, name string) error {
		t, err := a.parseTorrent(ctx, name, int64(f.maxSize))
		if err == nil {
			torrents, names = append(torrents, t), append(names, name)
		}
		return err
	})
	if ctx.Err() != nil {
		return err
	}
	shared := inspect.Common(torrents)
	if shown := a.showCommon(shared, torrents, names); shown != nil || err != nil {
		return cmp.Or(err, shown)
	}
	if len(shared) == 0 {
		return no()
	}
	return nil
}
