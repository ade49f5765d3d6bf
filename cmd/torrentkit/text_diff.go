package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// showDiff prints what differs.
func (a *app) showDiff(d *inspect.Difference, t [2]*metainfo.Torrent, names []string) error {
	switch {
	case a.options.JSON:
		return a.json(diffToJSON(d, t, names))
	case a.onTerminal():
		a.showDiffLines(d, t)
	default:
		a.pipeDiff(d, t)
	}
	return nil
}

// pipeDiff prints one difference a line: what it is about, its name, and both values.
func (a *app) pipeDiff(d *inspect.Difference, t [2]*metainfo.Torrent) {
	rows := newTable(-1, "what", "name", "a", "b", "length a", "length b")
	if !d.SameInfoHash {
		rows.row(textCell("infohash"), textCell("infohash"), textCell(t[0].Hashes().String()), textCell(t[1].Hashes().String()))
	}
	for _, changes := range [][]inspect.KeyChange{d.InfoKeys, d.OtherKeys} {
		for _, k := range changes {
			rows.row(textCell("key"), textCell(k.Key), textCell(a.rawValue(k.A)), textCell(a.rawValue(k.B)))
		}
	}
	for _, f := range d.Fields {
		rows.row(textCell("field"), textCell(f.Field), textCell(f.A), textCell(f.B))
	}
	for _, l := range d.Lists {
		x, y := l.Value, ""
		if l.Added {
			x, y = y, x
		}
		rows.row(textCell("list"), textCell(l.List), textCell(a.url(x)), textCell(a.url(y)))
	}
	for _, f := range d.Files {
		rows.row(textCell("file"), textCell(f.Kind.String()), textCell(f.A), textCell(f.B), textCell(lengthOf(f.A, f.LengthA)), textCell(lengthOf(f.B, f.LengthB)))
	}
	a.showTable(rows)
}

// rawValue is rawText without the secrets of URLs in it.
func (a *app) rawValue(raw []byte) string {
	if a.options.ShowSecrets {
		return rawText(raw)
	}
	return rawText([]byte(redactText(string(raw))))
}

// lengthOf is a length, and nothing where there is no file.
func lengthOf(path string, n int64) string {
	if path == "" {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// showDiffLines is for people: - is what only A has, + is what only B has.
func (a *app) showDiffLines(d *inspect.Difference, t [2]*metainfo.Torrent) {
	line := func(c colour, format string, args ...any) {
		a.print(words(fmt.Sprintf(format, args...)).in(c))
	}
	if d.Same() {
		line(plain, "nothing differs: infohash %s", t[0].Hashes())
		return
	}
	if d.SameInfoHash {
		line(plain, "the infohash is the same: %s", t[0].Hashes())
	} else {
		a.showLines("", "the infohash differs, by "+keyNames(d.InfoKeys))
		for _, h := range strings.Fields(t[0].Hashes().String()) {
			line(red, "- %s", h)
		}
		for _, h := range strings.Fields(t[1].Hashes().String()) {
			line(green, "+ %s", h)
		}
	}
	if len(d.OtherKeys) > 0 {
		a.showLines("", "outside of info differ: "+keyNames(d.OtherKeys))
	}
	for _, f := range d.Fields {
		line(plain, "%s: %s -> %s", f.Field, orNone(escape(fieldText(f.Field, f.A))), orNone(escape(fieldText(f.Field, f.B))))
	}
	for _, l := range d.Lists {
		sign, c := "-", red
		if l.Added {
			sign, c = "+", green
		}
		line(c, "%s %s %s", sign, l.List, escape(a.url(l.Value)))
	}
	a.showFileChanges(d, line)
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
		return formatSize(n)
	}
	return value
}

func (a *app) showFileChanges(d *inspect.Difference, line func(c colour, format string, args ...any)) {
	for _, f := range d.Files {
		from, to := escape(f.A), escape(f.B)
		switch f.Kind {
		case inspect.FileAdded:
			line(green, "+ file %s (%s)", to, formatSize(f.LengthB))
		case inspect.FileRemoved:
			line(red, "- file %s (%s)", from, formatSize(f.LengthA))
		case inspect.FileRenamed, inspect.FileMoved:
			line(yellow, "%s: %s -> %s (%s)", f.Kind, from, to, formatSize(f.LengthB))
		case inspect.FileUnclear:
			line(yellow, "cannot tell whether it is the same: %s (%s)", to, formatSize(f.LengthB))
		default:
			line(yellow, "changed: %s (%s -> %s)", to, formatSize(f.LengthA), formatSize(f.LengthB))
		}
	}
	line(plain, "%s known to be the same", plural(d.SameFiles, "file"))
}

// showCommon prints the files that torrents share. A file that has no path within its torrent goes by the torrent's name.
func (a *app) showCommon(shared []inspect.SharedFile, torrents []*metainfo.Torrent, names []string) error {
	if a.options.JSON {
		return a.json(commonToJSON(shared, torrents, names))
	}
	rows := newTable(2, "size", "torrent", "file")
	for _, s := range shared {
		for i, p := range s.In {
			size := sizeCell(s.Length)
			if i > 0 {
				size.human = "" // the same file as above
			}
			rows.row(size, textCell(names[p.Torrent]), textCell(p.Path))
		}
	}
	if len(shared) > 0 || !a.onTerminal() {
		a.showTable(rows)
	}
	return nil
}
