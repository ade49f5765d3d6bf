package main

import (
	"encoding/hex"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/magnet"
)

// contentFiles counts the files that are no padding.
func contentFiles(t *inspect.Torrent) int {
	n := 0
	for i := range t.Files {
		if !t.Files[i].Pad() {
			n++
		}
	}
	return n
}

// piecesCell words how the content is cut: "1,024 of 1 MiB".
func piecesCell(t *inspect.Torrent) cell {
	n := int64(t.Layout().NumPieces())
	return cell{human: formatCount(n) + " of " + formatSize(t.PieceLength), raw: strconv.FormatInt(n, 10)}
}

func addInfoHashes(f *fields, t *inspect.Torrent) {
	if h, ok := t.InfoHash(); ok {
		f.text("infohash", hex.EncodeToString(h[:]))
	}
	if h, ok := t.InfoHashV2(); ok {
		f.text("infohash v2", hex.EncodeToString(h[:]))
	}
}

// magnetLink composes the link of a torrent.
func magnetLink(t *inspect.Torrent) magnet.Link {
	l := magnet.Link{Name: t.Name, WebSeeds: t.WebSeeds}
	if h, ok := t.InfoHash(); ok {
		l.V1 = h
	}
	if h, ok := t.InfoHashV2(); ok {
		l.V2 = h
	}
	for _, tier := range t.Trackers {
		l.Trackers = append(l.Trackers, tier...)
	}
	return l
}

// magnetText is the link for people: passkeys do not show.
func (a *app) magnetText(t *inspect.Torrent) string {
	l := magnetLink(t)
	for _, urls := range [][]string{l.Trackers, l.WebSeeds} {
		for i := range urls {
			urls[i] = a.url(urls[i])
		}
	}
	return l.String()
}

// showTorrent prints what a torrent says.
func (a *app) showTorrent(t *inspect.Torrent, f *inspectFlags) {
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
	a.show(&out)
	switch {
	case f.tree:
		a.showTree(t, f)
	case f.files:
		a.showFiles(t, f)
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
func filePath(t *inspect.Torrent, i int) string {
	if t.Files[i].Path == "" {
		return t.Name
	}
	return t.Files[i].Path
}

func (a *app) showFiles(t *inspect.Torrent, f *inspectFlags) {
	files := newTable(1, "size", "file", "attributes")
	for i := range t.Files {
		if file := &t.Files[i]; !file.Pad() || f.pads {
			attr := file.Attr
			if file.Link != "" {
				attr += " -> " + file.Link
			}
			files.row(sizeCell(file.Length), textCell(filePath(t, i)), textCell(attr))
		}
	}
	a.showTable(files)
}

// showTree draws the folders. In a pipe it is the list of files: a drawing is of no use to a program.
func (a *app) showTree(t *inspect.Torrent, f *inspectFlags) {
	if !a.outTTY {
		a.showFiles(t, f)
		return
	}
	fmt.Fprintln(a.out, escape(t.Name))
	root := newNode("")
	for i := range t.Files {
		if file := &t.Files[i]; file.Path != "" && (!file.Pad() || f.pads) {
			root.add(strings.Split(file.Path, "/"), file.Length)
		}
	}
	a.drawNode(root, "")
}

// node is a folder or file of a tree that is drawn.
type node struct {
	name     string
	size     int64
	children []*node
	byName   map[string]*node
}

func newNode(name string) *node { return &node{name: name} }

func (n *node) add(names []string, size int64) {
	n.size += size
	if len(names) == 0 {
		return
	}
	child := n.byName[names[0]]
	if child == nil {
		if n.byName == nil {
			n.byName = map[string]*node{}
		}
		child = newNode(names[0])
		n.byName[names[0]] = child
		n.children = append(n.children, child)
	}
	child.add(names[1:], size)
}

func (a *app) drawNode(n *node, indent string) {
	for i, c := range n.children {
		branch, below := "├── ", "│   "
		if i == len(n.children)-1 {
			branch, below = "└── ", "    "
		}
		name := escape(c.name)
		if len(c.children) > 0 {
			name = path.Join(name) + "/"
		}
		fmt.Fprintf(a.out, "%s%s%s  %s\n", indent, branch, name, a.paint(a.outStyle(), dim, formatSize(c.size)))
		a.drawNode(c, indent+below)
	}
}
