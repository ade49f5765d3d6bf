package main

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// node is a folder or file of a tree that is drawn.
type node struct {
	name     string
	size     int64
	file     int // index of the file; -1 is a folder
	children []*node
	byName   map[string]*node
}

// deepestNode is how many folders deep a tree is drawn; what lies deeper is drawn as one name. A stranger's path can
// have a million folders.
const deepestNode = 32

// add puts a file into the tree.
func (n *node) add(path string, size int64, file int) {
	n.size += size
	for depth := 0; ; depth++ {
		name, rest, isFolder := path, "", false
		if depth < deepestNode {
			name, rest, isFolder = strings.Cut(path, "/")
		}
		child := n.byName[name]
		if child == nil {
			if n.byName == nil {
				n.byName = map[string]*node{}
			}
			child = &node{name: name, file: -1}
			n.byName[name] = child
			n.children = append(n.children, child)
		}
		child.size += size
		if !isFolder {
			child.file = file
			return
		}
		n, path = child, rest
	}
}

// showTree draws the folders. In a pipe it is a list: a drawing is of no use to a program.
func (a *app) showTree(t *metainfo.Torrent, f *inspectFlags) {
	root := &node{name: t.Name, file: -1}
	piped := newTable(-1, "size", "file", "attributes", "pieces", "pieces root")
	for i := range t.Files {
		file := &t.Files[i]
		if file.Pad() && !f.pads {
			continue
		}
		if !a.onTerminal() {
			a.longRow(piped, sizeCell(file.Length), textCell(filePath(t, i)), textCell(attributes(file)), textCell(pieceRange(t, i)), textCell(rootText(file)))
		} else if file.Path == "" {
			root.file, root.size = i, file.Length
		} else {
			root.add(file.Path, file.Length, i)
		}
	}
	if !a.onTerminal() {
		a.showTable(piped)
		return
	}
	drawing := newTable(0, t.Name, "size", "pieces", "attr", "v2 root")
	drawing.row(a.nodeCells(t, root, "")...)
	a.drawNode(t, drawing, root, "")
	a.showDrawing(drawing)
}

func attributes(f *metainfo.File) string {
	if f.Link != "" {
		return f.Attr + " -> " + f.Link
	}
	return f.Attr
}

// pieceRange tells the pieces that hold bytes of a file: "3-5", both included.
func pieceRange(t *metainfo.Torrent, i int) string {
	first, end := t.Layout().FilePieces(i)
	switch {
	case first == end:
		return ""
	case first+1 == end:
		return strconv.Itoa(first)
	}
	return fmt.Sprintf("%d-%d", first, end-1)
}

func rootText(f *metainfo.File) string {
	if f.Root == [32]byte{} {
		return ""
	}
	return hex.EncodeToString(f.Root[:])
}

// nodeCells are the columns of a line of the drawing. People see the first digits of a root; pipes and JSON have all.
func (a *app) nodeCells(t *metainfo.Torrent, n *node, branch string) []cell {
	c := []cell{{human: branch + n.name, colour: bold}, sizeCell(n.size), {}, {}, {}}
	if n.file < 0 {
		c[0].human += "/"
		return c
	}
	f := &t.Files[n.file]
	c[0].colour = plain
	c[2] = cell{human: pieceRange(t, n.file), right: true}
	c[3] = textCell(attributes(f))
	if root := rootText(f); root != "" {
		c[4] = cell{human: root[:8] + "…", colour: dim}
	}
	return c
}

// drawNode adds the lines of what is in a folder.
func (a *app) drawNode(t *metainfo.Torrent, drawing *table, n *node, indent string) {
	for i, c := range n.children {
		branch, below := "├── ", "│   "
		if i == len(n.children)-1 {
			branch, below = "└── ", "    "
		}
		drawing.row(a.nodeCells(t, c, indent+branch)...)
		a.drawNode(t, drawing, c, indent+below)
	}
}

// showDrawing prints the drawing without a heading and without columns in which there is nothing.
func (a *app) showDrawing(d *table) {
	kept := &table{flexible: 0}
	for i := range d.head {
		used := false
		for _, row := range d.rows {
			used = used || row[i].human != ""
		}
		if used {
			kept.head = append(kept.head, "")
			for k, row := range d.rows {
				if len(kept.rows) <= k {
					kept.rows = append(kept.rows, nil)
				}
				kept.rows[k] = append(kept.rows[k], row[i])
			}
		}
	}
	a.showRows(kept)
}

// showPieces lists the pieces, a line each, as they are made: there may be millions.
func (a *app) showPieces(t *metainfo.Torrent) {
	l := t.Layout()
	if a.onTerminal() {
		a.print()
	}
	width := len(strconv.Itoa(l.NumPieces()))
	rows := newTable(-1, "piece", "length", "sha1", "root")
	for i := range l.NumPieces() {
		sha, root := hex.EncodeToString(t.PieceSHA1(i)), hex.EncodeToString(t.PieceRoot(i))
		if a.onTerminal() {
			hashes := strings.Join(slices.DeleteFunc([]string{sha, root}, func(h string) bool { return h == "" }), "  ")
			a.printf("%*d  %d  %s", width, i, l.Piece(i).Length, hashes)
			continue
		}
		a.longRow(rows, countCell(int64(i)), countCell(l.Piece(i).Length), textCell(sha), textCell(root))
	}
}
