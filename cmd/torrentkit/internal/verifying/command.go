// Package verifying is the command verify: data against torrents, with its searches, repairs and reports. What is right
// and what is not, package verify decides: nothing is hashed here.
package verifying

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// NewVerify makes the command verify.
func NewVerify(con *console.Console) *cobra.Command {
	f := verifyFlags{maxSize: command.MaxTorrent}
	cmd := &cobra.Command{
		Use:     "verify TORRENT [PATH] | TORRENT...",
		Aliases: []string{"check"},
		Short:   "Check data against a torrent",
		Long: `PATH is the content itself or the folder that holds it; by default the folder of the torrent. Every file is ok,
missing, short, long, damaged, unreadable, of the wrong type or unchecked: nothing is known against it, and not every
byte of it is proved. Where a v1 piece that spans files does not match, each of its files may be the damaged one, and
all are named, unless a checksum in the torrent or another copy tells.

A TORRENT that is a folder stands for the torrents in it. Several torrents get a line each, or a JSON object each.

The PATH - is standard input, for a torrent of one file. With --tar PATH is an archive, or standard input by default:
it is read once and not unpacked, and may be compressed by gzip, zstd or xz. Their window (xz: dictionary) is held in
memory, beside 64 MiB: xz -9 takes 64 MiB and zstd --long 128 MiB, which is the most that is taken without --max-window.

Web seeds are asked for the sizes of files and a sample of their pieces, and what is wrong with them is explained;
nothing of their content is stored. With --full a server that knows no ranges is read, too, each file in one stream.
Only http and https are used, without a proxy, and only to public addresses unless --web-seed names others.

A journal remembers when each piece was read. --older-than reads what was not read since, and --budget what was damaged,
never read or read longest ago, in this order, for so long or so many bytes; the rest is what the journal knows. What is
damaged says whether that is new. Each --shard reads a part into its journal; with all journals nothing is read, and the
report is that of one machine.

A repair hashes every piece before it writes, writes only blocks of 4 KiB that differ, and can be interrupted at any time. It
deletes and shortens nothing.

Whatever is named here may be a symbolic link. Below it, links are read through only where they stay inside, candidates
of a search are never links, and nothing is written through one or replaced. With --link, a file gets its name when it is
whole and its pieces were hashed again; a run that was stopped is run again, and keeps what is right already.`,
		Example: `  torrentkit verify album.torrent
  torrentkit verify album.torrent /srv/music
  torrentkit verify --content /srv/music torrents/
  torrentkit verify --compare-with /backup/album --extra album.torrent
  torrentkit verify --journal album.journal album.torrent
  torrentkit verify --journal album.journal --older-than 30d --budget 2h album.torrent
  torrentkit verify --sample 20 --fail-fast huge.torrent /srv/archive
  curl -s https://example.org/film.mkv | torrentkit verify film.torrent -
  torrentkit verify --tar album.torrent album.tar.zst
  torrentkit verify --report junit=verify.xml --report sha256sums=SHA256SUMS album.torrent
  torrentkit verify --search /srv/downloads --link hard -o /srv/seed album.torrent
  torrentkit verify --repair-from /backup/album --dry-run album.torrent
  torrentkit verify --web-seeds --full album.torrent
  torrentkit verify --json album.torrent | jq '.files[] | select(.state != "ok")'`,
		Args: command.Arity(1, -1),
		RunE: command.RunE(func(ctx context.Context, args []string) error { return runVerify(ctx, con, args, &f) }),
	}
	f.bindChoice(cmd)
	f.bindWork(cmd)
	command.Common(cmd, "repair-from", "search", "link", "output", "fix", "extra", "only", "journal", "web-seeds", "fail-fast")
	command.ExpandURLs(con, cmd, "web-seed")
	command.Exits(cmd, "all data that was read is as the torrent says", "data is missing or differs")
	return cmd
}
