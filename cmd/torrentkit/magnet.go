package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/magnet"
)

type magnetFlags struct {
	link          magnet.LinkOptions
	trackers      string
	selected      string
	fix, qr, open bool
	maxSize       sizeValue
}

func newMagnet(a *app) *cobra.Command {
	f := magnetFlags{trackers: "all", maxSize: maxTorrent}
	cmd := &cobra.Command{
		Use:   "magnet TORRENT|LINK...",
		Short: "Make magnet links, explain and repair them",
		Long: `Of a TORRENT (a file, or - for standard input) it prints the link. A LINK, or a bare infohash, it explains: every field, and
what in it is unusual, was repaired or is lost. Of two arguments that are not both torrents it says whether they mean
the same torrent, and in what they differ. "magnet fetch" gets the torrent that a link stands for.`,
		Example: `  torrentkit magnet album.torrent
  torrentkit magnet --public --trackers first --qr album.torrent
  torrentkit magnet --select-glob '*.flac' album.torrent
  torrentkit magnet 'magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a'
  torrentkit magnet --fix "$(pbpaste)"
  torrentkit magnet album.torrent "$LINK" && echo the same torrent`,
		Args: arity(1, -1),
		RunE: runE(func(ctx context.Context, args []string) error { return a.magnet(ctx, args, &f) }),
	}
	group(cmd, "Link", func(fs *pflag.FlagSet) {
		fs.Var(oneOf(&f.trackers, "all", "first", "none"), "trackers", "which trackers of the torrent go into the link (`WHICH`: all, first, none)")
		fs.BoolVar(&f.link.WebSeeds, "web-seeds", false, "put the web seeds into the link (ws)")
		fs.BoolVar(&f.link.Size, "size", false, "put the size of the content into the link (xl)")
		fs.StringArrayVar(&f.link.Peers, "peer", nil, "put a peer `HOST:PORT` into the link (x.pe; repeatable)")
		fs.StringArrayVar(&f.link.Sources, "source", nil, "put a `URL` of the torrent into the link (xs; repeatable)")
		fs.StringVar(&f.selected, "select", "", "select files by `INDICES` from 0, like 0,3-5 (so, BEP 53)")
		fs.StringArrayVar(&f.link.SelectGlobs, "select-glob", nil, "select files by `GLOB` (repeatable)")
		fs.BoolVar(&f.link.Public, "public", false, "leave out URLs with passkeys, and refuse private torrents")
		fs.IntVar(&f.link.MaxLength, "max-length", 0, "leave out trackers, the last first, until the link has at most `N` bytes")
	})
	group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.fix, "fix", false, "print links repaired, in their normal form, instead of explaining them")
		fs.BoolVar(&f.qr, "qr", false, "draw the link as a QR code, too")
		fs.BoolVar(&f.open, "open", false, "hand the link to the desktop's torrent client, too")
	})
	group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
	exits(cmd, "the links were made or read; the two are the same torrent", "the two are different torrents")
	cmd.AddCommand(newMagnetFetch(a))
	return cmd
}

func (a *app) magnet(ctx context.Context, args []string, f *magnetFlags) error {
	if f.qr && a.options.JSON {
		return errors.New("--qr draws for people, and --json prints for programs: give one of them")
	}
	f.link.Trackers = map[string]magnet.TrackerChoice{"first": magnet.FirstTracker, "none": magnet.NoTrackers}[f.trackers]
	f.link.Secret = func(u string) bool { return redactURL(u) != u }
	if f.selected != "" {
		ranges, err := magnet.ParseRanges(f.selected)
		if err != nil {
			return fmt.Errorf("--select %q: want indices like 0,3-5", f.selected)
		}
		f.link.Select = ranges
	}
	if len(args) == 2 && !f.fix && !f.qr && !f.open && (isLink(args[0]) || isLink(args[1])) {
		return a.compareLinks(ctx, args, f)
	}
	if f.makesLinks() && !slices.ContainsFunc(args, func(arg string) bool { return !isLink(arg) }) {
		return withHint(errors.New("the flags say how to make the link of a torrent, and no torrent was given"), "see the link flags in torrentkit magnet --help")
	}
	return a.each(ctx, args, func(ctx context.Context, arg string) error {
		l, issues, err := a.linkOf(ctx, arg, f)
		if err != nil {
			return err
		}
		if err := a.showMagnet(arg, l, issues, f); err != nil {
			return err
		}
		if f.open {
			return openDesktop(ctx, l.String())
		}
		return nil
	})
}

// makesLinks reports whether a flag was given that only the link of a torrent obeys.
func (f *magnetFlags) makesLinks() bool {
	o := &f.link
	return f.trackers != "all" || o.WebSeeds || o.Size || o.Public || o.MaxLength != 0 || len(o.Peers)+len(o.Sources)+len(o.Select)+len(o.SelectGlobs) > 0
}
