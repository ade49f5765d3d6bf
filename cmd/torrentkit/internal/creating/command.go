// Package creating is the command create: it binds flags, plans, hashes and writes torrents, alone or many together from
// presets and jobs. What a torrent is made of, package create decides: nothing is hashed here.
package creating

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
)

// NewCreate makes the command create.
func NewCreate(con *console.Console) *cobra.Command {
	var m createModes
	cmd := &cobra.Command{
		Use:   "create PATH...",
		Short: "Make a torrent of files or folders",
		Long: `Hidden and empty files are taken, symbolic links are followed, and files that operating systems leave behind
(.DS_Store, Thumbs.db, desktop.ini, ._*, .nfs*, .fuse_hidden*) are left out. Nothing is written unless every file could
be read and none changed meanwhile. With the date left out or fixed (--no-date, --date, SOURCE_DATE_EPOCH) the same files
give the same torrent everywhere. Several PATHs become entries of one folder, which --name names. PATH may be - for
standard input: one file, kept in a temporary one meanwhile (in $TMPDIR), as archives for --tar are that are compressed
or come through a pipe. PATH may be an http or https URL: what the server has is hashed as it comes, and the URL becomes
the web seed, without passwords and signatures in it. A file that becomes another meanwhile is an error.

With --journal a run that was stopped, even by a power cut, goes on where it was when it is started again, and a run over a
changed tree reads only what changed. Several machines that see the same files can each hash one --shard of them.`,
		Example: `  torrentkit create album/
  torrentkit create -t https://tracker.example/announce -t udp://tracker.example:6969 -o out/ film.mkv
  torrentkit create -f hybrid -l 4M --exclude '*.tmp' --no-date -o - data/ | torrentkit inspect -
  torrentkit create --name bundle film.mkv subtitles/
  git ls-files -z | torrentkit create --files-from - .
  git archive --prefix app-2.4.0/ v2.4.0 | torrentkit create --tar -
  torrentkit create --tar backup.tar.zst -f v2
  torrentkit create https://releases.example/app-2.4.0/app.iso
  torrentkit create -f hybrid --from-web-seeds v1.torrent
  pg_dump app | torrentkit create --name app.sql -
  torrentkit create --journal data.journal -f v2 data/
  torrentkit create --plan data/
  torrentkit create --dry-run --max-torrent-size 1M data/`,
		Args: command.Arity(0, -1),
		RunE: command.RunE(func(ctx context.Context, args []string) error { return createAll(ctx, con, args, &m) }),
	}
	recordFlags(cmd, &m.given)
	m.bind(cmd)
	command.Common(cmd, "tracker", "output", "private", "source", "piece-length", "format", "exclude", "name", "journal", "plan")
	command.CompleteBy(cmd, "deny", command.RuleWords)
	command.CompleteBy(cmd, "allow", command.RuleWords)
	command.CompleteBy(cmd, "preset", func() []string { return presetNames(context.Background(), con, m.presets) })
	command.ExpandURLs(con, cmd, "tracker", "web-seed", "http-seed", "update-url", "also")
	command.Exits(cmd, "the torrent was made", "--expect or --expect-infohash was given and the torrent is another, or --deny and a rule finds something")
	return cmd
}

// createHint adds what can be done about an error of planning.
func createHint(err error) error {
	if errors.Is(err, create.ErrEmpty) {
		return console.WithHint(err, "see what leaves each file out: torrentkit create --list PATH")
	}
	var large *create.TooLargeError
	if errors.As(err, &large) {
		return console.WithHint(err, "see what each piece length gives: torrentkit create --plan PATH")
	}
	return err
}
