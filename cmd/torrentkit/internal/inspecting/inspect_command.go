// Package inspecting holds the commands inspect, lint, diff and dump: they read torrents and show what they say, alone and
// by the folder. They write nothing but what dump --reverse restores.
package inspecting

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// NewInspect makes the command inspect.
func NewInspect(con *console.Console) *cobra.Command {
	f := inspectFlags{maxSize: command.MaxTorrent}
	cmd := &cobra.Command{
		Use:     "inspect TORRENT|LINK...",
		Aliases: []string{"show", "info"},
		Short:   "Show what a torrent says",
		Long: `A TORRENT is a file, a folder of .torrent files, an http or https URL, or - for standard input; a LINK is a magnet
link. What is wrong with it but can be worked with is a warning on standard error. Folders are shown as a table.`,
		Example: `  torrentkit inspect album.torrent
  torrentkit inspect --tree album.torrent
  torrentkit inspect --field infohash *.torrent
  torrentkit inspect --query info/files/0/length album.torrent
  torrentkit inspect --json *.torrent | jq -r .infohash
  torrentkit inspect --table --sort -size releases/
  torrentkit inspect --stats releases/
  torrentkit inspect - < album.torrent`,
		Args: command.Arity(1, -1),
		RunE: command.RunE(func(ctx context.Context, args []string) error { return runInspect(ctx, con, args, &f) }),
	}
	f.set = cmd.Flags()
	f.bind(cmd)
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		var missing *pflag.ValueRequiredError
		if errors.As(err, &missing) && missing.GetSpecifiedName() == "field" {
			return command.Ran(listFields(con))
		}
		return command.FlagError(cmd, err)
	})
	command.Exits(cmd, "every torrent was read", "--query: there is no such key")
	return cmd
}
