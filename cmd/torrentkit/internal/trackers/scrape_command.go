package trackers

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// NewScrape makes the command scrape.
func NewScrape(con *console.Console) *cobra.Command {
	f := &scrapeFlags{failOn: "all"}
	cmd := &cobra.Command{
		Use:   "scrape TRACKER|TORRENT|LINK|INFOHASH...",
		Short: "Ask trackers how many peers torrents have, without being one",
		Long: `Every tracker is asked about every torrent that is named for it, in as many requests as real trackers need to answer in full. The table has a row for each torrent and tracker.

An HTTP tracker is scraped where its announce URL tells: BEP 48 writes scrape for announce in the last part of the path; where a key is behind it, /announce/KEY, it is /scrape/KEY. For others --scrape-url says where. Where such a tracker counts nobody in any torrent, one announce of stopped, which registers nothing, shows whether it wants a key: some answer zeros to those who have none.`,
		Example: `  torrentkit scrape udp://tracker.example:1337 0123456789abcdef0123456789abcdef01234567
  torrentkit scrape *.torrent
  torrentkit scrape -t https://one.example/announce -t udp://two.example:80 *.torrent --json`,
		Args: cobra.ArbitraryArgs,
	}
	cmd.RunE = command.RunE(func(ctx context.Context, args []string) error { return runScrape(ctx, con, cmd, args, f) })
	f.targetFlags.bind(cmd)
	f.bind(cmd)
	f.trackerFlags.bind(cmd)
	command.ExpandURLs(con, cmd, "tracker", "proxy", "scrape-url")
	command.Exits(cmd, "a tracker gave a good answer (--fail-on says which count)", "no tracker did: it refused, is dead or silent or cannot be reached, or talked nonsense")
	command.Troubles(cmd, "trouble: usage, a URL that cannot be asked, input or output")
	return cmd
}
