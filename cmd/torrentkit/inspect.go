package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/metainfo"
)

type inspectFlags struct {
	files, tree, pads, pieces bool
	fields                    []string
	query                     string
	raw                       bool
	table, stats              bool
	sort, groupBy             string
	maxSize                   sizeValue
	set                       *pflag.FlagSet // which flags were given
}

func newInspect(a *app) *cobra.Command {
	f := inspectFlags{maxSize: maxTorrent}
	cmd := &cobra.Command{
		Use:     "inspect TORRENT|LINK...",
		Aliases: []string{"show", "info"},
		Short:   "Show what a torrent says",
		Long: `A TORRENT is a file, a folder of .torrent files, an http or https URL, or - for standard input; a LINK is a magnet
link. What is wrong with it but can be worked with is a warning on standard error. Folders are shown as a table.`,
		Example: `  torrentkit inspect album.torrent
  torrentkit inspect --tree album.torrent
  torrentkit inspect --field infohash *.torrent
  torrentkit inspect --query info/files/0/length album.torrent
  torrentkit inspect --json *.torrent | jq -r .infohash
  torrentkit inspect --table --sort -size releases/
  torrentkit inspect --stats releases/
  torrentkit inspect - < album.torrent`,
		Args: arity(1, -1),
		RunE: runE(func(ctx context.Context, args []string) error { return a.inspect(ctx, args, &f) }),
	}
	f.set = cmd.Flags()
	group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.files, "files", false, "list the files")
		fs.BoolVar(&f.tree, "tree", false, "draw the files as a tree, with their pieces and v2 roots")
		fs.BoolVar(&f.pads, "pads", false, "show pad files (BEP 47) among the files too")
		fs.BoolVar(&f.pieces, "pieces", false, "list the pieces with their hashes")
		fs.StringArrayVar(&f.fields, "field", nil, "print one value a line, for scripts; without a `NAME`, list the names (repeatable)")
		fs.StringVar(&f.query, "query", "", "print the value of any key: a `PATH` like info/files/0/length")
		fs.BoolVar(&f.raw, "raw", false, "with --query: print the bytes as they are")
	})
	group(cmd, "Many torrents", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.table, "table", false, "print a line for each torrent")
		fs.Var(oneOf(&f.sort, sortKeys()...), "sort", "sort the table by a `KEY`: name, size, files, pieces, piece-length, format, created, input; -KEY from the end")
		fs.Var(oneOf(&f.groupBy, groupKeys()...), "group-by", "count torrents by a `KEY`: format, piece-length, tracker, private, source, created-by, created")
		fs.BoolVar(&f.stats, "stats", false, "print totals, and which torrents have the same content")
	})
	group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
	cmd.MarkFlagsMutuallyExclusive("files", "tree", "pieces", "field", "query", "table", "stats")
	cmd.MarkFlagsMutuallyExclusive("sort", "field", "query", "stats", "group-by")
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		var missing *pflag.ValueRequiredError
		if errors.As(err, &missing) && missing.GetSpecifiedName() == "field" {
			return ran(a.listFields())
		}
		return flagError(cmd, err)
	})
	exits(cmd, "every torrent was read", "--query: there is no such key")
	return cmd
}

func (a *app) inspect(ctx context.Context, names []string, f *inspectFlags) error {
	for _, name := range f.fields {
		if _, ok := fieldOf(name); !ok {
			return withHint(fmt.Errorf("there is no field %q", name), "torrentkit inspect --field lists all")
		}
	}
	queries := f.set.Changed("query")
	switch {
	case a.options.JSON && (f.sort != "" || f.groupBy != ""):
		return withHint(errors.New("--sort and --group-by print a table, not JSON"), "inspect --json ... | jq -s 'sort_by(.size)'")
	case f.raw && !queries:
		return errors.New("--raw goes with --query")
	case f.raw && a.options.JSON:
		return errors.New("--raw prints bytes, not JSON")
	case f.raw && a.onTerminal():
		return withHint(errors.New("raw bytes are not written to a terminal"), "pipe the output: ... --raw | xxd")
	case queries:
		return a.eachInput(ctx, names, func(ctx context.Context, name string) error { return a.query(ctx, name, f) })
	case len(f.fields) > 0:
		return a.eachInput(ctx, names, func(ctx context.Context, name string) error { return a.fields(ctx, name, f) })
	case f.stats:
		return a.inspectStats(ctx, names, f)
	case !a.options.JSON && (f.table || f.sort != "" || f.groupBy != "" || hasFolder(names) && !f.files && !f.tree && !f.pieces):
		return a.inspectMany(ctx, names, f)
	}
	first := true
	return a.eachInput(ctx, names, func(ctx context.Context, name string) error {
		if !first && !a.options.JSON {
			a.print()
		}
		first = false
		if isMagnet(name) {
			return a.inspectLink(name)
		}
		t, err := a.parseTorrent(ctx, name, int64(f.maxSize))
		switch {
		case err != nil:
			return err
		case a.options.JSON:
			return a.writeTorrentJSON(t, name, f)
		}
		a.showTorrent(t, f)
		return nil
	})
}

func hasFolder(names []string) bool {
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			return true
		}
	}
	return false
}

func isMagnet(name string) bool {
	return len(name) > 7 && strings.EqualFold(name[:7], "magnet:")
}

// parseTorrent reads a torrent and says its warnings.
func (a *app) parseTorrent(ctx context.Context, name string, limit int64) (*metainfo.Torrent, error) {
	raw, err := a.readInput(ctx, name, limit)
	if err != nil {
		return nil, err
	}
	t, err := metainfo.Parse(raw)
	if err != nil {
		return nil, inputError(inputName(name), err)
	}
	a.warnOf(name, t.Problems)
	return t, nil
}

// warnOf says what is odd about a torrent that was read.
func (a *app) warnOf(name string, problems []metainfo.Problem) {
	const most = 10
	for i, p := range problems {
		if i == most {
			a.warn(fmt.Sprintf("%s: %d more warnings", inputName(name), len(problems)-most))
			break
		}
		a.warn(fmt.Sprintf("%s: %v", inputName(name), p))
	}
}

func inputName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}
