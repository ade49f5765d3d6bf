package command

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// GitHubFile is a file that GitHub's runner names in a variable, for what a step tells it.
type GitHubFile struct {
	variable, what string
}

// GitHubOutputs is the file of the outputs, which later steps read.
func GitHubOutputs() GitHubFile { return GitHubFile{"GITHUB_OUTPUT", "outputs"} }

// GitHubSummary is the file of the step's summary, in Markdown.
func GitHubSummary() GitHubFile { return GitHubFile{"GITHUB_STEP_SUMMARY", "step summary"} }

// Missing tells whether no runner names the file.
func (g GitHubFile) Missing(con *console.Console) bool { return con.Getenv(g.variable) == "" }

// Check opens the file, before the long work whose result it shall have. Where no runner names one, there is nothing to check.
func (g GitHubFile) Check(con *console.Console) error { return g.Append(con, "") }

// Append adds text to the file, and does nothing where no runner names one.
func (g GitHubFile) Append(con *console.Console, text string) error {
	if g.Missing(con) {
		return nil
	}
	file := con.Getenv(g.variable)
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
		err = cmp.Or(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("--report github: writing the %s %q, of %s: %w", g.what, file, g.variable, console.RootCause(err))
	}
	return nil
}

// MarkdownCell keeps a stranger's text from being anything but text in a table.
func MarkdownCell(s string) string {
	s = console.EscapeSentence(s)
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", ">", "&gt;", "`", "\\`", "[", "\\[", "!", "\\!", "*", "\\*", "_", "\\_").Replace(s)
}
