package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/creating"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/editing"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/inspecting"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/magnets"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/publishing"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/trackers"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/verifying"
)

// maker makes a command: by its name, and what else it is called.
type maker struct {
	names string
	make  func(*console.Console) *cobra.Command
}

// makers are in the order in which help lists the commands.
func makers(root *cobra.Command) []maker {
	return []maker{
		{"create", creating.NewCreate},
		{"edit modify", editing.NewEdit},
		{"inspect show info", inspecting.NewInspect},
		{"lint", inspecting.NewLint},
		{"diff", inspecting.NewDiff},
		{"dump", inspecting.NewDump},
		{"verify check", verifying.NewVerify},
		{"magnet", magnets.NewMagnet},
		{"announce", trackers.NewAnnounce},
		{"scrape", trackers.NewScrape},
		{"doctor", trackers.NewDoctor},
		{"publish", publishing.NewPublish},
		{"completion", func(con *console.Console) *cobra.Command { return newCompletion(con, root) }},
		{"version", newVersion},
	}
}

// newRoot builds the command tree for arguments: a root with the command that they begin with, or else with all, since the flags of
// all take more time and memory than most runs have other use for. Nothing is registered elsewhere, by init functions or otherwise.
func newRoot(con *console.Console, args ...string) *cobra.Command {
	root := &cobra.Command{
		Use:   "torrentkit COMMAND",
		Short: "Make, read, judge and check torrents, and question trackers",
		Example: `  torrentkit create album/
  torrentkit inspect album.torrent
  torrentkit verify album.torrent`,
		Args:          noSuchCommand,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetIn(con.Input())
	root.SetOut(con.Document())
	root.SetErr(con.Conversation())
	root.SetFlagErrorFunc(command.FlagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		defer con.Paged()()
		command.WriteHelp(con, con.Document(), cmd)
	})
	root.SetUsageFunc(func(cmd *cobra.Command) error { command.WriteHelp(con, con.Conversation(), cmd); return nil })
	version := globalFlags(root, &con.Options)
	// Not cobra's own flag for it: a template of the version would link text/template, and with it every method there is.
	root.RunE = command.RunE(func(ctx context.Context, args []string) error {
		if len(args) == 1 && !con.Options.JSON { // which is of a command
			return showThing(ctx, con, root, args[0])
		}
		if !*version {
			return errNoCommand
		}
		con.Printf("torrentkit %s", command.BuildVersion().Version)
		return nil
	})
	help := newHelp(con, root)
	root.SetHelpCommand(help)
	all := makers(root)
	if i := slices.IndexFunc(all, func(m maker) bool { return len(args) > 0 && slices.Contains(strings.Fields(m.names), args[0]) }); i >= 0 {
		all = all[i : i+1]
	}
	var list []*cobra.Command
	for _, m := range all {
		list = append(list, m.make(con))
	}
	command.ListCommands(root, append(list, help)...)
	return root
}

// misplaced is an error where a command's name stands behind another's, and no file is called that.
func misplaced(args []string) error {
	if len(args) < 2 || args[0] == "help" {
		return nil
	}
	for _, name := range args[:2] {
		if !slices.ContainsFunc(makers(nil), func(m maker) bool { return slices.Contains(strings.Fields(m.names), name) }) {
			return nil
		}
	}
	if _, err := os.Lstat(args[1]); err == nil {
		return nil
	}
	return console.WithHint(fmt.Errorf("unexpected command %q after %s", args[1], args[0]), "did you mean torrentkit "+args[1]+"?")
}

// globalFlags binds the flags of all commands, and returns --version, which is the root's alone.
func globalFlags(root *cobra.Command, o *console.Options) (version *bool) {
	colors := []string{"auto", "always", "never"}
	command.GroupPersistent(root, "Global", func(f *pflag.FlagSet) {
		f.BoolVar(&o.JSON, "json", false, "print the result as JSON, one object a line")
		f.BoolVarP(&o.Quiet, "quiet", "q", false, "print the result only: no notes, warnings or progress")
		f.BoolVar(&o.Human, "human", false, "print the result as a terminal gets it, in a pipe or a log too")
		f.BoolVar(&o.NoPager, "no-pager", false, "print a long result on the terminal itself, not through $PAGER")
		f.Var(command.OneOf(&o.Color, colors...), "color", "colour the text: `WHEN` is auto, always or never")
		f.BoolVar(&o.Progress, "progress", false, "show progress though standard error is no terminal")
		f.BoolVar(&o.ShowSecrets, "show-secrets", false, "print passkeys and passwords of URLs instead of ***")
		f.BoolP("help", "h", false, "print this help")
	})
	command.Group(root, "Global", func(f *pflag.FlagSet) {
		version = f.Bool("version", false, "print the version")
	})
	return version
}

var errNoCommand = console.WithHint(errors.New("no command given"), "see torrentkit --help")

// noSuchCommand judges the arguments that are left when no command of that name was found.
func noSuchCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if len(args) == 1 && thingOf(args[0]) != noThing {
		return nil
	}
	return unknownCommand(root, args[:1])
}

// unknownCommand names the command that may be meant.
func unknownCommand(root *cobra.Command, args []string) error {
	err := fmt.Errorf("unknown command %q", strings.Join(args, " "))
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		return console.WithHint(err, "did you mean "+strings.Join(near, " or ")+"?")
	}
	return err
}
