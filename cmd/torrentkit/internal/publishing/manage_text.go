package publishing

import (
	"github.com/torrentkit/torrentkit/announce/index"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

// showOne prints a torrent of the index that something was done to.
func showOne(con *console.Console, done string, t index.Torrent) error {
	if con.Options.JSON {
		return con.JSON(changedJSON{done, entryToJSON(t)})
	}
	var list console.Fields
	list.Text(done, t.Title)
	list.Text("infohash", t.InfoHash.String())
	command.Optional(&list, "category", t.Category)
	for _, tag := range t.Tags {
		list.Text("tag", tag.Name)
	}
	command.Optional(&list, "description", t.Description)
	con.Show(&list)
	return nil
}

// showDownloaded prints what was downloaded.
func showDownloaded(con *console.Console, asked metainfo.HashV1, t *metainfo.Torrent, output string) error {
	got := t.Hashes().V1
	if got != asked {
		con.Warn("what the index gives out under " + asked.String() + " has the infohash " + got.String())
	}
	if con.Options.JSON {
		return con.JSON(downloadedJSON{asked.String(), got.String(), t.Name, command.HexIfNeeded(t.Name), output})
	}
	var list console.Fields
	list.Text("name", t.Name)
	list.Text("infohash", got.String())
	list.Text("output", output)
	con.Show(&list)
	return nil
}
