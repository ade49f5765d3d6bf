package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// contentFiles counts the files that are no padding.
func contentFiles(t *metainfo.Torrent) int {
	n := 0
	for i := range t.Files {
		if !t.Files[i].Pad() {
			n++
		}
	}
	return n
}

// piecesCell words how the content is cut: "1,024 of 1 MiB".
func piecesCell(t *metainfo.Torrent) cell {
	n := int64(t.Layout().NumPieces())
	return cell{human: formatCount(n) + " of " + formatSize(t.PieceLength), raw: strconv.FormatInt(n, 10)}
}

func addInfoHashes(f *fields, t *metainfo.Torrent) {
	h := t.Hashes()
	if !h.V1.IsZero() {
		f.text("infohash", h.V1.String())
	}
	if !h.V2.IsZero() {
		f.text("infohash v2", h.V2.String())
	}
}

// magnetLink composes the link of a torrent.
func magnetLink(t *metainfo.Torrent) magnet.Link {
	h := t.Hashes()
	l := magnet.Link{V1: h.V1, V2: h.V2, Name: t.Name, WebSeeds: t.WebSeeds}
	for _, tier := range t.Trackers {
		l.Trackers = append(l.Trackers, tier...)
	}
	return l
}

// magnetText is the link for people: passkeys do not show, and the stars in their place are no part of a URL that works.
func (a *app) magnetText(t *metainfo.Torrent) string {
	l := magnetLink(t)
	hide := func(urls []string) []string {
		hidden := make([]string, len(urls))
		for i, u := range urls {
			hidden[i] = a.url(u)
		}
		return hidden
	}
	l.Trackers, l.WebSeeds = hide(l.Trackers), hide(l.WebSeeds)
	return strings.ReplaceAll(l.String(), "%2A%2A%2A", "***")
}

// showTorrent prints what a torrent says.
func (a *app) showTorrent(t *metainfo.Torrent, f *inspectFlags) {
	var out fields
	out.text("name", t.Name)
	addInfoHashes(&out, t)
	out.text("format", t.Format.String())
	out.size("size", t.Layout().TotalLength())
	out.count("files", int64(contentFiles(t)))
	out.size("piece length", t.PieceLength)
	out.count("pieces", int64(t.Layout().NumPieces()))
	out.yesNo("private", t.Private)
	for i, tier := range t.Trackers {
		for _, u := range tier {
			out.text(fmt.Sprintf("tier %d", i+1), a.url(u))
		}
	}
	for _, u := range t.WebSeeds {
		out.text("web seed", a.url(u))
	}
	for _, u := range t.HTTPSeeds {
		out.text("http seed", a.url(u))
	}
	for _, n := range t.Nodes {
		out.text("node", n)
	}
	optional(&out, "source", t.Source)
	optional(&out, "comment", t.Comment)
	optional(&out, "created by", t.CreatedBy)
	if !t.CreationDate.IsZero() {
		out.time("created", t.CreationDate)
	}
	for _, k := range t.Unknown {
		out.text("other key", k.Path+" = "+rawText(k.Raw))
	}
	for _, k := range t.UnknownOfFiles {
		out.add("other key of files", cell{human: fmt.Sprintf("%s (of %s)", k.Key, plural(k.Files, "file")), raw: fmt.Sprintf("%s %d", k.Key, k.Files)})
	}
	a.show(&out)
	switch {
	case f.tree:
		a.showTree(t, f)
	case f.files:
		a.showFiles(t, f)
	case f.pieces:
		a.showPieces(t)
	}
}

func optional(f *fields, label, value string) {
	if value != "" {
		f.text(label, value)
	}
}

// rawText shows the bencoded value of a key that has no meaning here, shortened.
func rawText(raw []byte) string {
	const most = 60
	if len(raw) > most {
		return fmt.Sprintf("%s... (%s bytes)", raw[:most], formatCount(int64(len(raw))))
	}
	return string(raw)
}

// filePath is the path of a file below the torrent's name.
func filePath(t *metainfo.Torrent, i int) string {
	if t.Files[i].Path == "" {
		return t.Name
	}
	return t.Files[i].Path
}

func (a *app) showFiles(t *metainfo.Torrent, f *inspectFlags) {
	files := newTable(1, "size", "file", "attributes")
	for i := range t.Files {
		if file := &t.Files[i]; !file.Pad() || f.pads {
			a.longRow(files, sizeCell(file.Length), textCell(filePath(t, i)), textCell(attributes(file)))
		}
	}
	a.showTable(files)
}

// longRow adds a row to a table that may be long. In a pipe, where columns need not line up, it is printed at once.
func (a *app) longRow(t *table, cells ...cell) {
	t.row(cells...)
	if !a.onTerminal() {
		a.showPiped(t)
		t.rows = t.rows[:0]
	}
}
