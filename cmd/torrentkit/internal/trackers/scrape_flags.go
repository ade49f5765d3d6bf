package trackers

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

type scrapeFlags struct {
	trackerFlags
	targetFlags
	full, dht    bool
	dhtNodes     []string
	scrapeURL    string
	allowPrivate bool
	failOn, by   string
}

// bind binds the flags.
func (f *scrapeFlags) bind(cmd *cobra.Command) {
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.all, "all-addresses", false, "ask every address of each host, and give rows for each")
		byFlag(fs, &f.by)
		fs.BoolVar(&f.full, "full", false, "ask for every torrent that the tracker has (HTTP; most refuse)")
		fs.StringVar(&f.scrapeURL, "scrape-url", "", "scrape the one tracker that is named at `URL`, where its announce URL does not tell")
		fs.BoolVar(&f.dht, "dht", false, "count peers in the DHT too (BEP 33); no tracker needs to be named then")
		command.TextsFlag(fs, "dht-node", "", "begin with the node of the DHT at `HOST:PORT` (repeatable)", &f.dhtNodes)
		fs.BoolVar(&f.allowPrivate, "allow-private", false, "ask nodes of the DHT at private and loopback addresses too")
		fs.Var(command.OneOf(&f.failOn, "any", "all", "none"), "fail-on", "exit 1 when `WHICH` trackers fail: all (one good answer is enough), any (for alerts), or none")
	})
	cmd.MarkFlagsMutuallyExclusive("by", "full")
	cmd.MarkFlagsMutuallyExclusive("by", "dht")
}
