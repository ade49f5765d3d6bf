package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/metainfo"
)

type doctorFlags struct {
	trackerFlags
	hash            string
	only, skip      []string
	also            []string
	expiry          time.Duration
	list, junit     bool
	failOn          string
	verbose, failed bool
}

func newDoctor(a *app) *cobra.Command {
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
		Args: arity(0, 2),
	}
	cmd.RunE = runE(func(ctx context.Context, args []string) error { return a.doctor(ctx, cmd, args, f) })
	group(cmd, "Checks", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.list, "list-checks", false, "list all checks, and ask nobody")
		fs.StringArrayVar(&f.only, "only", nil, "run the check or group `ID` only (repeatable)")
		fs.StringArrayVar(&f.skip, "skip", nil, "leave the check or group `ID` out (repeatable)")
		fs.StringVar(&f.hash, "hash", "", "use `INFOHASH`, for trackers that serve listed torrents only (default random)")
		fs.StringArrayVar(&f.also, "also", nil, "compare counts with the same tracker at `URL` too (repeatable)")
		fs.DurationVar(&f.expiry, "expiry", 0, "wait `TIME` for a UDP connection id to expire; BEP 15 says 2m")
	})
	group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVarP(&f.verbose, "verbose", "v", false, "show what was sent and received for every check")
		fs.BoolVar(&f.failed, "failed", false, "show failed checks only")
		fs.BoolVar(&f.junit, "junit", false, "print JUnit XML")
		fs.Var(oneOf(&f.failOn, "error", "warning", "info", "none"), "fail-on", "exit 1 when a check of `SEVERITY` or above fails: error, warning, info or none")
	})
	f.trackerFlags.bind(cmd)
	exits(cmd, "no check of the severity failed", "one did")
	return cmd
}

func (a *app) doctor(ctx context.Context, cmd *cobra.Command, args []string, f *doctorFlags) error {
	if f.list {
		return a.listChecks()
	}
	if len(args) == 0 {
		return errors.New("an argument is missing: a tracker")
	}
	if err := knownChecks(slices.Concat(f.only, f.skip)); err != nil {
		return err
	}
	opt := announce.DoctorOptions{Only: f.only, Skip: f.skip, Also: f.also, ExpiryWait: f.expiry}
	var err error
	if opt.Options, err = f.options(cmd); err != nil {
		return err
	}
	if !cmd.Flags().Changed("timeout") {
		opt.Timeout = 5 * time.Second
	}
	if f.hash != "" {
		h, err := metainfo.ParseHash(f.hash)
		if err != nil {
			return err
		}
		opt.Hash = h.Swarms()[0]
	}
	var reports []announce.Report
	for _, tracker := range args {
		rep := announce.Doctor(ctx, tracker, opt)
		if rep.Failure != nil {
			return fmt.Errorf("examining %s: %s", a.trackerURL(tracker), a.failureText(rep.Failure, tracker))
		}
		reports = append(reports, rep)
	}
	if err := a.showReports(reports, f); err != nil {
		return err
	}
	if f.failOn != "none" && slices.ContainsFunc(reports, func(r announce.Report) bool { return failsAt(&r, f.failOn) }) {
		return no()
	}
	return nil
}

// failsAt says whether a check of the severity, or of a graver one, failed.
func failsAt(r *announce.Report, severity string) bool {
	order := []announce.Severity{announce.Error, announce.Warning, announce.Info}
	for _, s := range order {
		if r.Count(announce.Fail, s) > 0 {
			return true
		}
		if string(s) == severity {
			break
		}
	}
	return false
}
