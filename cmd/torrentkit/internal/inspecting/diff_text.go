package inspecting

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// showDiff prints what differs.
func showDiff(con *console.Console, d *inspect.Difference, t [2]*metainfo.Torrent, names []string) error {
	switch {
	case con.Options.JSON:
		return con.JSON(diffToJSON(d, t, names))
	case con.Human():
		showDiffLines(con, d, t)
	default:
		pipeDiff(con, d, t)
	}
	return nil
}

// pipeDiff prints one difference a line: what it is about, its name, and both values.
func pipeDiff(con *console.Console, d *inspect.Difference, t [2]*metainfo.Torrent) {
	rows := console.NewTable("what", "name", "a", "b", "length a", "length b")
	if !d.SameInfoHash {
		rows.Row(console.Text("infohash"), console.Text("infohash"), console.Text(t[0].Hashes().String()), console.Text(t[1].Hashes().String()))
	}
	for _, changes := range [][]inspect.KeyChange{d.InfoKeys, d.OtherKeys} {
		for _, k := range changes {
			rows.Row(console.Text("key"), console.Text(k.Key), console.Text(rawValue(con, k.A)), console.Text(rawValue(con, k.B)))
		}
	}
	for _, f := range d.Fields {
		rows.Row(console.Text("field"), console.Text(f.Field), console.Text(f.A), console.Text(f.B))
	}
	for _, l := range d.Lists {
		x, y := l.Value, ""
		if l.Added {
			x, y = y, x
		}
		rows.Row(console.Text("list"), console.Text(l.List), console.Text(con.URL(x)), console.Text(con.URL(y)))
	}
	for _, f := range d.Files {
		rows.Row(console.Text("file"), console.Text(f.Kind.String()), console.Text(f.A), console.Text(f.B), console.Text(lengthOf(f.A, f.LengthA)), console.Text(lengthOf(f.B, f.LengthB)))
	}
	con.ShowTable(rows)
}

// lengthOf is a length, and nothing where there is no file.
func lengthOf(path string, n int64) string {
	if path == "" {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// showDiffLines is for people: - is what only A has, + is what only B has.
func showDiffLines(con *console.Console, d *inspect.Difference, t [2]*metainfo.Torrent) {
	line := func(c console.Colour, format string, args ...any) {
		con.Print(console.Words(fmt.Sprintf(format, args...)).In(c))
	}
	if d.Same() {
		line(console.Plain, "nothing differs: infohash %s", t[0].Hashes())
		return
	}
	if d.SameInfoHash {
		line(console.Plain, "the infohash is the same: %s", t[0].Hashes())
	} else {
		showLines(con, "", "the infohash differs, by "+keyNames(d.InfoKeys))
		for _, h := range strings.Fields(t[0].Hashes().String()) {
			line(console.Red, "- %s", h)
		}
		for _, h := range strings.Fields(t[1].Hashes().String()) {
			line(console.Green, "+ %s", h)
		}
	}
	if len(d.OtherKeys) > 0 {
		showLines(con, "", "outside of info differ: "+keyNames(d.OtherKeys))
	}
	for _, f := range d.Fields {
		line(console.Plain, "%s: %s -> %s", f.Field, orNone(console.Escape(fieldText(f.Field, f.A))), orNone(console.Escape(fieldText(f.Field, f.B))))
	}
	for _, l := range d.Lists {
		sign, c := "-", console.Red
		if l.Added {
			sign, c = "+", console.Green
		}
		line(c, "%s %s %s", sign, l.List, console.Escape(con.URL(l.Value)))
	}
	showFileChanges(con, d)
}

func keyNames(changes []inspect.KeyChange) string {
	names := make([]string, len(changes))
	for i, k := range changes {
		names[i] = k.Key
	}
	return strings.Join(names, ", ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// fieldText words sizes for people.
func fieldText(field, value string) string {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && (field == "size" || field == "piece length") {
		return console.FormatSize(n)
	}
	return value
}

// showFileChanges lists the files that differ: - is what only A has, + is what only B has.
func showFileChanges(con *console.Console, d *inspect.Difference) {
	t := console.NewTable("", "size", "file", "")
	row := func(c console.Colour, sign, path string, length int64, detail string) {
		t.Row(console.Text(sign).In(c), console.Size(length), console.Path(path).In(c), console.Detail(detail))
	}
	for _, f := range d.Files {
		switch f.Kind {
		case inspect.FileAdded:
			row(console.Green, "+", f.B, f.LengthB, "")
		case inspect.FileRemoved:
			row(console.Red, "-", f.A, f.LengthA, "")
		case inspect.FileRenamed, inspect.FileMoved:
			row(console.Yellow, f.Kind.String(), f.B, f.LengthB, "was "+f.A)
		case inspect.FileUnclear:
			row(console.Yellow, f.Kind.String(), f.B, f.LengthB, "cannot tell whether it is the same")
		default:
			row(console.Yellow, f.Kind.String(), f.B, f.LengthB, "was "+console.FormatSize(f.LengthA))
		}
	}
	if len(t.Rows) > 0 {
		con.Print()
		con.ShowTable(t)
		con.Print()
	}
	con.Printf("%s known to be the same", command.Plural(d.SameFiles, "file"))
}

// showCommon prints the files that torrents share. A file that has no path within its torrent goes by the torrent's name.
func showCommon(con *console.Console, shared []inspect.SharedFile, torrents []compared) error {
	if con.Options.JSON {
		return con.JSON(commonToJSON(shared, torrents))
	}
	rows := console.NewTable("size", "torrent", "file")
	for _, s := range shared {
		for i, p := range s.In {
			size := console.Size(s.Length)
			if i > 0 {
				size.Human = "" // the same file as above
			}
			rows.Row(size, console.Path(torrents[p.Torrent].input), console.Path(p.Path))
		}
	}
	if len(shared) > 0 || !con.Human() {
		con.ShowTable(rows)
	}
	return nil
}
