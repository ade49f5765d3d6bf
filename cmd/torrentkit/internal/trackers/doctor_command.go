package trackers

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// NewDoctor makes the command doctor.
func NewDoctor(con *console.Console) *cobra.Command {
	f := &doctorFlags{failOn: "error"}
	cmd := &cobra.Command{
		Use:   "doctor TRACKER [TRACKER]",
		Short: "Examine a tracker by a battery of checks",
		Long: `The tracker is asked about a torrent of its own making, as several peers that leave again at the end. Each check names the BEP that it follows and has advice for who runs the tracker. Of two trackers the differences are shown.

Checks named are ids (udp.bep41) or groups (udp).`,
		Example: `  torrentkit doctor https://tracker.example/announce
  torrentkit doctor udp://tracker.example:1337 --only udp --verbose
  torrentkit doctor udp://127.0.0.1:6969 --hash 0123456789abcdef0123456789abcdef01234567
  torrentkit doctor udp://old.example:80 udp://new.example:80
  torrentkit doctor http://127.0.0.1:8000/announce --junit > doctor.xml`,
		Args: command.Arity(0, 2),
	}
	cmd.RunE = command.RunE(func(ctx context.Context, args []string) error { return runDoctor(ctx, con, cmd, args, f) })
	command.Group(cmd, "Checks", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.list, "list-checks", false, "list all checks, and ask nobody")
		fs.StringArrayVar(&f.only, "only", nil, "run the check or group `ID` only (repeatable)")
		fs.StringArrayVar(&f.skip, "skip", nil, "leave the check or group `ID` out (repeatable)")
		fs.StringVar(&f.hash, "hash", "", "use `INFOHASH`, for trackers that serve listed torrents only (default random)")
		fs.StringArrayVar(&f.also, "also", nil, "compare counts with the same tracker at `URL` too (repeatable)")
		fs.DurationVar(&f.expiry, "expiry", 0, "wait `TIME` for a UDP connection id to expire; BEP 15 says 2m")
	})
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVarP(&f.verbose, "verbose", "v", false, "show what was sent and received for every check")
		fs.BoolVar(&f.failed, "failed", false, "show failed checks only")
		fs.BoolVar(&f.junit, "junit", false, "print JUnit XML")
		fs.Var(command.OneOf(&f.failOn, "error", "warning", "info", "none"), "fail-on", "exit 1 when a check of `SEVERITY` or above fails: error, warning, info or none")
	})
	f.trackerFlags.bind(cmd)
	command.Exits(cmd, "no check of the severity failed", "one did")
	return cmd
}
