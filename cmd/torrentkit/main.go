// Command torrentkit makes, reads, judges and checks torrents, and asks trackers one question at a time.
//
// It is the only place in this module that knows flags, terminals, colours, progress bars, JSON schemas and exit codes.
// Everything it does with torrents it does through the public packages; it never imports internal/. It is not a client:
// it joins no swarm to download content.
//
// # How a command is put together
//
// root.go lists the commands. Each lives in a room of its own below internal/: command.go has the cobra command, flags.go
// binds its flags in named groups and makes options of the library of them, run.go calls the library with the context it
// is given, text.go and json.go show the answer. What it returns becomes an exit code in one place (console/exit.go), and
// every byte that came from a stranger goes through console/text.go: rooms have no other way to print.
package main

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/trackers"
)

func main() {
	cobra.MousetrapHelpText = "" // for people who double-click the program in Windows Explorer: it would make shortcuts useless
	os.Exit(run(context.Background(), console.RealEnv(), os.Args[1:]))
}

// run is the whole program: it parses args, runs one command and returns the process's exit code.
func run(ctx context.Context, e console.Env, args []string) int {
	ctx, stop := console.Interruptible(ctx)
	defer stop()
	con := console.New(e)
	if err := misplaced(args); err != nil {
		return con.Finish(con.Report(ctx, err))
	}
	root := newRoot(con, args...)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		command.Completions(root) // which no other run needs, and cobra would keep
		command.PlainUsages(root)
	}
	defer con.WatchStatus()()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	code := con.Report(ctx, trackers.AsPlugin(ctx, con, cmd, args, command.Explain(cmd, err)))
	return con.Finish(code)
}
