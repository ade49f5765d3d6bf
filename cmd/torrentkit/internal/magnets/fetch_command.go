package magnets

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

func newMagnetFetch(con *console.Console) *cobra.Command {
	var f fetchFlags
	cmd := &cobra.Command{
		Use:   "fetch LINK|INFOHASH...",
		Short: "Get the torrents that magnet links stand for",
		Long: `Peers come from the link's trackers, from its x.pe, from --tracker, --peer and the DHT, and torrents from its xs and as,
all at once. What they send is believed only if it fits every infohash of the link, and is written unchanged. Piece
layers of v2 torrents are fetched and proven too. Only metadata is ever exchanged, and no port listens for peers.

Only public addresses are connected to, but for those of --tracker, --peer and --dht-node, and unless --allow-private is
given.`,
		Example: `  torrentkit magnet fetch 'magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a'
  torrentkit magnet fetch c12fe1c06bba254a9dc9f519b335aa7c1367a88a --peer 192.0.2.7:6881 --no-dht -o album.torrent
  torrentkit magnet fetch --list links.txt -o torrents/
  torrentkit magnet fetch --check --json "$LINK" | jq .found`,
		Args: command.Arity(0, -1),
		RunE: command.RunE(func(ctx context.Context, args []string) error { return magnetFetch(ctx, con, args, &f) }),
	}
	f.bind(cmd)
	command.ExpandURLs(con, cmd, "tracker")
	command.Exits(cmd, "every torrent was had", "with --check: one cannot be had")
	return cmd
}
