package verifying

import (
	"fmt"
	"slices"
	"strings"
)

// reportSpec is a kind of report and the file it goes to; github has no file.
type reportSpec struct{ kind, file string }

// addReport reads --report: what other programs are told, beside the result.
func (f *verifyFlags) addReport(s string) error {
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
	f.reports = append(f.reports, reportSpec{kind, file})
	return nil
}
