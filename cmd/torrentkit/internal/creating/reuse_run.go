package creating

import (
	"context"
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/metainfo"
)

// chooseOld settles the piece length by rules, and looks through a folder of torrents for the one that has most of the content in files of the same paths and
// sizes, and hashes of the kinds that are wanted. Its piece length is taken, unless a flag gives one.
func chooseOld(ctx context.Context, con *console.Console, content *create.Content, o *create.Options, f *createFlags) error {
	f.chooseLength(content, o)
	if f.reuse == "" || !command.IsFolder(f.reuse) {
		return nil
	}
	folder, err := command.OpenFolder(f.reuse)
	if err != nil {
		return err
	}
	defer folder.Close()
	names, err := folder.Torrents(ctx, con, true)
	if err != nil {
		return err
	}
	p := con.StartProgress("looking through torrents")
	defer p.Finish()
	var best *metainfo.Torrent
	var most int64
	from := ""
	for i, name := range names {
		raw, err := command.ReadTorrent(ctx, con, name, command.MaxTorrent)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.Count(i + 1)
		if err != nil {
			continue // others may serve
		}
		t, err := metainfo.Parse(raw)
		if err != nil || !serves(t, o, f) {
			continue
		}
		if n := content.SharedWith(t); n > most {
			best, most, from = t, n, name
		}
	}
	p.Finish()
	if best == nil {
		con.Note(fmt.Sprintf("none of %d torrents in %q has a file of the same path and size, and hashes of the same kind", len(names), f.reuse))
		return nil
	}
	con.Note(fmt.Sprintf("%q has %s of the content in files of the same paths and sizes", from, console.FormatSize(most)))
	o.Reuse = best.Raw()
	if o.PieceLength == 0 {
		o.PieceLength = best.PieceLength
	}
	return nil
}

// serves tells whether a torrent has the hashes that are wanted, of pieces as long as they are to be.
func serves(t *metainfo.Torrent, o *create.Options, f *createFlags) bool {
	n := t.PieceLength
	switch {
	case o.Format.HasV1() && !t.Format.HasV1(), o.Format.HasV2() && !t.Format.HasV2():
		return false
	case o.PieceLength != 0:
		return n == o.PieceLength
	}
	return n >= 16<<10 && n <= 256<<20 && n&(n-1) == 0 && !f.decided["piece-length"] && o.MaxTorrentSize == 0 && (o.MaxPieceLength == 0 || n <= o.MaxPieceLength)
}
