package magnets

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

// whyFlags say how --why looks for the torrent of a link.
type whyFlags struct {
	why, noDHT, allowPrivate bool
	nodes                    []string
	timeout                  time.Duration
}

func (f *whyFlags) bind(cmd *cobra.Command) {
	command.Group(cmd, "Does it start", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.why, "why", false, "ask trackers, the DHT and peers as a client would, and say what is missing where the torrent does not start")
		fs.BoolVar(&f.noDHT, "no-dht", false, "with --why: do not ask the DHT")
		command.TextsFlag(fs, "dht-node", "", "with --why: begin in the DHT with the node `HOST:PORT`, not with well-known ones (repeatable)", &f.nodes)
		fs.BoolVar(&f.allowPrivate, "allow-private", false, "with --why: connect to private and loopback addresses too")
		fs.DurationVar(&f.timeout, "timeout", 30*time.Second, "with --why: give up after `TIME`")
	})
}

// checkWhy refuses what does not go together.
func (f *magnetFlags) checkWhy(cmd *cobra.Command) error {
	if f.whyFlags.why {
		switch {
		case f.fix || f.qr || f.open:
			return errors.New("--why makes no link: it goes without --fix, --qr and --open")
		case f.timeout <= 0:
			return fmt.Errorf("--timeout %v: must be longer than nothing", f.timeout)
		case f.noDHT && len(f.nodes) > 0:
			return errors.New("--no-dht and --dht-node exclude each other")
		}
		return nil
	}
	for _, name := range []string{"no-dht", "dht-node", "allow-private", "timeout"} {
		if cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s says how --why asks: give that too", name)
		}
	}
	return nil
}
