package trackers

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

type announceFlags struct {
	trackerFlags
	targetFlags
	event, peerID, key, ip, compact string
	port                            uint16
	numWant                         int
	left, uploaded, downloaded      command.SizeValue
	seed, noStop, peers             bool
	explain, dryRun                 bool
	decode, config, compat          string
	failOn, by                      string
	count                           int
	interval, duration              time.Duration
	reports                         []command.Report
	warn, crit                      time.Duration
	force                           bool
}

// pings tells whether trackers are asked again and again.
func (f *announceFlags) pings() bool { return f.count > 0 || f.duration > 0 }

// wants tells whether a report of the kind is asked for.
func (f *announceFlags) wants(kind string) bool {
	for _, r := range f.reports {
		if r.Kind == kind {
			return true
		}
	}
	return false
}

func (f *announceFlags) bindRequest(cmd *cobra.Command) {
	command.Group(cmd, "Request", func(fs *pflag.FlagSet) {
		fs.StringVar(&f.event, "event", "", "announce `EVENT`: started, stopped, completed, paused or none (default started, then stopped)")
		command.CompleteWith(fs, "event", "started", "stopped", "completed", "paused", "none")
		fs.Uint16Var(&f.port, "port", 0, "say that we listen on `PORT` (default 51413)")
		fs.StringVar(&f.peerID, "peer-id", "", "be `ID`: 20 characters, or 40 hexadecimal digits (default random)")
		fs.StringVar(&f.key, "key", "", "send `KEY`, 8 hexadecimal digits (default random)")
		fs.IntVar(&f.numWant, "numwant", 0, "ask for `N` peers; -1 leaves it to the tracker")
		fs.Var(&f.left, "left", "say that `SIZE` is left; 0 makes us a seeder (default the torrent's size)")
		fs.BoolVar(&f.seed, "seed", false, "say that nothing is left: this registers a seeder")
		fs.Var(&f.uploaded, "uploaded", "say that `SIZE` was uploaded")
		fs.Var(&f.downloaded, "downloaded", "say that `SIZE` was downloaded")
		fs.StringVar(&f.ip, "ip", "", "say that our address is `ADDRESS`")
		fs.StringVar(&f.compact, "compact", "1", "how peers are asked for: `WAY` is 1 (compact), 0 (dictionaries) or omit (not said)")
		command.CompleteWith(fs, "compact", "1\tcompact", "0\tdictionaries", "omit\tnot said")
		fs.BoolVar(&f.noStop, "no-stop", false, "stay registered: do not say stopped afterwards")
		fs.BoolVar(&f.all, "all-addresses", false, "ask every address of each host, and give a result for each")
	})
}

func (f *announceFlags) bindOutput(cmd *cobra.Command) {
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.peers, "peers", false, "list peers (asks for 50 unless --numwant says otherwise)")
		byFlag(fs, &f.by)
		fs.BoolVar(&f.explain, "explain", false, "show each request and answer: as a curl line, field by field, decoded")
		fs.BoolVar(&f.dryRun, "dry-run", false, "say who would be asked about what, and send nothing")
		fs.StringVar(&f.decode, "decode", "", "explain the captured answer in `FILE`, or - for standard input, and ask nobody")
		fs.Var(command.OneOf(&f.failOn, "any", "all", "none"), "fail-on", "exit 1 when `WHICH` trackers fail: all (one good answer is enough), any (for alerts; with --count any answer), or none")
		fs.IntVar(&f.count, "count", 0, "ask `N` times, like ping, and sum up")
		fs.DurationVar(&f.duration, "duration", 0, "ask again and again for `TIME`, and sum up; with --count, whichever ends first")
		fs.DurationVar(&f.interval, "interval", time.Second, "begin a question of --count or --duration each `TIME`")
		fs.StringVar(&f.config, "config", "", "check what Torrust's tracker checker configuration in `FILE` names; without it TORRUST_CHECKER_CONFIG and TORRUST_CHECKER_CONFIG_PATH do")
		fs.Var(command.OneOf(&f.compat, "torrust"), "compat", "print the JSON of another `TOOL`, and ask as it does, of what --config names: torrust")
	})
	command.Group(cmd, "Report", func(fs *pflag.FlagSet) {
		command.ReportFlag(fs, "write junit, prometheus or html to a file, or nagios to standard output (`KIND=FILE`, repeatable)",
			[]string{"junit", "prometheus", "html", "nagios"}, "nagios", &f.reports)
		fs.BoolVar(&f.force, "force", false, "let reports replace any file that exists, and not only reports of their kind")
		command.DoFlag(fs, "metrics", "print Prometheus metrics: --report prometheus=-", func() { f.reports = append(f.reports, command.Report{Kind: "prometheus", File: "-"}) })
		command.DoFlag(fs, "nagios", "be a plugin of Nagios: print its line, and exit with 0, 1, 2, or 3 (unknown)", func() { f.reports = append(f.reports, command.Report{Kind: "nagios"}) })
		fs.DurationVar(&f.warn, "warn", 0, "with --nagios: warn where answers take longer than `TIME` in the mean")
		fs.DurationVar(&f.crit, "crit", 0, "with --nagios: be critical where answers take longer than `TIME` in the mean")
	})
	cmd.MarkFlagsMutuallyExclusive("metrics", "nagios", "explain", "compat", "by")
	cmd.MarkFlagsMutuallyExclusive("by", "count")
	cmd.MarkFlagsMutuallyExclusive("by", "duration")
}

// request fills the options of what is sent.
func (f *announceFlags) request(cmd *cobra.Command) (announce.Options, error) {
	o, err := f.trackerFlags.options(cmd)
	if err != nil {
		return o, err
	}
	if o.Event, err = announce.ParseEvent(f.event); err != nil {
		return o, err
	}
	if cmd.Flags().Changed("port") && f.port == 0 {
		return o, errors.New("--port cannot be 0, where no peer can be; without --port it is 51413")
	}
	o.Port, o.NumWant, o.IP, o.NoStop = f.port, f.numWant, f.ip, f.noStop
	o.Left, o.Uploaded, o.Downloaded = int64(f.left), int64(f.uploaded), int64(f.downloaded)
	o.Seed = f.seed || cmd.Flags().Changed("left") && f.left == 0
	o.Record = f.explain || f.wants("html")
	if f.peers && !cmd.Flags().Changed("numwant") {
		o.NumWant = 50
	}
	switch f.compact {
	case "1":
	case "0":
		o.Compact = announce.CompactNo
	case "omit":
		o.Compact = announce.CompactOmit
	default:
		return o, errors.New("--compact must be 0, 1 or omit")
	}
	if f.key != "" {
		key, err := strconv.ParseUint(f.key, 16, 32)
		if err != nil || key == 0 {
			return o, errors.New("--key wants up to 8 hexadecimal digits, not all of them 0")
		}
		o.Key = uint32(key)
	}
	if (f.warn != 0 || f.crit != 0) && !f.wants("nagios") {
		return o, errors.New("--warn and --crit are limits of --nagios")
	}
	if f.warn < 0 || f.crit < 0 || f.crit > 0 && f.warn > f.crit {
		return o, errors.New("--warn and --crit are times, and --warn is not longer than --crit")
	}
	if f.numWant < -1 {
		return o, fmt.Errorf("--numwant cannot be %d", f.numWant)
	}
	o.PeerID, err = parsePeerID(f.peerID)
	return o, err
}

// parsePeerID reads 20 characters or 40 hexadecimal digits; "" is a random one.
func parsePeerID(s string) ([20]byte, error) {
	var id [20]byte
	switch len(s) {
	case 0:
		return id, nil
	case 20:
		return [20]byte([]byte(s)), nil
	case 40:
		if raw, err := hex.DecodeString(s); err == nil {
			return [20]byte(raw), nil
		}
	}
	return id, errors.New("--peer-id wants 20 bytes, or 40 hexadecimal digits")
}
