// Package trackers holds the commands announce, scrape and doctor, which ask trackers once and show what they answer. What
// goes over the wire is made by package announce, never here.
package trackers

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// NewAnnounce makes the command announce.
func NewAnnounce(con *console.Console) *cobra.Command {
	f := &announceFlags{failOn: "all"}
	cmd := &cobra.Command{
		Use:   "announce TRACKER|TORRENT|LINK|INFOHASH...",
		Short: "Announce once to trackers, and show what they answer",
		Long: `All trackers are asked at once, about every torrent named; without one, about a random infohash. With a tracker among the arguments, or with -t or --list, those of the torrents and links are not asked.

By default it is asked as a leecher that wants no peers and that says stopped afterwards, so that no swarm is disturbed. Hybrid torrents are asked about under both infohashes.`,
		Example: `  torrentkit announce udp://tracker.example:1337/announce
  torrentkit announce album.torrent --peers
  torrentkit announce --list trackers.txt --timeout 3s --json
  torrentkit announce https://tracker.example/announce 0123456789abcdef0123456789abcdef01234567 --explain
  torrentkit announce udp://tracker.example:1337 --count 10 --interval 1s --report html=answers.html
  torrentkit announce udp://tracker.example:1337 --nagios --warn 500ms --crit 2s`,
		Args: cobra.ArbitraryArgs,
	}
	cmd.RunE = command.RunE(func(ctx context.Context, args []string) error { return runAnnounce(ctx, con, cmd, args, f) })
	f.bindRequest(cmd)
	f.targetFlags.bind(cmd)
	f.bindOutput(cmd)
	f.trackerFlags.bind(cmd)
	command.ExpandURLs(con, cmd, "tracker", "proxy")
	command.Common(cmd, "list", "peers", "explain", "by", "event", "left", "count", "fail-on", "all-addresses", "dry-run")
	command.Exits(cmd, "a tracker gave a good answer (--fail-on says which count)", "no tracker did: it refused, is dead or silent or cannot be reached, or talked nonsense")
	command.Troubles(cmd, "trouble: usage, a URL that cannot be asked, input or output")
	return cmd
}
