package command

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Every help text has the same parts in the same order: what the command does, its usage line, aliases, examples,
// commands (of the root), flags in named groups, exit codes. Examples come first since they are what people look for.

// Keys of annotations, on flags and on commands.
const (
	GroupKey   = "torrentkit_group"
	groupsKey  = "torrentkit_groups"
	exitYesKey = "torrentkit_exit_0"
	troubleKey = "torrentkit_exit_2"
	exitNoKey  = "torrentkit_exit_1"
	OrderKey   = "torrentkit_order"
	commonKey  = "torrentkit_common"
)

// Group adds the flags that bind defines to the command, under a heading of its help text. Groups appear in the order
// in which they were first named; the global ones come last.
func Group(cmd *cobra.Command, name string, bind func(f *pflag.FlagSet)) {
	bindGroup(cmd, cmd.Flags(), name, bind)
}

// GroupPersistent is group for flags of the root that every command has.
func GroupPersistent(root *cobra.Command, name string, bind func(f *pflag.FlagSet)) {
	bindGroup(root, root.PersistentFlags(), name, bind)
}

func bindGroup(cmd *cobra.Command, set *pflag.FlagSet, name string, bind func(f *pflag.FlagSet)) {
	cmd.Flags().SortFlags = false
	cmd.PersistentFlags().SortFlags = false
	bind(set)
	group := []string{name}
	set.VisitAll(func(f *pflag.Flag) {
		switch {
		case f.Annotations == nil:
			f.Annotations = map[string][]string{GroupKey: group}
		case f.Annotations[GroupKey] == nil: // those of groups before have theirs
			f.Annotations[GroupKey] = group
		}
	})
	annotate(cmd, groupsKey, strings.TrimPrefix(cmd.Annotations[groupsKey]+"\n"+name, "\n"))
}

func annotate(cmd *cobra.Command, key, value string) {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[key] = value
}

// ListCommands adds commands to the root, whose help lists them in this order. Cobra would sort them by their names.
func ListCommands(root *cobra.Command, commands ...*cobra.Command) {
	for i, c := range commands {
		annotate(c, OrderKey, fmt.Sprintf("%02d", i))
	}
	root.AddCommand(commands...)
}

// Subcommands are the commands below one, in the order in which they are listed.
func Subcommands(cmd *cobra.Command) []*cobra.Command {
	list := slices.Clone(cmd.Commands())
	slices.SortStableFunc(list, func(x, y *cobra.Command) int {
		return strings.Compare(x.Annotations[OrderKey], y.Annotations[OrderKey])
	})
	return list
}

// Common names the flags that most people need of a command that has many: its help describes these, and only names the others,
// which "help COMMAND flags" describes.
func Common(cmd *cobra.Command, flags ...string) { annotate(cmd, commonKey, strings.Join(flags, "\n")) }

// Exits says what 0 and 1 mean for this command. An empty no says that the command never answers no.
func Exits(cmd *cobra.Command, yes, no string) {
	annotate(cmd, exitYesKey, yes)
	annotate(cmd, exitNoKey, no)
}

// Troubles says what 2 means for this command, where it is not what it means for most.
func Troubles(cmd *cobra.Command, trouble string) { annotate(cmd, troubleKey, trouble) }

// WriteHelp prints the help text of one command. Paragraphs of its Long text are apart by an empty line. Errors of w are seen at the end of run.
func WriteHelp(con *console.Console, w io.Writer, cmd *cobra.Command) {
	var b strings.Builder
	writeBeside(&b, "", cmd.Short+".", con.Width())
	if cmd.Long != "" {
		for _, paragraph := range strings.Split(strings.TrimSpace(cmd.Long), "\n\n") {
			b.WriteString("\n" + strings.Join(console.Wrap(strings.Join(strings.Fields(paragraph), " "), helpWidth(con.Width())), "\n") + "\n")
		}
	}
	use := cmd.Use
	if cmd.HasParent() {
		use = cmd.Parent().CommandPath() + " " + use
	}
	fmt.Fprintf(&b, "\nUsage:\n  %s [flags]\n", use)
	if len(cmd.Aliases) > 0 {
		fmt.Fprintf(&b, "\nAliases:\n  %s\n", strings.Join(cmd.Aliases, ", "))
	}
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", strings.TrimRight(cmd.Example, "\n"))
	}
	if subs := Subcommands(cmd); len(subs) > 0 {
		b.WriteString("\nCommands:\n")
		for _, c := range subs {
			writeBeside(&b, fmt.Sprintf("  %-10s  ", c.Name()), c.Short, con.Width())
		}
	}
	if cmd.Annotations[commonKey] != "" {
		writeCommon(&b, cmd, con.Width())
	} else {
		writeFlags(&b, cmd, con.Width())
	}
	b.WriteString("\nExit codes:\n")
	for _, row := range exitTable(cmd) {
		writeBeside(&b, fmt.Sprintf("  %-3d  ", row.code), row.meaning, con.Width())
	}
	io.WriteString(w, b.String())
}

// writeBeside writes what something means beside its name, in lines that fit.
func writeBeside(b *strings.Builder, name, meaning string, width int) {
	indent := len(name)
	lines := console.Wrap(meaning, max(helpWidth(width)-indent, leastText))
	b.WriteString(name + strings.Join(lines, "\n"+strings.Repeat(" ", indent)) + "\n")
}

// leastText is how many columns a text gets, however narrow a terminal is.
const leastText = 16

type exitRow struct {
	code    int
	meaning string
}

// exitTable lists what the command's exit codes mean.
func exitTable(cmd *cobra.Command) []exitRow {
	yes, no, trouble := "done, or the answer is yes", "the answer is no", "trouble: usage, input or output, network"
	if text, ok := cmd.Annotations[exitYesKey]; ok {
		yes, no = text, cmd.Annotations[exitNoKey]
	}
	if text, ok := cmd.Annotations[troubleKey]; ok {
		trouble = text
	}
	rows := []exitRow{{console.ExitYes, yes}}
	if no != "" {
		rows = append(rows, exitRow{console.ExitNo, no})
	}
	return append(rows,
		exitRow{console.ExitTrouble, trouble},
		exitRow{console.ExitInterrupted, "interrupted"})
}

// WriteFlags prints what all flags of a command do.
func WriteFlags(con *console.Console, w io.Writer, cmd *cobra.Command) {
	var b strings.Builder
	fmt.Fprintf(&b, "Flags of %s.\n", cmd.CommandPath())
	writeFlags(&b, cmd, con.Width())
	io.WriteString(w, b.String())
}

// WriteFlag prints what one flag of a command does.
func WriteFlag(con *console.Console, w io.Writer, cmd *cobra.Command, f *pflag.Flag) {
	var b strings.Builder
	fmt.Fprintf(&b, "A flag of %s.\n\n%s flags:\n", cmd.CommandPath(), FlagGroup(f))
	writeFlag(&b, f, len(flagSyntax(f)), con.Width())
	io.WriteString(w, b.String())
}

// writeCommon describes the common flags, and names the others group by group.
func writeCommon(b *strings.Builder, cmd *cobra.Command, width int) {
	common := strings.Split(cmd.Annotations[commonKey], "\n")
	column := 0
	for _, name := range common {
		column = max(column, len(flagSyntax(cmd.Flags().Lookup(name))))
	}
	b.WriteString("\nFlags:\n")
	for _, name := range common {
		writeFlag(b, cmd.Flags().Lookup(name), column, width)
	}
	groups, order, _ := flagGroups(cmd)
	b.WriteString("\n")
	writeBeside(b, "", "More flags ("+strings.Replace(cmd.CommandPath(), " ", " help ", 1)+" flags describes them):", width)
	indent := 0
	for _, group := range order {
		indent = max(indent, len(group)+4)
	}
	for _, group := range order {
		var names []string
		for _, f := range groups[group] {
			if !slices.Contains(common, f.Name) {
				names = append(names, "--"+f.Name)
			}
		}
		if len(names) > 0 {
			writeBeside(b, fmt.Sprintf("  %-*s", indent-2, group), strings.Join(names, " "), width)
		}
	}
}

// writeFlags prints the flags group by group, all aligned to one column.
func writeFlags(b *strings.Builder, cmd *cobra.Command, width int) {
	groups, order, column := flagGroups(cmd)
	for _, name := range order {
		fmt.Fprintf(b, "\n%s flags:\n", name)
		for _, f := range groups[name] {
			writeFlag(b, f, column, width)
		}
	}
}

// flagGroups are the flags of a command by their groups, the groups in order, and the width of the longest syntax.
func flagGroups(cmd *cobra.Command) (groups map[string][]*pflag.Flag, order []string, column int) {
	groups = map[string][]*pflag.Flag{}
	visit := func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name := FlagGroup(f)
		groups[name] = append(groups[name], f)
		column = max(column, len(flagSyntax(f)))
	}
	global := cmd.Root().PersistentFlags()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if global.Lookup(f.Name) != f {
			visit(f)
		}
	})
	global.VisitAll(visit)
	for _, name := range strings.Split(cmd.Annotations[groupsKey], "\n") {
		if len(groups[name]) > 0 && name != "Global" && !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	return groups, append(order, "Global"), column
}

// FlagGroup is the heading under which a flag stands.
func FlagGroup(f *pflag.Flag) string {
	if names := f.Annotations[GroupKey]; len(names) == 1 {
		return names[0]
	}
	return ""
}

// flagSyntax is the left column: "  -o, --output FILE".
func flagSyntax(f *pflag.Flag) string {
	value, _ := pflag.UnquoteUsage(f)
	s := "      --" + f.Name
	if f.Shorthand != "" {
		s = "  -" + f.Shorthand + ", --" + f.Name
	}
	if value == "" {
		return s
	}
	return s + " " + value
}

func writeFlag(b *strings.Builder, f *pflag.Flag, column, width int) {
	_, usage := pflag.UnquoteUsage(f)
	if hasDefault(f) {
		usage += " (default " + f.DefValue + ")"
	}
	indent := column + 2
	writeBeside(b, fmt.Sprintf("%-*s", indent, flagSyntax(f)), usage, width)
}

// helpWidth is the width that texts are wrapped to: longer lines than 120 columns are hard to read.
func helpWidth(terminal int) int { return min(max(terminal, 40), 120) }

func hasDefault(f *pflag.Flag) bool {
	switch f.DefValue {
	case "", "false", "0", "[]", "0s":
		return false
	}
	return true
}
