package inspecting

import (
	"fmt"
	"iter"
	"slices"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

// showTorrent prints what a torrent says.
func showTorrent(con *console.Console, l linted, f *inspectFlags) {
	t := l.report.Torrent
	var out console.Fields
	out.Text("name", t.Name)
	command.AddInfoHashes(&out, t.Hashes())
	out.Text("format", t.Format.String())
	out.Size("size", t.Size())
	out.Count("files", int64(command.ContentFiles(t)))
	out.Size("piece length", t.PieceLength)
	out.Count("pieces", int64(t.NumPieces()))
	out.YesNo("private", t.Private)
	for i, tier := range t.Trackers {
		for _, u := range tier {
			out.Text(fmt.Sprintf("tier %d", i+1), con.URL(u))
		}
	}
	for _, u := range t.WebSeeds {
		out.Text("web seed", con.URL(u))
	}
	for _, u := range t.HTTPSeeds {
		out.Text("http seed", con.URL(u))
	}
	for _, n := range t.Nodes {
		out.Text("node", n)
	}
	urls := slices.Concat(append(t.Trackers, t.WebSeeds)...) // a comment may repeat the key of a tracker
	command.Optional(&out, "source", con.Redact(t.Source, urls...))
	command.Optional(&out, "comment", con.Redact(t.Comment, urls...))
	command.Optional(&out, "created by", con.Redact(t.CreatedBy, urls...))
	if !t.CreationDate.IsZero() {
		out.Time("created", t.CreationDate)
	}
	for _, k := range t.Unknown {
		out.Text("other key", con.Redact(k.Path)+" = "+rawValue(con, k.Raw))
	}
	for _, k := range t.UnknownOfFiles {
		out.Add("other key of files", &console.Cell{Human: fmt.Sprintf("%s (of %s)", k.Key, command.Plural(k.Files, "file")), Raw: fmt.Sprintf("%s %d", k.Key, k.Files)})
	}
	if !f.tree && !f.files && !f.pieces {
		addCounts(&out, l)
		con.Show(&out)
		return
	}
	con.Show(&out)
	if con.Human() {
		con.Print()
	}
	showList(con, t, f)
	var counts console.Fields
	if addCounts(&counts, l); con.Human() && !counts.Empty() {
		con.Print()
	}
	con.Show(&counts)
}

// addCounts says at the end how the torrent stands, if there is something to say.
func addCounts(out *console.Fields, l linted) {
	errors, warnings := l.report.Count()
	if errors+warnings == 0 {
		return
	}
	text := command.Plural(errors, "error") + ", " + command.Plural(warnings, "warning")
	out.Add("lint", &console.Cell{Human: text + " (torrentkit lint " + l.input + ")", Raw: text})
}

// showList prints the files or pieces, if they are asked for.
func showList(con *console.Console, t *metainfo.Torrent, f *inspectFlags) {
	switch {
	case f.tree:
		showTree(con, t, f)
	case f.files:
		showFiles(con, t, f)
	case f.pieces:
		showPieces(con, t)
	}
}

// shown are the files that are listed.
func (f *inspectFlags) shown(t *metainfo.Torrent) iter.Seq2[int, *metainfo.File] {
	if !f.pads {
		return t.Content()
	}
	return func(yield func(int, *metainfo.File) bool) {
		for i := range t.Files {
			if !yield(i, &t.Files[i]) {
				return
			}
		}
	}
}

// rawValue shows the bencoded value of a key that has no meaning here, shortened, without the secrets of URLs in it.
func rawValue(con *console.Console, raw []byte) string {
	const most, enough = 60, 4096 // what is cut off a secret may hide that it is one
	text := con.Redact(string(raw[:min(len(raw), enough)]))
	if len(text) > most {
		return fmt.Sprintf("%s... (%s bytes)", text[:most], console.FormatCount(int64(len(raw))))
	}
	return text
}

func showFiles(con *console.Console, t *metainfo.Torrent, f *inspectFlags) {
	files := console.NewTable("size", "file", "attributes")
	for i, file := range f.shown(t) {
		longRow(con, files, console.Size(file.Length), console.Path(filePath(t, i)), console.Text(attributes(file)))
	}
	con.ShowTable(files)
}

// longRow adds a row to a table that may be long. In a pipe, where columns need not line up, it is printed at once.
func longRow(con *console.Console, t *console.Table, cells ...*console.Cell) {
	t.Row(cells...)
	if !con.Human() {
		t.ShowPiped(con)
		t.Rows = t.Rows[:0]
	}
}

// filePath is the path of a file below the torrent's name.
func filePath(t *metainfo.Torrent, i int) string {
	if t.Files[i].Path == "" {
		return t.Name
	}
	return t.Files[i].Path
}
