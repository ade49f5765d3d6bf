package trackers

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

type doctorFlags struct {
	trackerFlags
	hash            string
	only, skip      []string
	also            []string
	scrapeURL       string
	expiry          time.Duration
	list            bool
	reports         []command.Report
	force           bool
	failOn          string
	verbose, failed bool
}

// bind binds the flags.
func (f *doctorFlags) bind(cmd *cobra.Command) {
	command.Group(cmd, "Checks", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.list, "list-checks", false, "list all checks, and ask nobody")
		command.TextsFlag(fs, "only", "", "run the check or group `ID` only (repeatable)", &f.only)
		command.TextsFlag(fs, "skip", "", "leave the check or group `ID` out (repeatable)", &f.skip)
		fs.StringVar(&f.hash, "hash", "", "ask about `INFOHASH`, for trackers that serve listed torrents only: test peers join it, and its downloads grow (default random)")
		command.TextsFlag(fs, "also", "", "compare counts with the same tracker at `URL` too (repeatable)", &f.also)
		fs.StringVar(&f.scrapeURL, "scrape-url", "", "scrape the tracker at `URL`, where its announce URL does not tell")
		fs.DurationVar(&f.expiry, "expiry", 0, "wait `TIME` for a UDP connection id to expire; BEP 15 says 2m")
	})
	command.CompleteBy(cmd, "only", checkWords)
	command.CompleteBy(cmd, "skip", checkWords)
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVarP(&f.verbose, "verbose", "v", false, "show what was sent and received for every check")
		fs.BoolVar(&f.failed, "failed", false, "show failed checks only")
		fs.Var(command.OneOf(&f.failOn, "error", "warning", "info", "none"), "fail-on", "exit 1 when a check of `SEVERITY` or above fails: error, warning, info or none")
	})
	command.Group(cmd, "Report", func(fs *pflag.FlagSet) {
		command.ReportFlag(fs, "write junit or html to a file (`KIND=FILE`, repeatable)", []string{"junit", "html"}, "", &f.reports)
		fs.BoolVar(&f.force, "force", false, "let reports replace any file that exists, and not only reports of their kind")
		command.DoFlag(fs, "junit", "print JUnit XML: --report junit=-", func() { f.reports = append(f.reports, command.Report{Kind: "junit", File: "-"}) })
	})
}
