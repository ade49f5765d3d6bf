package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// app is what every command is given: the outside world, the global flags, and the way to speak to the user.
type app struct {
	env
	global   globalFlags
	stdout   *checkedWriter           // what env.out is, for its Flush
	progress atomic.Pointer[progress] // the work that is under way, if any
	commands []*cobra.Command         // in the order of the help text
	started  bool                     // a command's own code was reached: what fails from here on is no usage error
}

// globalFlags are the flags that every command has.
type globalFlags struct {
	json        bool
	quiet       bool
	color       choice
	progress    bool
	showSecrets bool
}

// newRoot builds the whole command tree. Nothing is registered elsewhere, by init functions or otherwise.
func newRoot(e env) (*cobra.Command, *app) {
	a := &app{env: e, stdout: newCheckedWriter(e.out)}
	a.global.color = choice{value: "auto", allowed: []string{"auto", "always", "never"}}
	root := &cobra.Command{
		Use:   "torrentkit COMMAND",
		Short: "Make, read, judge and check torrents, and question trackers",
		Example: `  torrentkit create album/
  torrentkit inspect album.torrent
  torrentkit verify album.torrent`,
		Version:       buildVersion().Version,
		Args:          a.noSuchCommand,
		RunE:          a.run(func(context.Context, []string) error { return errNoCommand }),
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetIn(e.in)
	root.SetOut(a.document())
	root.SetErr(e.err)
	root.SetVersionTemplate("torrentkit {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { a.writeHelp(a.document(), cmd) })
	root.SetUsageFunc(func(cmd *cobra.Command) error { a.writeHelp(a.err, cmd); return nil })
	a.globalFlags(root)
	a.commands = []*cobra.Command{
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
	a.commands = append(a.commands, help)
	root.AddCommand(a.commands...)
	return root, a
}

func (a *app) globalFlags(root *cobra.Command) {
	g := &a.global
	groupPersistent(root, "Global", func(f *pflag.FlagSet) {
		f.BoolVar(&g.json, "json", false, "print the result as JSON, one object a line")
		f.BoolVarP(&g.quiet, "quiet", "q", false, "print the result only: no notes, warnings or progress")
		f.Var(&g.color, "color", "colour the text: `WHEN` is auto, always or never")
		f.BoolVar(&g.progress, "progress", false, "show progress though standard error is no terminal")
		f.BoolVar(&g.showSecrets, "show-secrets", false, "print passkeys and passwords of URLs instead of ***")
		f.BoolP("help", "h", false, "print this help")
	})
	group(root, "Global", func(f *pflag.FlagSet) {
		f.Bool("version", false, "print the version")
	})
	complete := cobra.FixedCompletions(g.color.allowed, cobra.ShellCompDirectiveNoFileComp)
	if err := root.RegisterFlagCompletionFunc("color", complete); err != nil {
		panic(err) // only if the flag above is renamed
	}
}

// run makes a command's RunE of its code. What the code returns decides the exit code (see exit.go).
func (a *app) run(f func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a.started = true
		return f(cmd.Context(), args)
	}
}

// explain completes an error that arose before a command's own code was reached: such an error is about how the program
// was called, so it says where to read how to call it.
func (a *app) explain(cmd *cobra.Command, err error) error {
	if err == nil || a.started {
		return err
	}
	return withHint(err, "see "+cmd.CommandPath()+" --help")
}

var errNoCommand = withHint(errors.New("no command given"), "see torrentkit --help")

// noSuchCommand judges the arguments that are left when no command of that name was found.
func (a *app) noSuchCommand(root *cobra.Command, args []string) error {
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
	value   string
	allowed []string
}

func (c *choice) String() string { return c.value }

// Type implements pflag.Value: it is the word for the value where the usage text names none.
func (c *choice) Type() string { return strings.Join(c.allowed, "|") }

// Set implements pflag.Value.
func (c *choice) Set(s string) error {
	for _, word := range c.allowed {
		if s == word {
			c.value = s
			return nil
		}
	}
	last := len(c.allowed) - 1
	return fmt.Errorf("must be %s or %s", strings.Join(c.allowed[:last], ", "), c.allowed[last])
}
