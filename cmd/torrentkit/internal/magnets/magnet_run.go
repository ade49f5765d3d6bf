package magnets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
)

// linkOf reads a link, or makes that of a torrent.
func linkOf(ctx context.Context, con *console.Console, arg string, f *magnetFlags) (magnet.Link, []magnet.Issue, error) {
	if isLink(arg) {
		l, issues, err := magnet.Parse(arg)
		if err != nil {
			err = fmt.Errorf("reading a link: %w", err)
		}
		return l, issues, err
	}
	raw, err := command.ReadTorrent(ctx, con, arg, int64(f.maxSize))
	if err != nil {
		return magnet.Link{}, nil, err
	}
	if raw, err = command.Unpacked(con, arg, raw, int64(f.maxSize)); err != nil {
		return magnet.Link{}, nil, err
	}
	t, err := command.Understand(con, arg, raw)
	if err != nil {
		return magnet.Link{}, nil, err
	}
	l, issues, err := magnet.FromTorrent(t, f.link)
	return l, issues, command.InputError(command.InputName(arg), err)
}

// isLink tells a link or an infohash from the name of a file.
func isLink(arg string) bool {
	if s := strings.ToLower(arg); strings.Contains(s, "magnet:") || strings.Contains(s, "magnet%3a") {
		return true
	}
	if _, err := os.Stat(arg); err == nil || arg == "-" {
		return false
	}
	_, _, err := magnet.Parse(arg)
	return err == nil
}

func compareLinks(ctx context.Context, con *console.Console, args []string, f *magnetFlags) error {
	var links [2]magnet.Link
	for i, arg := range args {
		l, _, err := linkOf(ctx, con, arg, f)
		if err != nil {
			return err
		}
		links[i] = l
	}
	return showComparison(con, args, links)
}

func runMagnet(ctx context.Context, con *console.Console, args []string, f *magnetFlags) error {
	if f.qr && con.Options.JSON {
		return errors.New("--qr draws for people, and --json prints for programs: give one of them")
	}
	f.link.Trackers = map[string]magnet.TrackerChoice{"first": magnet.FirstTracker, "none": magnet.NoTrackers}[f.trackers]
	if f.selected != "" {
		ranges, err := magnet.ParseRanges(f.selected)
		if err != nil {
			return fmt.Errorf("--select %q: want indices like 0,3-5", f.selected)
		}
		f.link.Select = ranges
	}
	compares := len(args) == 2 && !f.fix && !f.qr && !f.open && (isLink(args[0]) || isLink(args[1]))
	if f.makesLinks() && !slices.ContainsFunc(args, func(arg string) bool { return !isLink(arg) }) && (f.why || !compares) {
		return console.WithHint(errors.New("the flags say how to make the link of a torrent, and no torrent was given"), "a link says itself what is in it: &x.pe=HOST:PORT is a peer, &tr=URL a tracker")
	}
	if f.why {
		return command.Each(ctx, con, args, func(ctx context.Context, arg string) error { return runWhy(ctx, con, arg, f) })
	}
	if compares {
		return compareLinks(ctx, con, args, f)
	}
	return command.Each(ctx, con, args, func(ctx context.Context, arg string) error {
		l, issues, err := linkOf(ctx, con, arg, f)
		if err != nil {
			return err
		}
		if err := showMagnet(con, arg, l, issues, f); err != nil {
			return err
		}
		if f.open {
			return openDesktop(ctx, l.String())
		}
		return nil
	})
}
