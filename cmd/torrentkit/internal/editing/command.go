// Package editing is the command edit: it changes keys of torrents in place or into other files. The bytes are spliced
// by package create, never encoded again here.
package editing

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/creating"
	"github.com/torrentkit/torrentkit/metainfo"
)

// NewEdit makes the command edit.
func NewEdit(con *console.Console) *cobra.Command {
	var o metainfo.Edit
	f := editFlags{maxSize: command.MaxTorrent, first: true, total: totals{missing: make(map[metainfo.Rename]int)}}
	cmd := &cobra.Command{
		Use:     "edit TORRENT...",
		Aliases: []string{"modify"},
		Short:   "Change trackers, seeds and other fields of torrents",
		Long: `Torrents are changed in place, each whole or not at all; what was not edited keeps its exact bytes. URLs are first
replaced (--replace, --strip-secrets), then removed, then added, and duplicates are dropped. A torrent that cannot be
edited leaves the others edited. A file or folder may be named by a symbolic link; links in a folder are left out.
A crash or a power cut may take the edits of the last 512 torrents away and no torrent: each is whole, as it was or as it is
to be, and so is its backup.

Keys of trackers need not stand in the process list: ${NAME} in a URL is a variable of the environment, and
--set-trackers-file reads URLs, with such variables too. --undo --backup SUFFIX takes an edit with --backup SUFFIX back.

--remove-dead reads what announce --json or scrape --json printed. A tracker is dead if its name is not found, it refuses
connections or does not answer in time, each time that it was asked; one that refuses a torrent lives, and so may one that
sends a page, has a bad certificate, or could not be reached. Where no tracker answered at all nothing is removed.

Changing what lies in info (name, source, private, ...) makes another torrent of it, with another infohash: that is
refused without --new-infohash. --rename and --normalize change names in the torrent and no files on the disk. In a hybrid
files stand in the order of their names: the hashes of pieces go with them, unless the last file would not be the last any more.`,
		Example: `  torrentkit edit --replace old.example=new.example --recursive torrents/
  torrentkit edit --set-trackers https://tracker.example/announce --backup .bak *.torrent
  torrentkit edit --undo --backup .bak *.torrent
  torrentkit edit --set-trackers 'https://tracker.example/${PASSKEY}/announce' album.torrent
  torrentkit edit --strip-secrets -o clean.torrent album.torrent
  torrentkit edit --source OTHER --private --new-infohash -o other/ album.torrent
  torrentkit edit --rename cover.JPG=cover.jpg --rename 'CD 1=disc 1' --new-infohash album.torrent
  torrentkit announce --by tracker --json torrents/ > trackers.json
  torrentkit edit --remove-dead trackers.json --dry-run --recursive torrents/
  torrentkit edit --dry-run --no-comment --no-date album.torrent`,
		Args: command.Arity(1, -1),
	}
	cmd.RunE = command.RunE(func(ctx context.Context, args []string) error {
		if err := usePreset(ctx, con, cmd, &f); err != nil {
			return err
		}
		f.used = editsAnything(cmd)
		return runEdit(ctx, con, args, &o, &f)
	})
	editFlagGroups(cmd, &o, &f)
	command.ExpandURLs(con, cmd, "add-tracker", "remove-tracker", "set-trackers", "replace", "add-web-seed", "remove-web-seed", "set-web-seeds",
		"add-http-seed", "remove-http-seed", "set-http-seeds")
	command.CompleteBy(cmd, "preset", func() []string { return creating.PresetNames(context.Background(), con, f.presets) })
	command.Common(cmd, "add-tracker", "remove-tracker", "set-trackers", "replace", "strip-secrets", "comment", "no-date", "recursive", "dry-run", "output")
	command.Exits(cmd, "every torrent was edited, or needed no change", "--replace or --rename found nothing, or secrets are left")
	return cmd
}
