package trackers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/announce"
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
			return fmt.Errorf("examining %s: %s", con.URL(tracker), failureText(con, rep.Failure, tracker))
		}
		reports = append(reports, rep)
	}
	if err := showReports(con, reports, f); err != nil {
		return err
	}
	if f.failOn != "none" && slices.ContainsFunc(reports, func(r announce.Report) bool { return failsAt(&r, f.failOn) }) {
		return console.No()
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
