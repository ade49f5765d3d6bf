package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/inspect"
)

type inspectFlags struct {
	files, tree, pads bool
	maxSize           sizeValue
}

func newInspect(a *app) *cobra.Command {
	f := inspectFlags{maxSize: maxTorrent}
	cmd := &cobra.Command{
		Use:     "inspect TORRENT...",
		Aliases: []string{"show", "info"},
		Short:   "Show what a torrent says",
		Long:    `A TORRENT is a file, or - for standard input. What is wrong with it but can be worked with is a warning on standard error.`,
		Example: `  torrentkit inspect album.torrent
  torrentkit inspect --tree album.torrent
  torrentkit inspect --json *.torrent | jq -r .infohash
  torrentkit inspect - < album.torrent`,
		Args: arity(1, -1),
		RunE: a.run(func(ctx context.Context, args []string) error { return a.inspect(ctx, args, &f) }),
	}
	group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.files, "files", false, "list the files")
		fs.BoolVar(&f.tree, "tree", false, "draw the files as a tree")
		fs.BoolVar(&f.pads, "pads", false, "show pad files (BEP 47) among the files too")
	})
	group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
	exits(cmd, "every torrent was read", "")
	return cmd
}

func (a *app) inspect(ctx context.Context, names []string, f *inspectFlags) error {
	first := true
	return a.each(ctx, names, func(ctx context.Context, name string) error {
		t, err := a.parseTorrent(ctx, name, int64(f.maxSize))
		if err != nil {
			return err
		}
		if a.global.json {
			return writeJSON(a.out, torrentToJSON(t, name, f.pads))
		}
		if !first {
			fmt.Fprintln(a.out)
		}
		first = false
		a.showTorrent(t, f)
		return nil
	})
}

// parseTorrent reads a torrent and says its warnings.
func (a *app) parseTorrent(ctx context.Context, name string, limit int64) (*inspect.Torrent, error) {
	raw, err := a.readTorrent(ctx, name, limit)
	if err != nil {
		return nil, err
	}
	t, err := inspect.Parse(raw)
	if err != nil {
		return nil, inputError(inputName(name), err)
	}
	const most = 10
	for i, p := range t.Problems {
		if i == most {
			a.warn(fmt.Sprintf("%s: %d more warnings", inputName(name), len(t.Problems)-most))
			break
		}
		a.warn(fmt.Sprintf("%s: %v", inputName(name), p))
	}
	return t, nil
}

func inputName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}
