// Package publishing is the command publish: it puts torrents into a Torrust index, lists what one has, and changes it. It
// talks to indexes through package announce/index, and announces nothing.
package publishing

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// NewPublish makes the command publish, and publish login below it.
func NewPublish(con *console.Console) *cobra.Command {
	var f publishFlags
	cmd := &cobra.Command{
		Use:   "publish TORRENT...",
		Short: "Put torrents into a Torrust index",
		Long: `It asks the index first (categories, tags, its tracker, what uploaders agree to), and sends nothing that it would refuse. Each
torrent is uploaded once, downloaded again, and compared: an index keeps only the keys that it knows, so that a torrent may
be found under another infohash, and downloaded with a third. That is said, and --dry-run says it before. Nothing is
announced.

A token comes from --token-file, the variable TORRUST_INDEX_TOKEN, --user with a password, or "publish login". It is never an
argument, which other people on the machine can read, and never printed.`,
		Example: `  torrentkit publish --to https://index.example --category software --dry-run app.torrent
  torrentkit publish --to https://index.example --category software --tag release --title 'App 2.4.0' app.torrent
  torrentkit publish --to https://index.example --category software --skip-existing -o published/ *.torrent
  torrentkit publish --to https://index.example --list --search app --json
  torrentkit publish --to https://index.example --update c12fe1c06bba254a9dc9f519b335aa7c1367a88a --title 'App 2.4.1'
  torrentkit publish --to https://index.example --download c12fe1c06bba254a9dc9f519b335aa7c1367a88a -o app.torrent`,
		Args: command.Arity(0, -1),
	}
	cmd.RunE = command.RunE(func(ctx context.Context, args []string) error {
		f.changed = cmd.Flags().Changed
		return runPublish(ctx, con, args, &f)
	})
	f.bind(cmd)
	command.Exits(cmd, "everything was published, or what was asked for was done", "the index refused something, or has a torrent already without --skip-existing")
	cmd.AddCommand(newLogin(con))
	return cmd
}
