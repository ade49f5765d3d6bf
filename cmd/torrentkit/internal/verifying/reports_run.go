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
	// one journal was used, so that damage that was known is told from what is new
	remembered bool
	verbose    bool // files that are ok are told, too
	widest     int  // columns of the longest name of a torrent among several
	err        error
	repair     *verify.Repaired  // nil if nothing was to be repaired
	web        *verify.WebReport // nil if it is data on disk
	search     *searchResult     // nil without --search
	fixed      *verify.Fixed     // nil without --fix
}

// verifyReports gathers outcomes and writes them at the end.
type verifyReports struct {
	*command.Reports
	outcomes []verified
}

// sums lists the checksums that the reports need.
func (r *verifyReports) sums() []metainfo.Checksum {
	var kinds []metainfo.Checksum
	for _, s := range r.Kinds() {
		kind, ok := map[string]metainfo.Checksum{"sfv": metainfo.CRC32, "sha256sums": metainfo.SHA256, "md5sums": metainfo.MD5}[s]
		if ok && !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// add remembers an outcome for the reports, if there are any.
func (r *verifyReports) add(v verified) {
	if len(r.Kinds()) > 0 {
		r.outcomes = append(r.outcomes, v)
	}
}

// write writes all reports.
func (r *verifyReports) write(ctx context.Context, con *console.Console) error {
	return r.Write(ctx, func(kind string) ([]byte, error) {
		switch kind {
		case "github":
			return nil, reportGitHub(con, r.outcomes)
		case "junit":
			return junitReport(r.outcomes), nil
		case "sfv":
			return sumsReport(con, r.outcomes, metainfo.CRC32, "%[2]s %08[1]X\n"), nil
		case "sha256sums":
			return sumsReport(con, r.outcomes, metainfo.SHA256, "%[1]x  %[2]s\n"), nil
		}
		return sumsReport(con, r.outcomes, metainfo.MD5, "%[1]x  %[2]s\n"), nil
	})
}
