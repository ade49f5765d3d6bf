package inspecting

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/inspect"
)

type lintFlags struct {
	listRules bool
	format    string
	targets   targetsValue
	options   inspect.LintOptions
	maxSize   command.SizeValue
}

// bind binds the flags.
func (f *lintFlags) bind(cmd *cobra.Command) {
	command.Group(cmd, "Rules", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.listRules, "list-rules", false, "explain the rules")
		command.TextsFlag(fs, "allow", "", "do not apply the rule `ID` (repeatable)", &f.options.Allow)
		command.TextsFlag(fs, "deny", "", "count what the rule `ID` finds as an error, and apply season-gap, which is off otherwise (repeatable)", &f.options.Deny)
		fs.Var(&f.targets, "for", "apply the limits of a `TARGET` too: "+strings.Join(targetNames(), ", ")+" (repeatable)")
		command.CompleteWith(fs, "for", targetNames()...)
	})
	command.CompleteBy(cmd, "allow", command.RuleWords)
	command.CompleteBy(cmd, "deny", command.RuleWords)
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.Var(command.OneOf(&f.format, "text", "sarif", "github"), "format", "`FORMAT` is text, sarif (for code scanning), or github (annotations of a workflow)")
	})
	command.Group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
}

func targetNames() []string {
	var names []string
	for _, t := range inspect.Targets() {
		names = append(names, string(t))
	}
	return names
}

// targetsValue is --for.
type targetsValue []inspect.Target

func (v *targetsValue) String() string { return "" }

// Type implements pflag.Value.
func (v *targetsValue) Type() string { return "TARGET" }

// Set implements pflag.Value.
func (v *targetsValue) Set(s string) error {
	t, err := inspect.ParseTarget(s)
	if err == nil {
		*v = append(*v, t)
	}
	return err
}
