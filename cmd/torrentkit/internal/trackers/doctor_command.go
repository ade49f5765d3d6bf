package trackers

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// NewDoctor makes the command doctor.
func NewDoctor(con *console.Console) *cobra.Command {
	f := &doctorFlags{failOn: "error"}
	cmd := &cobra.Command{
		Use:   "doctor TRACKER [TRACKER]",
		Short: "Examine a tracker by a battery of checks",
		Long: `The tracker is asked about a random infohash that nobody else has, as several peers that leave again at the end. A tracker that serves listed torrents only needs one of them by --hash: the test peers then join that torrent for the time of the run, others may connect to them in vain, and its count of downloads grows by a few. Best list an infohash for this alone.

Each check names the BEP that it follows and has advice for who runs the tracker. Of two trackers it is shown which checks failed on which, and where they differ otherwise.

The verdict is sound (no check failed, or what failed is only worth knowing), flawed (warnings: some clients suffer), broken (errors: most do), or could not be examined: most checks could not be judged, and it is said why and what would help. Times are in milliseconds where the output is not a terminal.

Checks named are ids (udp.bep41) or groups (udp).`,
		Example: `  torrentkit doctor https://tracker.example/announce
  torrentkit doctor udp://tracker.example:1337 --only udp --verbose
  torrentkit doctor udp://127.0.0.1:6969 --hash 0123456789abcdef0123456789abcdef01234567
  torrentkit doctor udp://old.example:80 udp://new.example:80
  torrentkit doctor http://127.0.0.1:8000/announce --report html=doctor.html --report junit=doctor.xml`,
		Args: command.Arity(0, 2),
	}
	cmd.RunE = command.RunE(func(ctx context.Context, args []string) error { return runDoctor(ctx, con, cmd, args, f) })
	f.bind(cmd)
	f.trackerFlags.bind(cmd)
	command.ExpandURLs(con, cmd, "proxy", "also", "scrape-url")
	command.Exits(cmd, "no check of the severity failed (--fail-on, error by default)", "one did")
	command.Troubles(cmd, "trouble: the tracker is dead or refuses, so that it could not be examined; usage, input or output")
	return cmd
}
