package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// What docs/ says about commands, flags, rules and checks is written by these tests out of the program itself:
//
//	go test ./cmd/torrentkit -run TestDocs -update
//
// writes the pages anew; without -update a page that is not what the program says is an error.

const docs = "../../docs/"

// generated holds a file of the repository to what the program says, or writes it.
func generated(t *testing.T, name string, want []byte) {
	t.Helper()
	have, err := os.ReadFile(name)
	have = bytes.ReplaceAll(have, []byte("\r\n"), []byte("\n")) // as git may write text on Windows
	if err == nil && bytes.Equal(have, want) {
		return
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, want, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s is not what the program says: run go test ./cmd/torrentkit -run TestDocs -update, and look at the difference", name)
}

// nothingElse demands that all files of a folder were generated: a page of a command that is gone goes with it.
func nothingElse(t *testing.T, pattern string, names []string) {
	t.Helper()
	have, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range have {
		if !slices.Contains(names, filepath.ToSlash(name)) {
			t.Errorf("%s belongs to nothing that the program has: delete it", name)
		}
	}
}

// commands are all commands below the root, and the root itself, in the order of the help.
func commands() []*cobra.Command {
	e, _, _ := consoletest.Env()
	var all []*cobra.Command
	var descend func(cmd *cobra.Command)
	descend = func(cmd *cobra.Command) {
		all = append(all, cmd)
		for _, c := range command.Subcommands(cmd) {
			descend(c)
		}
	}
	descend(newRoot(console.New(e)))
	return all
}

// pageOf is a command's name in file names: torrentkit-magnet-fetch.
func pageOf(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// usageLine is what stands below Usage in the help.
func usageLine(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return cmd.Use + " [flags]"
	}
	return cmd.Parent().CommandPath() + " " + cmd.Use + " [flags]"
}

// flagGroups calls f for each named group of a command's own flags in the order of its help; global ones come last, with all set.
func flagGroups(cmd *cobra.Command, all bool, f func(name string, flags []*pflag.Flag)) {
	var names []string
	groups := map[string][]*pflag.Flag{}
	collect := func(flag *pflag.Flag) {
		name := command.FlagGroup(flag)
		if flag.Hidden {
			return
		}
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], flag)
	}
	global := cmd.Root().PersistentFlags()
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if global.Lookup(flag.Name) != flag {
			collect(flag)
		}
	})
	if all {
		global.VisitAll(collect)
	}
	for _, name := range names {
		f(name, groups[name])
	}
}

// flagText is a flag's syntax and what it does, with its default.
func flagText(f *pflag.Flag) (syntax, usage string) {
	value, usage := pflag.UnquoteUsage(f)
	syntax = "--" + f.Name
	if f.Shorthand != "" {
		syntax = "-" + f.Shorthand + ", " + syntax
	}
	if value != "" {
		syntax += " " + value
	}
	if !slices.Contains([]string{"", "false", "0", "[]", "0s"}, f.DefValue) {
		usage += " (default " + f.DefValue + ")"
	}
	return syntax, usage
}

var exitRow = regexp.MustCompile(`(?m)^  (\d+) +(.+)$`)

// exitRows are the rows of the table of exit codes in a command's help.
func exitRows(t *testing.T, cmd *cobra.Command) [][2]string {
	t.Helper()
	con, _, _ := consoletest.New()
	var help strings.Builder
	command.WriteHelp(con, &help, cmd)
	_, table, ok := strings.Cut(help.String(), "\nExit codes:\n")
	if !ok {
		t.Fatalf("%s has no exit codes", cmd.CommandPath())
	}
	table = strings.ReplaceAll(table, "\n"+strings.Repeat(" ", len("  130  ")), " ") // meanings that fill more than a line
	var rows [][2]string
	for _, m := range exitRow.FindAllStringSubmatch(table, -1) {
		rows = append(rows, [2]string{m[1], m[2]})
	}
	return rows
}

const notice = "<!-- Written by go test ./cmd/torrentkit -run TestDocs -update; do not edit. -->\n\n"

// markdown escapes what would mean something in a table of Markdown.
func markdown(s string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;", "_", `\_`, "`", "\\`", "[", `\[`).Replace(s)
}

// cell is code in a table.
func cell(s string) string { return "`" + strings.ReplaceAll(s, "|", `\|`) + "`" }

// TestDocsCommands writes a page for each command.
func TestDocsCommands(t *testing.T) {
	var names []string
	index := notice + "# Commands\n\n| command | what it does |\n|---|---|\n"
	for _, cmd := range commands() {
		name := docs + "reference/commands/" + pageOf(cmd) + ".md"
		names = append(names, name)
		generated(t, name, []byte(commandPage(t, cmd)))
		index += fmt.Sprintf("| [%s](commands/%s.md) | %s |\n", cmd.CommandPath(), pageOf(cmd), markdown(cmd.Short))
	}
	generated(t, docs+"reference/commands.md", []byte(index))
	nothingElse(t, docs+"reference/commands/*", names)
}

func commandPage(t *testing.T, cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s\n\n%s.\n\n", notice, cmd.CommandPath(), markdown(cmd.Short))
	if cmd.Long != "" {
		b.WriteString(markdown(strings.TrimSpace(cmd.Long)) + "\n\n")
	}
	fmt.Fprintf(&b, "```text\n%s\n```\n\n", usageLine(cmd))
	if len(cmd.Aliases) > 0 {
		fmt.Fprintf(&b, "Also called `%s`.\n\n", strings.Join(cmd.Aliases, "`, `"))
	}
	fmt.Fprintf(&b, "## Examples\n\n<!-- parse -->\n```sh\n%s\n```\n\n", unindent(cmd.Example))
	for i, c := range command.Subcommands(cmd) {
		if i == 0 {
			b.WriteString("## Commands\n\n| command | what it does |\n|---|---|\n")
		}
		fmt.Fprintf(&b, "| [%s](%s.md) | %s |\n", c.CommandPath(), pageOf(c), markdown(c.Short))
	}
	if len(command.Subcommands(cmd)) > 0 {
		b.WriteString("\n")
	}
	b.WriteString("## Flags\n\n")
	flagGroups(cmd, !cmd.HasParent(), func(name string, flags []*pflag.Flag) {
		fmt.Fprintf(&b, "### %s\n\n| flag | what it does |\n|---|---|\n", name)
		for _, f := range flags {
			syntax, usage := flagText(f)
			fmt.Fprintf(&b, "| %s | %s |\n", cell(syntax), markdown(usage))
		}
		b.WriteString("\n")
	})
	if cmd.HasParent() {
		b.WriteString("[Global flags](torrentkit.md#global), such as `--json` and `--quiet`, go with every command.\n\n")
	}
	b.WriteString("## Exit codes\n\n| code | meaning |\n|---:|---|\n")
	for _, row := range exitRows(t, cmd) {
		fmt.Fprintf(&b, "| %s | %s |\n", row[0], markdown(row[1]))
	}
	return b.String()
}

// unindent takes two spaces off every line.
func unindent(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "  ")
	}
	return strings.Join(lines, "\n")
}
