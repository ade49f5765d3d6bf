package trackers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

func runDoctor(ctx context.Context, con *console.Console, cmd *cobra.Command, args []string, f *doctorFlags) error {
	if f.list {
		return listChecks(con)
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
	if f.scrapeURL != "" && len(args) > 1 {
		return errors.New("--scrape-url is for one tracker")
	}
	opt.ScrapeURL = f.scrapeURL
	if f.hash != "" {
		h, err := metainfo.ParseHash(f.hash)
		if err != nil {
			return err
		}
		opt.Hash = h.Swarms()[0]
	}
	written, err := command.NewReports(con, f.reports, f.force)
	if err != nil {
		return err
	}
	if f.hash != "" {
		con.Note("test peers join the torrent " + opt.Hash.String() + " for the time of the run, and its count of downloads grows")
	}
	return examine(ctx, con, args, opt, f, written)
}

// examine examines one tracker or two, and tells of them. Who cannot be examined is an error, but has a report.
func examine(ctx context.Context, con *console.Console, trackers []string, opt announce.DoctorOptions, f *doctorFlags, written *command.Reports) error {
	var reports []announce.Report
	var unexamined error
	for _, tracker := range trackers {
		rep := announce.Doctor(ctx, tracker, opt)
		if err := notExamined(con, &rep); err != nil {
			if unexamined != nil {
				con.Warn(unexamined.Error())
			}
			unexamined = err
		}
		reports = append(reports, rep)
		if ctx.Err() != nil {
			break
		}
	}
	err := written.Write(ctx, func(kind string) ([]byte, error) {
		if kind == "junit" {
			return doctorJUnit(con, reports), nil
		}
		return doctorPage(con, reports, opt.Options, f.curlArgs()), nil
	})
	if err == nil && !written.OnStdout() {
		err = showReports(con, reports, f)
	}
	if err := cmp.Or(err, unexamined); err != nil {
		return err
	}
	for i := range reports {
		if f.failOn != "none" && failsAt(&reports[i], f.failOn) {
			return console.No()
		}
	}
	return nil
}

// notExamined says why a report carries no verdict, and what would help; nil where it does.
func notExamined(con *console.Console, r *announce.Report) error {
	switch {
	case interrupted(r):
		return console.ErrInterrupted
	case r.Failure != nil:
		return fmt.Errorf("examining %s: %s", con.URL(r.Tracker), failureText(con, r.Failure, r.Tracker))
	case r.Examined():
		return nil
	case r.Barred == nil:
		return fmt.Errorf("examining %s: %d of %d checks could not be judged", con.URL(r.Tracker), r.Count(announce.Skip, ""), len(r.Verdicts))
	}
	err := fmt.Errorf("examining %s: each announce is refused: %s", con.URL(r.Tracker), failureText(con, r.Barred, r.Tracker))
	hint := "where it lists torrents, name one with --hash INFOHASH; where it wants a key, give the whole announce URL; where it wants a header, --header"
	reason := strings.ToLower(r.Barred.Reason)
	switch {
	case r.Barred.Code == announce.Unregistered:
		hint = "it serves listed torrents only: name one with --hash INFOHASH"
	case r.Barred.Code == announce.PasskeyInvalid:
		hint = "it wants a key: give the whole announce URL, as it stands in a torrent of this tracker"
	case r.Barred.Code == announce.ClientBanned:
		hint = "it serves some clients only: --user-agent NAME says which we are"
	case strings.Contains(reason, "forwarded") || strings.Contains(reason, "proxy"):
		hint = "it stands behind a proxy: ask that one, or play it with --header 'X-Forwarded-For: ADDRESS'"
	}
	return console.WithHint(err, hint)
}

// interrupted tells whether a report has only the verdicts of checks that were run before an interrupt.
func interrupted(r *announce.Report) bool {
	return r.Failure != nil && r.Failure.Code == announce.Interrupted
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
