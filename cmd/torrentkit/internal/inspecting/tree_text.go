package inspecting

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
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
func showTree(con *console.Console, t *metainfo.Torrent, f *inspectFlags) {
	root := &node{name: t.Name, file: -1}
	piped := console.NewTable("size", "file", "attributes", "pieces", "pieces root")
	for i, file := range f.shown(t) {
		if !con.Human() {
			longRow(con, piped, console.Size(file.Length), console.Text(filePath(t, i)), console.Text(attributes(file)), console.Text(pieceRange(t, i)), console.Text(rootText(t, i)))
		} else if file.Path == "" {
			root.file, root.size = i, file.Length
		} else {
			root.add(file.Path, file.Length, i)
		}
	}
	if !con.Human() {
		con.ShowTable(piped)
		return
	}
	drawing := console.NewTable("file", "size", "pieces", "attr", "v2 root")
	drawing.Row(nodeCells(con, t, root, "")...)
	drawNode(con, t, drawing, root, "", branchesOf(con, root.depth()))
	showDrawing(con, drawing)
}

func attributes(f *metainfo.File) string {
	if f.Link() != "" {
		return f.Attr() + " -> " + f.Link()
	}
	return f.Attr()
}

// pieceRange tells the pieces that hold bytes of a file: "3-5", both included.
func pieceRange(t *metainfo.Torrent, i int) string {
	first, end := t.FilePieces(i)
	switch {
	case first == end:
		return ""
	case first+1 == end:
		return strconv.Itoa(first)
	}
	return fmt.Sprintf("%d-%d", first, end-1)
}

func rootText(t *metainfo.Torrent, i int) string {
	root := t.Root(i)
	if root == [32]byte{} {
		return ""
	}
	return hex.EncodeToString(root[:])
}

// nodeCells are the columns of a line of the drawing. People see the first digits of a root; pipes and JSON have all.
func nodeCells(con *console.Console, t *metainfo.Torrent, n *node, branch string) []*console.Cell {
	c := []*console.Cell{console.Branch(branch, n.name).In(console.Bold), console.Size(n.size), {}, {}, {}}
	if n.file < 0 {
		c[0].Human += "/"
		return c
	}
	f := &t.Files[n.file]
	c[0].Colour = console.Plain
	c[2] = &console.Cell{Human: pieceRange(t, n.file), Right: true}
	c[3] = console.Text(attributes(f))
	if root := rootText(t, n.file); root != "" {
		c[4] = &console.Cell{Human: root[:8] + "…", Colour: console.Dim}
	}
	return c
}

// branches are what is drawn before the children of a folder, and before what is in them: of the last one, and of the others.
type branches struct{ child, below, last, belowLast string }

// branchesOf are those that leave names room in a tree of a depth: half of the terminal, if they can.
func branchesOf(con *console.Console, depth int) branches {
	b := branches{"├── ", "│   ", "└── ", "    "}
	if !console.DrawsBlocks(con) {
		b = branches{"|-- ", "|   ", "`-- ", "    "}
	}
	columns := 1
	for _, n := range []int{4, 2} {
		if n*depth <= con.Width()/2 {
			columns = n
			break
		}
	}
	for _, text := range []*string{&b.child, &b.below, &b.last, &b.belowLast} {
		runes := []rune(*text)
		if columns == 2 {
			runes[1] = ' '
		}
		*text = string(runes[:columns])
	}
	return b
}

// depth is how many folders lie above the deepest child.
func (n *node) depth() (deepest int) {
	for _, c := range n.children {
		deepest = max(deepest, c.depth()+1)
	}
	return deepest
}

// drawNode adds the lines of what is in a folder.
func drawNode(con *console.Console, t *metainfo.Torrent, drawing *console.Table, n *node, indent string, b branches) {
	for i, c := range n.children {
		branch, below := b.child, b.below
		if i == len(n.children)-1 {
			branch, below = b.last, b.belowLast
		}
		drawing.Row(nodeCells(con, t, c, indent+branch)...)
		drawNode(con, t, drawing, c, indent+below, b)
	}
}

// showDrawing prints the drawing without columns in which there is nothing.
func showDrawing(con *console.Console, d *console.Table) {
	kept := console.NewTable()
	for i := range d.Head {
		used := false
		for _, row := range d.Rows {
			used = used || row[i].Human != ""
		}
		if used {
			kept.Head = append(kept.Head, d.Head[i])
			for k, row := range d.Rows {
				if len(kept.Rows) <= k {
					kept.Rows = append(kept.Rows, nil)
				}
				kept.Rows[k] = append(kept.Rows[k], row[i])
			}
		}
	}
	con.ShowTable(kept)
}

// showPieces lists the pieces that have hashes, a line each, as they are made: there may be millions.
func showPieces(con *console.Console, t *metainfo.Torrent) {
	l := t.Layout()
	if l == nil {
		return // the warnings say why
	}
	if con.Human() {
		con.Print()
	}
	width := len(strconv.Itoa(l.NumPieces()))
	rows := console.NewTable("piece", "length", "sha1", "root")
	listed := 0
	for i := range t.Hashed() {
		listed++
		sha, root := hex.EncodeToString(t.PieceSHA1(i)), hex.EncodeToString(t.PieceRoot(i))
		if con.Human() {
			hashes := strings.Join(slices.DeleteFunc([]string{sha, root}, func(h string) bool { return h == "" }), "  ")
			con.Print(console.Whole(fmt.Sprintf("%*d  %d  %s", width, i, l.Piece(i).Length, hashes)))
			continue
		}
		longRow(con, rows, console.Count(int64(i)), console.Count(l.Piece(i).Length), console.Text(sha), console.Text(root))
	}
	if n := l.NumPieces() - listed; n > 0 {
		con.Note(fmt.Sprintf("the torrent has no hash of %s of its pieces", console.FormatCount(int64(n))))
	}
}
