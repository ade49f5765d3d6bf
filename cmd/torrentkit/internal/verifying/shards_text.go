package verifying

import (
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// showShard prints what a shard was. What its data says, the run with all journals tells.
func showShard(con *console.Console, v verified, f *verifyFlags) error {
	r := v.report
	pieces := r.Pieces - r.SkippedPieces
	if con.Options.JSON {
		return con.JSON(shardReadJSON{v.torrent, f.shard.Index, f.shard.Of, pieces, r.KnownPieces, r.BadPieces, r.UncheckedPieces})
	}
	var list console.Fields
	if f.brief {
		list.Text("torrent", v.torrent)
	}
	list.Text("shard", fmt.Sprintf("%d/%d", f.shard.Index, f.shard.Of))
	list.Count("pieces", int64(pieces))
	list.Count("known", int64(r.KnownPieces))
	list.Some("bad", int64(r.BadPieces))
	list.Some("not checked", int64(r.UncheckedPieces))
	con.Show(&list)
	return nil
}
