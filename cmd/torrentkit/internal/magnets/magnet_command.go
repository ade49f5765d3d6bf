// Package magnets holds the command magnet, which makes and explains links, and magnet fetch, which gets the torrent
// behind one. It puts trackers and peers together; it downloads no content.
package magnets

import (
	"context"

	"github.com/spf13/cobra"

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
the same torrent, and in what they differ. Where a link does not start, --why asks its trackers, the DHT and the peers as a
client would, and says who answered, what came of the peers, what is missing and what to try. "magnet fetch" gets the torrent that a link stands for.`,
		Example: `  torrentkit magnet album.torrent
  torrentkit magnet --public --trackers first --qr album.torrent
  torrentkit magnet --select-glob '*.flac' album.torrent
  torrentkit magnet 'magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a'
  torrentkit magnet --why 'magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a'
  torrentkit magnet --fix "$(pbpaste)"
  torrentkit magnet album.torrent "$LINK" && echo the same torrent`,
		Args: command.Arity(1, -1),
	}
	cmd.RunE = command.RunE(func(ctx context.Context, args []string) error {
		if err := f.checkWhy(cmd); err != nil {
			return err
		}
		return runMagnet(ctx, con, args, &f)
	})
	f.bind(cmd)
	command.ExpandURLs(con, cmd, "source")
	command.Exits(cmd, "the links were made or read; the two are the same torrent", "the two are different torrents; with --why: the link does not start")
	cmd.AddCommand(newMagnetFetch(con))
	return cmd
}
