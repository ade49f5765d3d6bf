package inspecting

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// NewDiff makes the command diff.
func NewDiff(con *console.Console) *cobra.Command {
	f := diffFlags{maxSize: command.MaxTorrent}
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Tell what differs between torrents, and whether the infohash does",
		Long: `A and B are files or http or https URLs; one of them may be - for standard input. No content is read: files are
the same where their v2 roots are, or where pieces that hold nothing else have the same hashes. Of what cannot be
compared that is said.

With --common, any number of torrents and folders of torrents: the files that at least two of them have.`,
		Example: `  torrentkit diff old.torrent new.torrent
  torrentkit diff --json old.torrent new.torrent | jq .infohash_differs_by
  torrentkit diff --common releases/`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.common {
				return command.Arity(1, -1)(cmd, args)
			}
			return command.Arity(2, 2)(cmd, args)
		},
		RunE: command.RunE(func(ctx context.Context, args []string) error {
			if f.common {
				return common(ctx, con, args, &f)
			}
			return runDiff(ctx, con, args, &f)
		}),
	}
	f.bind(cmd)
	command.Exits(cmd, "nothing differs (--common: there are such files)", "something differs (--common: there are none)")
	return cmd
}
