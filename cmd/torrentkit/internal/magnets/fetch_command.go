package magnets

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

func newMagnetFetch(con *console.Console) *cobra.Command {
	var f fetchFlags
	cmd := &cobra.Command{
		Use:   "fetch LINK|INFOHASH...",
		Short: "Get the torrents that magnet links stand for",
		Long: `Peers come from the link's trackers, from its x.pe, from --peer and from the DHT, and torrents from its xs and as, all at
once. What they send is believed only if it fits every infohash of the link, and is written unchanged. Piece layers of
v2 torrents are fetched and proven too. Only metadata is ever exchanged, and no port listens for peers.

Addresses inside of private networks are not connected to, unless they come from --peer or --allow-private is given.`,
		Example: `  torrentkit magnet fetch 'magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a'
  torrentkit magnet fetch c12fe1c06bba254a9dc9f519b335aa7c1367a88a --peer 192.0.2.7:6881 --no-dht -o album.torrent
  torrentkit magnet fetch --list links.txt -o torrents/
  torrentkit magnet fetch --check --json "$LINK" | jq .found`,
		Args: command.Arity(0, -1),
		RunE: command.RunE(func(ctx context.Context, args []string) error { return magnetFetch(ctx, con, args, &f) }),
	}
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.StringVarP(&f.output, "output", "o", "", "write to `FILE`, a folder, or - (default NAME.torrent in this folder)")
		fs.BoolVar(&f.force, "force", false, "replace files that exist")
		fs.BoolVar(&f.check, "check", false, "write nothing: only say whether the torrent can be had")
		fs.BoolVarP(&f.verbose, "verbose", "v", false, "say of every peer what came of it")
		fs.BoolVar(&f.AllowMissingLayers, "allow-missing-layers", false, "accept a v2 torrent whose piece layers no peer gives")
	})
	command.Group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.StringVar(&f.list, "list", "", "read links from `FILE` (- for standard input), one a line")
	})
	command.Group(cmd, "Peers", func(fs *pflag.FlagSet) {
		fs.StringArrayVar(&f.peers, "peer", nil, "ask the peer `HOST:PORT` too, wherever it is (repeatable)")
		fs.BoolVar(&f.noDHT, "no-dht", false, "do not ask the DHT")
		fs.StringArrayVar(&f.nodes, "dht-node", nil, "begin in the DHT with the node `HOST:PORT`, not with well-known ones (repeatable)")
		fs.BoolVar(&f.AllowPrivate, "allow-private", false, "connect to private and loopback addresses, whoever names them")
		fs.IntVar(&f.MaxPeers, "max-peers", 60, "ask at most `N` peers at once, for each link")
		fs.DurationVar(&f.Timeout, "timeout", time.Minute, "give a link up after `TIME`")
		fs.IntVar(&f.parallel, "parallel", 4, "fetch `N` links at once")
	})
	cmd.MarkFlagsMutuallyExclusive("check", "output")
	command.Exits(cmd, "every torrent was had", "with --check: one cannot be had")
	return cmd
}
