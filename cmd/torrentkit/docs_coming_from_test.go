package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
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

// Every flag that the table of other tools names on our side exists.
func hintOf(flag string) string { return command.Foreign(flag) }

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
	hinted := map[string]bool{}
	rows := 0
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
		name := "create"
		if strings.Contains(here, "`edit ") {
			name = "edit"
		}
		for _, f := range flags.FindAllString(cells[2], -1) {
			ours, _, _ := strings.Cut(hintOf(f[2:]), " ")
			if ours = strings.TrimSuffix(ours, ","); ours == "" || name == "edit" || strings.Contains(here, "not for edit") {
				continue
			}
			hinted[f] = true
			if !strings.Contains(strings.ReplaceAll(here, "`-o", "`--output"), strings.TrimSuffix(ours, "s")) && !strings.Contains(here, "a preset") {
				t.Errorf("%s is hinted at as %s: %s", f, ours, line)
			}
		}
		if missing := missingFlags(root, name, here); len(missing) > 0 {
			t.Errorf("there is no %q: %s", missing, line)
		}
	}
	if len(hinted) < 20 {
		t.Errorf("only %d flags of other programs have hints", len(hinted))
	}
	for _, program := range []string{"mkbrr create", "mkbrr modify", "imdl torrent create", "torrenttools create", "torrenttools edit", "torf", "py3createtorrent", "mktorrent", "transmission-create", "transmission-edit"} {
		if !strings.Contains(table, "\n| "+program+" |") {
			t.Errorf("the table has no %s", program)
		}
	}
	if rows < 60 {
		t.Errorf("only %d rows", rows)
	}
}
