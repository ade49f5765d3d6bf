package inspecting

import (
	"context"
	"errors"
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/magnets"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/magnet"
)

func runInspect(ctx context.Context, con *console.Console, names []string, f *inspectFlags) error {
	defer con.Paged()()
	for _, name := range f.fields {
		if _, ok := fieldOf(name); !ok {
			return console.WithHint(fmt.Errorf("there is no field %q", name), "torrentkit inspect --field lists all")
		}
	}
	queries := f.set.Changed("query")
	switch {
	case con.Options.JSON && (f.sort != "" || f.groupBy != ""):
		return console.WithHint(errors.New("--sort and --group-by print a table, not JSON"), "inspect --json ... | jq -s 'sort_by(.size)'")
	case f.keys && !f.stats:
		return errors.New("--keys goes with --stats")
	case f.raw && !queries:
		return errors.New("--raw goes with --query")
	case f.raw && con.Options.JSON:
		return errors.New("--raw prints bytes, not JSON")
	case f.raw && con.OnTerminal():
		return console.WithHint(errors.New("raw bytes are not written to a terminal"), "pipe the output: ... --raw | xxd")
	case queries:
		return command.EachInput(ctx, con, names, func(ctx context.Context, in command.Input) error { return query(ctx, con, in, f) })
	case len(f.fields) > 0:
		return command.EachInput(ctx, con, names, func(ctx context.Context, in command.Input) error { return fields(ctx, con, in, f) })
	case f.stats:
		return inspectStats(ctx, con, names, f)
	case !con.Options.JSON && (f.table || f.sort != "" || f.groupBy != "" || command.HasFolder(names) && !f.files && !f.tree && !f.pieces):
		return inspectMany(ctx, con, names, f)
	}
	first := true
	return command.EachInput(ctx, con, names, func(ctx context.Context, in command.Input) error {
		if !first && !con.Options.JSON {
			con.Print()
		}
		first = false
		name := in.Name
		if command.IsMagnet(name) {
			return inspectLink(con, name)
		}
		raw, report, err := lintOne(ctx, con, in, int64(f.maxSize), inspect.LintOptions{Now: con.Now()})
		if err != nil {
			return err
		}
		if report.Torrent == nil {
			if link := keptLink(con, name, raw); link != nil {
				return magnets.ShowLink(con, name, *link, nil)
			}
			return command.InputError(command.InputName(name), report.Refused)
		}
		command.WarnOf(con, name, report.Torrent.Problems)
		l := linted{name, report}
		if con.Options.JSON {
			return writeTorrentJSON(con, l, f)
		}
		showTorrent(con, l, f)
		return nil
	})
}

// keptLink is the link that a client keeps in a file in place of a torrent; nil of all other files.
func keptLink(con *console.Console, name string, raw []byte) *magnet.Link {
	link, ok := magnet.Stored(raw)
	if !ok {
		return nil
	}
	con.Warn(fmt.Sprintf("reading %q: it is no torrent yet: a client keeps a magnet link in it", command.InputName(name)))
	return &link
}

// parseLink reads a link and says what is unusual about it.
func parseLink(con *console.Console, s string) (*magnet.Link, error) {
	l, issues, err := magnet.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("reading the magnet link: %w", err)
	}
	for _, i := range issues {
		con.Warn(fmt.Sprintf("magnet link: %v", i))
	}
	return &l, nil
}

// inspectLink shows what a magnet link says, as the magnet command does.
func inspectLink(con *console.Console, s string) error {
	l, issues, err := magnet.Parse(s)
	if err != nil {
		return fmt.Errorf("reading the magnet link: %w", err)
	}
	return magnets.ShowLink(con, s, l, issues)
}
