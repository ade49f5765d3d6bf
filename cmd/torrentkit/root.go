package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newRoot builds the whole command tree. Nothing is registered elsewhere, by init functions or otherwise.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "torrentkit COMMAND",
		Short: "Make, read, judge and check torrents, and question trackers",
		Example: `  torrentkit create album/
  torrentkit inspect album.torrent
  torrentkit verify album.torrent`,
		Version:       buildVersion().Version,
		Args:          noSuchCommand,
		RunE:          runE(func(context.Context, []string) error { return errNoCommand }),
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetIn(a.input())
	root.SetOut(a.document())
	root.SetErr(a.conversation())
	root.SetVersionTemplate("torrentkit {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { a.writeHelp(a.document(), cmd) })
	root.SetUsageFunc(func(cmd *cobra.Command) error { a.writeHelp(a.conversation(), cmd); return nil })
	globalFlags(root, &a.options)
	commands := []*cobra.Command{
		newCreate(a),
		newEdit(a),
		newInspect(a),
		newLint(a),
		newDiff(a),
		newDump(a),
		newVerify(a),
		newMagnet(a),
		newAnnounce(a),
		newScrape(a),
		newDoctor(a),
		newCompletion(a, root),
		newVersion(a),
	}
	help := newHelp(a, root)
	root.SetHelpCommand(help)
	listCommands(root, append(commands, help)...)
	return root
}

func globalFlags(root *cobra.Command, o *options) {
	colors := []string{"auto", "always", "never"}
	groupPersistent(root, "Global", func(f *pflag.FlagSet) {
		f.BoolVar(&o.JSON, "json", false, "print the result as JSON, one object a line")
		f.BoolVarP(&o.Quiet, "quiet", "q", false, "print the result only: no notes, warnings or progress")
		f.Var(oneOf(&o.Color, colors...), "color", "colour the text: `WHEN` is auto, always or never")
		f.BoolVar(&o.Progress, "progress", false, "show progress though standard error is no terminal")
		f.BoolVar(&o.ShowSecrets, "show-secrets", false, "print passkeys and passwords of URLs instead of ***")
		f.BoolP("help", "h", false, "print this help")
	})
	group(root, "Global", func(f *pflag.FlagSet) {
		f.Bool("version", false, "print the version")
	})
	complete := cobra.FixedCompletions(colors, cobra.ShellCompDirectiveNoFileComp)
	if err := root.RegisterFlagCompletionFunc("color", complete); err != nil {
		panic(err) // only if the flag above is renamed
	}
}

// runE makes a command's RunE of its code. What the code returns decides the exit code (see exit.go).
func runE(f func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		return ran(f(cmd.Context(), args))
	}
}

// ranError is an error of a command's own code. Others are about how the program was called.
type ranError struct{ err error }

func (e *ranError) Error() string { return e.err.Error() }
func (e *ranError) Unwrap() error { return e.err }

func ran(err error) error {
	if err == nil {
		return nil
	}
	return &ranError{err}
}

// explain completes an error that arose before a command's own code was reached: such an error is about how the program
// was called, so it says where to read how to call it.
func explain(cmd *cobra.Command, err error) error {
	if own, ok := err.(*ranError); ok {
		return own.err
	}
	return withHint(err, "see "+cmd.CommandPath()+" --help")
}

var errNoCommand = withHint(errors.New("no command given"), "see torrentkit --help")

// noSuchCommand judges the arguments that are left when no command of that name was found.
func noSuchCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("unknown command %q", args[0])
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		return withHint(err, "did you mean "+strings.Join(near, " or ")+"?")
	}
	return err
}

// arity is the check for a number of arguments; most < 0 is any number.
func arity(least, most int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		n := len(args)
		switch {
		case n >= least && (most < 0 || n <= most):
			return nil
		case n > most && most == 0:
			return fmt.Errorf("unexpected argument %q", args[0])
		case n < least && n == 0:
			return errors.New("an argument is missing")
		case n < least:
			return fmt.Errorf("%d arguments are needed, not %d", least, n)
		}
		return fmt.Errorf("unexpected argument %q after %d", args[most], most)
	}
}

// flagError adds the nearest flag to the error about one that does not exist.
func flagError(cmd *cobra.Command, err error) error {
	var missing *pflag.NotExistError
	if !errors.As(err, &missing) || missing.GetSpecifiedShortnames() != "" {
		return err
	}
	name := missing.GetSpecifiedName()
	best, distance := "", 1+len(name)/3
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if d := editDistance(name, f.Name); !f.Hidden && d <= distance {
			best, distance = f.Name, d-1
		}
	})
	if best == "" {
		return err
	}
	return withHint(err, "did you mean --"+best+"?")
}

// editDistance counts the insertions, deletions and changes of bytes that make b of a. Inputs over 64 bytes are as far
// away as can be.
func editDistance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// choice is a flag that takes one of a few words.
type choice struct {
	value   *string
	allowed []string
}

// oneOf is a flag whose value, one of some words, goes to where value points; what stands there is the default.
func oneOf(value *string, allowed ...string) pflag.Value { return &choice{value, allowed} }

func (c *choice) String() string { return *c.value }

// Type implements pflag.Value: it is the word for the value where the usage text names none.
func (c *choice) Type() string { return strings.Join(c.allowed, "|") }

// Set implements pflag.Value.
func (c *choice) Set(s string) error {
	if slices.Contains(c.allowed, s) {
		*c.value = s
		return nil
	}
	last := len(c.allowed) - 1
	return fmt.Errorf("must be %s or %s", strings.Join(c.allowed[:last], ", "), c.allowed[last])
}
