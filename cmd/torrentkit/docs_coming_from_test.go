package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

var (
	flags = regexp.MustCompile("--[a-z][a-z-]+[a-z]")
	spans = regexp.MustCompile("`([^`]+)`")
)

// missingFlags are the flags in a cell that neither the commands have that stand in it, nor create, nor the command of the row.
func missingFlags(root *cobra.Command, row, cell string) (missing []string) {
	var commands []*cobra.Command
	for _, words := range append([]string{"create", row}, spanned(cell)...) {
		if cmd, _, err := root.Find(strings.Fields(words)); err == nil && cmd != root {
			commands = append(commands, cmd)
		}
	}
	for _, f := range flags.FindAllString(cell, -1) {
		if !slices.ContainsFunc(commands, func(cmd *cobra.Command) bool {
			return cmd.Flags().Lookup(f[2:]) != nil || cmd.InheritedFlags().Lookup(f[2:]) != nil
		}) {
			missing = append(missing, f)
		}
	}
	return missing
}

// spanned are the texts between backquotes.
func spanned(cell string) (out []string) {
	for _, m := range spans.FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}

// oursOf is the command that stands for a program of the table.
func oursOf(program string) string {
	for _, pair := range [][2]string{
		{"modify", "edit"}, {"edit", "edit"}, {"verify", "verify"}, {"check", "verify"}, {"show", "inspect"}, {"info", "inspect"}, {"magnet", "magnet"}, {"stats", "inspect"}, {"link", "magnet"},
		{"announce", "announce"}, {"completions", "completion"},
	} {
		if strings.Contains(program, pair[0]) {
			return pair[1]
		}
	}
	return "create"
}

// hinted runs a command of ours with a flag of another program. Where the flag is unknown, it returns the hint.
func hinted(t *testing.T, name, flag string) (hint string, unknown bool) {
	t.Helper()
	e, _, stderr := consoletest.Env()
	run(t.Context(), e, []string{name, flag + "=1", "x"})
	if !strings.Contains(stderr.String(), "unknown flag") {
		return "", false
	}
	_, hint, _ = strings.Cut(stderr.String(), "hint: ")
	return strings.TrimSpace(hint), true
}

// Every flag that the table names on our side exists, and who uses a flag of another program gets the hint of its row.
func TestComingFromIsTrue(t *testing.T) {
	text, err := os.ReadFile("../../docs/coming-from.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "# Coming from another tool")
	if !found {
		t.Fatal("the page has no table of other tools")
	}
	root := newRoot(console.New(console.Env{}))
	rows, hints, program := 0, 0, ""
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(strings.ReplaceAll(line, `\|`, "/")), "|")
		if len(cells) != 5 || strings.HasPrefix(cells[1], "---") || strings.HasPrefix(cells[1], " elsewhere") {
			continue
		}
		rows++
		here := cells[3]
		if strings.TrimSpace(here) == "" {
			t.Errorf("empty row: %s", line)
		}
		if p := strings.TrimSpace(cells[1]); p != "" {
			program = p
		}
		name := "create"
		if strings.Contains(here, "`edit ") {
			name = "edit"
		}
		for _, f := range flags.FindAllString(cells[2], -1) {
			hint, unknown := hinted(t, oursOf(program), f)
			if !unknown {
				continue
			}
			hints++
			named := flags.FindAllString(hint, -1)
			of := strings.ReplaceAll(here, "`-o", "`--output") + strings.ReplaceAll(here, "-o`", "--output`") + strings.ReplaceAll(here, "-q`", "--quiet`")
			known := func(f string) bool { return strings.Contains(of, f) }
			if hint == "" || strings.HasPrefix(hint, "see ") || strings.HasPrefix(hint, "did you mean") || strings.HasPrefix(hint, "it is called") && !slices.ContainsFunc(named, known) {
				t.Errorf("%s: %s is hinted at as %q, which is not what its row says: %s", program, f, hint, line)
			}
		}
		if missing := missingFlags(root, name, here); len(missing) > 0 {
			t.Errorf("there is no %q: %s", missing, line)
		}
	}
	if hints < 110 {
		t.Errorf("only %d flags of other programs have hints", hints)
	}
	for _, program := range []string{"mkbrr create", "mkbrr modify", "imdl torrent create", "torrenttools create", "imdl", "torrenttools edit", "torrenttools verify", "torrenttools show", "torf", "py3createtorrent", "mktorrent", "transmission-create", "transmission-edit", "transmission-show"} {
		if !strings.Contains(table, "\n| "+program+" |") {
			t.Errorf("the table has no %s", program)
		}
	}
	if rows < 150 {
		t.Errorf("only %d rows", rows)
	}
}
