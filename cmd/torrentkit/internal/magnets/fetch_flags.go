package magnets

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
)

func (f *fetchFlags) validate(con *console.Console, links int) error {
	switch {
	case f.output == "-" && con.Options.JSON:
		return errors.New("--json and -o - both want standard output")
	case f.output == "-" && links > 1:
		return errors.New("several torrents cannot all go to standard output")
	case f.MaxPeers < 1 || f.parallel < 1:
		return errors.New("--max-peers and --parallel must be at least 1")
	case f.Timeout <= 0:
		return fmt.Errorf("--timeout %v: must be longer than nothing", f.Timeout)
	case f.noDHT && len(f.nodes) > 0:
		return errors.New("--no-dht and --dht-node exclude each other")
	}
	if f.output == "" || f.check {
		return nil
	}
	if info, err := os.Stat(f.output); err == nil && info.IsDir() {
		return nil // the names are not known yet
	}
	if links > 1 {
		return fmt.Errorf("several torrents cannot all be written to %q: -o must be a folder", f.output)
	}
	_, err := command.NewOutput(con, f.output, command.OutputOptions{Force: f.force, Binary: true})
	return err
}

type fetchFlags struct {
	magnet.FetchOptions
	output, list           string
	force, check, verbose  bool
	peers, trackers, nodes []string
	noDHT                  bool
	parallel               int
	dht                    *magnet.DHT
}

// bind binds the flags.
func (f *fetchFlags) bind(cmd *cobra.Command) {
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
		command.TextsFlag(fs, "peer", "", "ask the peer `HOST:PORT` too, wherever it is (repeatable)", &f.peers)
		command.TextsFlag(fs, "tracker", "", "ask the tracker at `URL` too, wherever it is (repeatable)", &f.trackers)
		fs.BoolVar(&f.noDHT, "no-dht", false, "do not ask the DHT")
		command.TextsFlag(fs, "dht-node", "", "begin in the DHT with the node `HOST:PORT`, not with well-known ones (repeatable)", &f.nodes)
		fs.BoolVar(&f.AllowPrivate, "allow-private", false, "connect to private and loopback addresses, whoever names them")
		fs.IntVar(&f.MaxPeers, "max-peers", 60, "ask at most `N` peers at once, for each link")
		fs.DurationVar(&f.Timeout, "timeout", time.Minute, "give a link up after `TIME`")
		fs.Lookup("timeout").DefValue = console.FormatInterval(time.Minute)
		fs.IntVar(&f.parallel, "parallel", 4, "fetch `N` links at once")
	})
	cmd.MarkFlagsMutuallyExclusive("check", "output")
}
