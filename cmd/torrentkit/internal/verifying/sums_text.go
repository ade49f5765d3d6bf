package verifying

import (
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// sumsReport lists checksums of the files that are ok, with paths from the folder that holds the content: who checks
// against the list later takes what it says for right. A path that would break a line is left out with a warning, as these
// formats have no agreed way to write it.
func sumsReport(con *console.Console, outcomes []verified, kind metainfo.Checksum, format string) []byte {
	var b strings.Builder
	unproved := 0
	for _, o := range outcomes {
		if o.report == nil {
			continue
		}
		for i := range o.report.Files {
			f := &o.report.Files[i]
			sum := f.Sums[kind]
			name := contentPath(o.report, f)
			switch {
			case sum == nil:
			case f.State != verify.OK:
				unproved++
			case strings.ContainsAny(name, "\r\n\\"):
				con.Warn(fmt.Sprintf("%q is not in the list of %v sums: its name does not fit on a line", name, kind))
			default:
				fmt.Fprintf(&b, format, sum, name)
			}
		}
	}
	if unproved > 0 {
		con.Warn(fmt.Sprintf("%s are not in the list of %v sums: not every byte of them is proved", console.FormatCount(int64(unproved))+" files", kind))
	}
	return []byte(b.String())
}

// contentPath is the slash path of a file from the folder that holds the content.
func contentPath(r *verify.Report, f *verify.FileReport) string {
	if r.Single {
		return f.Path
	}
	return r.Name + "/" + f.Path
}
