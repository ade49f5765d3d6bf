package command

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// AppendGitHub adds text to the file that GitHub's runner names in a variable, and does nothing where there is none.
// what is the file in words.
func AppendGitHub(con *console.Console, variable, what, text string) error {
	file := con.Getenv(variable)
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("writing the %s %q: %w", what, file, console.RootCause(err))
	}
	_, err = f.WriteString(text)
	return cmp.Or(err, f.Close())
}

// MarkdownCell keeps a stranger's text from being anything but text in a table.
func MarkdownCell(s string) string {
	s = console.EscapeSentence(s)
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", ">", "&gt;", "`", "\\`", "[", "\\[", "!", "\\!", "*", "\\*", "_", "\\_").Replace(s)
}
