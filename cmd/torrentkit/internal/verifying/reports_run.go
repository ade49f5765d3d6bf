package verifying

import (
	"context"
	"slices"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// verified is what became of one torrent: a report, or an error if there is none.
type verified struct {
	torrent string
	report  *verify.Report
	onDisk  bool // the content is below report.Root
	err     error
	repair  *verify.Repaired  // nil if nothing was to be repaired
	web     *verify.WebReport // nil if it is data on disk
	search  *searchResult     // nil without --search
	fixed   *verify.Fixed     // nil without --fix
}

// verifyReports gathers outcomes and writes them at the end.
type verifyReports struct {
	specs    []reportSpec
	outputs  command.Outputs // those of specs that are not for github
	outcomes []verified
}

// newReports checks where the reports go, before anything is read.
func newReports(con *console.Console, specs []reportSpec, force bool) (*verifyReports, error) {
	r := &verifyReports{specs: specs}
	for _, s := range specs {
		if s.kind == "github" {
			continue
		}
		out, err := command.NewOutput(con, s.file, command.OutputOptions{DefaultName: "report." + s.kind, Force: force, Same: command.SameBytes})
		if err != nil {
			return nil, err
		}
		r.outputs = append(r.outputs, out)
	}
	return r, r.outputs.Refuse()
}

// sums lists the checksums that the reports need.
func (r *verifyReports) sums() []metainfo.Checksum {
	var kinds []metainfo.Checksum
	for _, s := range r.specs {
		kind, ok := map[string]metainfo.Checksum{"sfv": metainfo.CRC32, "sha256sums": metainfo.SHA256, "md5sums": metainfo.MD5}[s.kind]
		if ok && !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// add remembers an outcome for the reports, if there are any.
func (r *verifyReports) add(v verified) {
	if len(r.specs) > 0 {
		r.outcomes = append(r.outcomes, v)
	}
}

// write writes all reports.
func (r *verifyReports) write(ctx context.Context, con *console.Console) error {
	if ctx.Err() != nil { // a report of what was done is wanted all the more after an interruption
		ctx = context.WithoutCancel(ctx)
	}
	var data [][]byte
	for _, s := range r.specs {
		switch s.kind {
		case "github":
			if err := reportGitHub(con, r.outcomes); err != nil {
				return err
			}
		case "junit":
			data = append(data, junitReport(r.outcomes))
		case "sfv":
			data = append(data, sumsReport(con, r.outcomes, metainfo.CRC32, "%[2]s %08[1]X\n"))
		case "sha256sums":
			data = append(data, sumsReport(con, r.outcomes, metainfo.SHA256, "%[1]x  %[2]s\n"))
		case "md5sums":
			data = append(data, sumsReport(con, r.outcomes, metainfo.MD5, "%[1]x  %[2]s\n"))
		}
	}
	return r.outputs.Write(ctx, data)
}
