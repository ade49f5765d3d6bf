package magnets

import (
	"errors"
	"fmt"
	"os"

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
	output, list          string
	force, check, verbose bool
	peers, nodes          []string
	noDHT                 bool
	parallel              int
	dht                   *magnet.DHT
}
