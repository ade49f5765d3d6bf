package publishing

import (
	"fmt"

	"github.com/torrentkit/torrentkit/announce/index"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// listing is a list of torrents of the index.
type listing struct{ table *console.Table }

func newList() *listing {
	return &listing{console.NewTable("infohash", "size", "seeders", "leechers", "uploaded", "by", "title")}
}

func (l *listing) add(con *console.Console, t index.Torrent) error {
	if con.Options.JSON {
		return con.JSON(entryToJSON(t))
	}
	l.table.Row(console.Text(t.InfoHash.String()), console.Size(t.Size), console.Count(t.Seeders), console.Count(t.Leechers),
		console.Text(jsonTime(t.Uploaded)), console.Text(t.Uploader), console.Detail(t.Title))
	return nil
}

// show prints the list, and says how much of it that is.
func (l *listing) show(con *console.Console, shown int, total int64) {
	if con.Options.JSON {
		return
	}
	if shown > 0 {
		con.ShowTable(l.table)
	}
	if con.Human() {
		con.Printf("%s of %s", command.Plural(shown, "torrent"), console.FormatCount(total))
	}
	if total > int64(shown) {
		con.Note(fmt.Sprintf("%s more are there: --limit 0 lists all", console.FormatCount(total-int64(shown))))
	}
}
