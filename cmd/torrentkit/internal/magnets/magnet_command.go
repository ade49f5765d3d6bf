// Package magnets holds the command magnet, which makes and explains links, and magnet fetch, which gets the torrent
// behind one. It puts trackers and peers together; it downloads no content.
package magnets

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// NewMagnet makes the command magnet, and magnet fetch below it.
func NewMagnet(con *console.Console) *cobra.Command {
	f := magnetFlags{trackers: "all", maxSize: command.MaxTorrent}
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
		Args: command.Arity(1, -1),
		RunE: command.RunE(func(ctx context.Context, args []string) error { return runMagnet(ctx, con, args, &f) }),
	}
	command.Group(cmd, "Link", func(fs *pflag.FlagSet) {
		fs.Var(command.OneOf(&f.trackers, "all", "first", "none"), "trackers", "which trackers of the torrent go into the link (`WHICH`: all, first, none)")
		fs.BoolVar(&f.link.WebSeeds, "web-seeds", false, "put the web seeds into the link (ws)")
		fs.BoolVar(&f.link.Size, "size", false, "put the size of the content into the link (xl)")
		fs.StringArrayVar(&f.link.Peers, "peer", nil, "put a peer `HOST:PORT` into the link (x.pe; repeatable)")
		fs.StringArrayVar(&f.link.Sources, "source", nil, "put a `URL` of the torrent into the link (xs; repeatable)")
		fs.StringVar(&f.selected, "select", "", "select files by `INDICES` from 0, like 0,3-5 (so, BEP 53)")
		fs.StringArrayVar(&f.link.SelectGlobs, "select-glob", nil, "select files by `GLOB` (repeatable)")
		fs.BoolVar(&f.link.Public, "public", false, "leave out URLs with passkeys, and refuse private torrents")
		fs.IntVar(&f.link.MaxLength, "max-length", 0, "leave out trackers, the last first, until the link has at most `N` bytes")
	})
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.fix, "fix", false, "print links repaired, in their normal form, instead of explaining them")
		fs.BoolVar(&f.qr, "qr", false, "draw the link as a QR code, too")
		fs.BoolVar(&f.open, "open", false, "hand the link to the desktop's torrent client, too")
	})
	command.Group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
	command.Exits(cmd, "the links were made or read; the two are the same torrent", "the two are different torrents")
	cmd.AddCommand(newMagnetFetch(con))
	return cmd
}
