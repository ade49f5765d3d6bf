package inspecting

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// NewLint makes the command lint.
func NewLint(con *console.Console) *cobra.Command {
	f := lintFlags{format: "text", maxSize: command.MaxTorrent}
	cmd := &cobra.Command{
		Use:   "lint TORRENT...",
		Short: "Judge a torrent against the BEPs and what clients load",
		Long: `A TORRENT is a file, a folder of .torrent files, an http or https URL, or - for standard input. Every finding names
its rule, the key and the byte. --list-rules explains all rules.`,
		Example: `  torrentkit lint album.torrent
  torrentkit lint --for qbittorrent --for transmission album.torrent
  torrentkit lint --deny not-nfc --allow passkey releases/
  torrentkit lint --format sarif releases/ > lint.sarif
  torrentkit lint --list-rules`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.listRules {
				return command.Arity(0, 0)(cmd, args)
			}
			return command.Arity(1, -1)(cmd, args)
		},
		RunE: command.RunE(func(ctx context.Context, args []string) error {
			if f.listRules {
				return listRules(con)
			}
			return runLint(ctx, con, args, &f)
		}),
	}
	f.bind(cmd)
	command.Exits(cmd, "nothing was found, or warnings only", "an error was found")
	return cmd
}
