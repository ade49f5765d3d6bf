package verifying

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// maxAnnotations is how many GitHub shows of a step.
const maxAnnotations = 10

// reportGitHub prints an annotation for each finding on standard error, which the runner reads too, and adds a table to
// the summary of the step.
func reportGitHub(con *console.Console, outcomes []verified) error {
	told := 0
	tell := func(kind, file, title, message string) {
		if told++; told <= maxAnnotations {
			con.Tell(console.Annotation(kind, file, title, message))
		}
	}
	annotate := func(file, title, message string) { tell("error", file, title, message) }
	for _, o := range outcomes {
		if o.err != nil {
			annotate(inWorkspace(con, o.torrent), "verify", con.Redact(o.err.Error()))
		}
		if o.web != nil {
			for _, f := range o.web.Faults {
				annotate(inWorkspace(con, o.torrent), f.Kind, f.Message)
			}
		}
		if o.report == nil {
			continue
		}
		for i := range o.report.Files {
			f := &o.report.Files[i]
			kind := "error"
			if f.State == verify.Unchecked {
				kind = "warning"
			}
			if isFinding(f) {
				tell(kind, o.inWorkspace(con, f.Place()), f.State.String(), plainFinding(o.report, i)+o.whenFound(f))
			}
		}
		for _, e := range o.report.Extra {
			annotate(o.inWorkspace(con, e.Path), "extra", "it is in the folder and not in the torrent")
		}
		told += o.report.MoreExtra
	}
	if told > maxAnnotations {
		con.Tell(fmt.Sprintf("::notice::%d more findings", told-maxAnnotations))
	}
	return command.GitHubSummary().Append(con, githubSummary(outcomes))
}

// inWorkspace is the path of a file of the content from the folder of the workspace, by which GitHub shows it. Of what
// comes through a pipe, in an archive or from a server, it is the path in that.
func (v *verified) inWorkspace(con *console.Console, below string) string {
	switch {
	case !v.onDisk:
		return below
	case v.report.Single:
		return inWorkspace(con, v.report.Root)
	}
	return inWorkspace(con, filepath.Join(v.report.Root, filepath.FromSlash(below)))
}

// inWorkspace makes a path one from the folder of the workspace, if it leads there: the runner says which that is, and
// elsewhere it is the working folder.
func inWorkspace(con *console.Console, path string) string {
	here, err1 := filepath.Abs(con.Getenv("GITHUB_WORKSPACE"))
	there, err2 := filepath.Abs(path)
	if err1 == nil && err2 == nil {
		if rel, err := filepath.Rel(here, there); err == nil && filepath.IsLocal(rel) {
			path = rel
		}
	}
	return filepath.ToSlash(path)
}

func githubSummary(outcomes []verified) string {
	var b strings.Builder
	b.WriteString("| result | torrent | what |\n|---|---|---|\n")
	for _, o := range outcomes {
		result, what := "error", ""
		if o.report != nil {
			result, what = o.result().Raw, briefly(o.report)
		} else if o.err != nil {
			what = metainfo.RedactText(o.err.Error())
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", result, command.MarkdownCell(o.torrent), command.MarkdownCell(what))
	}
	return b.String()
}
