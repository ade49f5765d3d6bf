package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

func newVersion(con *console.Console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and what it was built with and for",
		Example: `  torrentkit version
  torrentkit version --json`,
		Args: command.Arity(0, 0),
		RunE: command.RunE(func(context.Context, []string) error {
			v := command.BuildVersion()
			if con.Options.JSON {
				return con.JSON(v)
			}
			var f console.Fields
			f.Text("version", v.Version)
			if v.Revision != "" {
				f.Text("revision", v.Revision)
			}
			if v.Date != "" {
				f.Text("date", v.Date)
			}
			f.Text("go", v.Go)
			f.Text("platform", v.OS+"/"+v.Arch)
			con.Show(&f)
			return nil
		}),
	}
	command.Exits(cmd, "done", "")
	return cmd
}

// newHelp replaces cobra's own help command, which exits 0 for a command that does not exist.
func newHelp(con *console.Console, root *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "help [COMMAND...]",
		Short: "Print the help text of a command",
		Example: `  torrentkit help
  torrentkit help magnet fetch
  torrentkit help create flags`,
		Args: command.Arity(0, 3),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if len(args) == 0 {
				for _, c := range command.Subcommands(root) {
					names = append(names, c.Name()+"\t"+c.Short)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: command.RunE(func(_ context.Context, args []string) error {
			whole := len(args) > 1 && args[len(args)-1] == "flags"
			if whole {
				args = args[:len(args)-1]
			}
			topic, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 || len(args) > 0 && topic == root {
				return unknownCommand(root, args)
			}
			defer con.Paged()()
			if whole {
				command.WriteFlags(con, con.Document(), topic)
				return nil
			}
			command.WriteHelp(con, con.Document(), topic)
			return nil
		}),
	}
	command.Exits(cmd, "done", "")
	return cmd
}
