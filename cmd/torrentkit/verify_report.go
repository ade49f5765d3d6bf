package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/verify"
)

// reportValue is --report: what other programs are told, beside the result.
type reportValue struct{ list *[]reportSpec }

// reportSpec is a kind of report and the file it goes to; github has no file.
type reportSpec struct{ kind, file string }

func (v *reportValue) String() string { return "" }

// Type implements pflag.Value.
func (v *reportValue) Type() string { return "KIND=FILE" }

// Set implements pflag.Value.
func (v *reportValue) Set(s string) error {
	kind, file, hasFile := strings.Cut(s, "=")
	kinds := []string{"junit", "github", "sfv", "sha256sums", "md5sums"}
	switch {
	case !slices.Contains(kinds, kind):
		return fmt.Errorf("must be one of %s", strings.Join(kinds, ", "))
	case kind == "github" && hasFile:
		return fmt.Errorf("github takes no file: the summary goes to GITHUB_STEP_SUMMARY")
	case kind != "github" && file == "":
		return fmt.Errorf("%s needs a file: %s=FILE", kind, kind)
	}
	*v.list = append(*v.list, reportSpec{kind, file})
	return nil
}

// verified is what became of one torrent: a report, or an error if there is none.
type verified struct {
	torrent string
	report  *verify.Report
	err     error
	repair  *verify.Repaired  // nil if nothing was to be repaired
	web     *verify.WebReport // nil if it is data on disk
	search  *searchResult     // nil without --search
	fixed   *verify.Fixed     // nil without --fix
}

// ok tells whether the answer is yes: with --search, whether everything was found.
func (v *verified) ok() bool {
	if v.search != nil {
		return v.search.whole()
	}
	return v.report.OK()
}

// verifyReports gathers outcomes and writes them at the end.
type verifyReports struct {
	specs    []reportSpec
	outputs  []*output // nil for github
	outcomes []verified
}

// newReports checks where the reports go, before anything is read.
func (a *app) newReports(specs []reportSpec, force bool) (*verifyReports, error) {
	r := &verifyReports{specs: specs}
	for _, s := range specs {
		var out *output
		if s.kind != "github" {
			var err error
			if out, err = a.newOutput(s.file, outputOptions{defaultName: "report." + s.kind, force: force}); err != nil {
				return nil, err
			}
		}
		r.outputs = append(r.outputs, out)
	}
	return r, nil
}

// sums lists the checksums that the reports need.
func (r *verifyReports) sums() []string {
	var names []string
	for _, s := range r.specs {
		name := map[string]string{"sfv": "crc32", "sha256sums": "sha256", "md5sums": "md5"}[s.kind]
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (r *verifyReports) add(v verified) { r.outcomes = append(r.outcomes, v) }

// write writes all reports.
func (r *verifyReports) write(ctx context.Context, a *app) error {
	for i, s := range r.specs {
		var data []byte
		switch s.kind {
		case "github":
			if err := a.reportGitHub(r.outcomes); err != nil {
				return err
			}
			continue
		case "junit":
			data = junitReport(r.outcomes)
		case "sfv":
			data = a.sumsReport(r.outcomes, "crc32", "%[2]s %08[1]X\n")
		case "sha256sums":
			data = a.sumsReport(r.outcomes, "sha256", "%[1]x  %[2]s\n")
		case "md5sums":
			data = a.sumsReport(r.outcomes, "md5", "%[1]x  %[2]s\n")
		}
		// A report of what was done is wanted all the more after an interruption.
		if err := r.outputs[i].write(context.WithoutCancel(ctx), data); err != nil {
			return err
		}
	}
	return nil
}

// sumsReport lists checksums of files with paths from the folder that holds the content. A path that would break a line
// is left out with a warning, as these formats have no agreed way to write it.
func (a *app) sumsReport(outcomes []verified, algorithm, format string) []byte {
	var b strings.Builder
	for _, o := range outcomes {
		if o.report == nil {
			continue
		}
		for i := range o.report.Files {
			f := &o.report.Files[i]
			sum := f.Sums[algorithm]
			name := contentPath(o.report, f)
			switch {
			case sum == nil:
			case strings.ContainsAny(name, "\r\n\\"):
				a.warn(fmt.Sprintf("%q is not in the list of %s sums: its name does not fit on a line", name, algorithm))
			default:
				fmt.Fprintf(&b, format, sum, name)
			}
		}
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
