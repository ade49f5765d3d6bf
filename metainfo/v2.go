package metainfo

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// filesV2 reads the file tree of BEP 52. In a hybrid the files that BEP 3 lists
// must be the same ones, and get their roots; agree tells whether that list
// could be read.
func (p *parser) filesV2(m map[string]bencode.Value, agree bool) {
	tree, has := m["file tree"]
	if tree.Kind() != bencode.Dict {
		if has { // else that was told with the version
			p.fail("file-tree", "info.file tree", tree, "a %v where a dictionary was expected", tree.Kind())
		}
		return
	}
	before := p.errors
	problems := len(p.problems)
	leaves := countLeaves(tree.Raw())
	w := walker{p: p, files: make([]File, 0, leaves), seats: make([]seat, 0, leaves), way: p.way(tree)}
	if p.spent != nil {
		p.t.doc = make([]byte, 1, 1+rootSize*leaves) // no root begins at 0
	}
	single := alone(tree) && m["files"].Kind() != bencode.List
	w.folder(&node{name: []byte("info.file tree")}, tree, nil)
	if len(w.files) == 0 && len(p.problems) == problems {
		p.fail("file-tree", "info.file tree", tree, "empty")
	}
	if p.t.Format.HasV1() {
		single = p.t.Single
	}
	single = single && len(w.files) > 0 && w.files[0].Path == p.t.Name
	if single {
		w.files[0].Path = ""
	}
	if p.t.Format.HasV1() {
		if agree && p.errors == before {
			p.agree(w.files, w.seats)
		}
		return
	}
	p.t.Single = single
	p.t.Files, p.t.seats = w.files, w.seats
	p.duplicates()
}

// alone tells whether a tree has one entry only.
func alone(tree bencode.Value) bool {
	n := 0
	for range tree.Entries() {
		n++
	}
	return n == 1
}

// countLeaves guesses how many files a tree has, so that memory for them is
// taken once. Strings in the tree may look like leaves: the guess is bounded by
// what a tree of that size can hold.
func countLeaves(tree []byte) int {
	const smallest = len("1:ad0:d6:lengthi0eeee")
	return min(bytes.Count(tree, []byte("d0:d")), len(tree)/smallest)
}

// walker collects the files of a tree.
type walker struct {
	p     *parser
	files []File
	seats []seat // of files
	way   way
	seen  int // how many files of the list of a hybrid were held against paths of the tree
}

// path makes a string of a path: that of the next file in the list of a hybrid, where
// it is the same.
func (w *walker) path(path []byte) string {
	for list := w.p.t.Files; w.seen < len(list); {
		f := &list[w.seen]
		if w.seen++; !f.Pad() {
			if f.Path == string(path) {
				return f.Path
			}
			break
		}
	}
	return w.p.slab.keep(path)
}

// node is a folder or file of a tree, for its key: a path of keys is made only
// where there is something to say of it.
type node struct {
	above *node
	name  []byte
}

func (n *node) key() string { return string(n.append(nil)) }

func (n *node) append(path []byte) []byte {
	if n.above == nil {
		return append(path, n.name...)
	}
	return bencode.AppendKey(n.above.append(path), n.name)
}

// depth is how many names the path of a node has.
func (n *node) depth() int {
	if n.above == nil {
		return 0
	}
	return n.above.depth() + 1
}

// names are those of the path of a node.
func (n *node) names() []string {
	names := make([]string, n.depth())
	for i := len(names) - 1; i >= 0; i-- {
		names[i], n = string(n.name), n.above
	}
	return names
}

// folder reads a folder; the scanner has bounded how deep folders can be nested.
// path is overwritten behind its end.
func (w *walker) folder(n *node, v bencode.Value, path []byte) {
	for k, child := range v.Entries() {
		name, _ := k.Bytes()
		at := node{above: n, name: name}
		if child.Kind() != bencode.Dict {
			w.fail(&at, child, "a %v where a dictionary was expected", child.Kind())
			continue
		}
		if len(name) == 0 {
			w.p.failIn("bad-name", func(string) string { return at.key() }, "", k, "empty")
			continue
		}
		w.p.component(func(string) string { return at.key() }, "", k, name)
		full := append(path, name...)
		if file, entries := leafOf(child); file.Kind() != bencode.None {
			w.file(&at, file, entries, full)
			w.way.behind(child)
			continue
		}
		w.folder(&node{above: n, name: bytes.Clone(name)}, child, append(full, '/'))
	}
}

// leafOf returns what stands under the empty key of a node, if it is a file, and how
// many keys it has.
func leafOf(node bencode.Value) (file bencode.Value, entries int) {
	for k, v := range node.Entries() {
		if name, _ := k.Bytes(); len(name) == 0 && k.Kind() == bencode.String {
			first(&file, v)
		}
		entries++
	}
	return file, entries
}

// fail notes that the tree is broken at a node.
func (w *walker) fail(n *node, at bencode.Value, format string, args ...any) {
	w.p.failIn("file-tree", func(string) string { return n.key() }, "", at, format, args...)
}

// file reads a leaf of the tree.
func (w *walker) file(at *node, v bencode.Value, entries int, path []byte) {
	in := func(key string) string { return bencode.JoinKey(bencode.JoinKey(at.key(), ""), key) }
	switch {
	case entries > 1:
		w.fail(&node{above: at}, v, "beside other names: both a file and a folder")
		return
	case v.Kind() != bencode.Dict:
		w.fail(&node{above: at}, v, "a %v where a dictionary was expected", v.Kind())
		return
	case !w.p.spend(in, "length", v, len(path)):
		return
	}
	var length, root, attr, link bencode.Value
	for k, val := range v.Entries() {
		key, _ := k.Bytes()
		switch string(key) {
		case "length":
			first(&length, val)
		case "pieces root":
			first(&root, val)
		case "attr":
			first(&attr, val)
		case "symlink path":
			first(&link, val)
		default:
			w.p.unknownOfFile(key)
		}
	}
	f, here := File{Path: w.path(path)}, seat{at: uint32(v.Offset())}
	f.Traits = w.p.attr(w.p.textIn(in, "attr", attr))
	w.p.link(&f, in, v, link)
	if strings.Contains(f.Attr(), "p") {
		w.p.failIn("file-tree", in, "attr", attr, "a pad file: the file tree has none (BEP 52)")
		return
	}
	if f.IsLink() {
		if f.Length = w.p.lengthOfLink(in, length); f.Length > 0 {
			w.p.linkLength(in("length"), v.Offset(), &f, "they do not count, as in libtorrent")
			f.Length = 0
		}
	} else {
		f.Length = w.p.length(in, "length", v, length)
		here.root = w.root(in, v, length, root, &f)
	}
	if w.p.slashes > 0 && !w.p.t.Format.HasV1() && strings.Count(f.Path, "/") >= at.depth() {
		w.p.namesAre(len(w.files), (&node{above: at.above, name: bytes.Clone(at.name)}).names)
	}
	if w.p.spent != nil && here.root == 0 {
		w.p.t.doc = append(w.p.t.doc, make([]byte, rootSize)...)
	}
	w.files, w.seats = append(w.files, f), append(w.seats, here)
}

// root reads the pieces root of a file, and tells where it is.
func (w *walker) root(in place, file, length, v bencode.Value, f *File) uint32 {
	const key = "pieces root"
	root, ok := v.Bytes()
	switch {
	case v.Kind() == bencode.None && f.Length == 0:
	case v.Kind() == bencode.None:
		w.p.failIn("pieces-root", in, key, file, "missing")
	case !ok || len(root) != len(merkle.Hash{}):
		w.p.failIn("pieces-root", in, key, v, "not a string of 32 bytes")
	case f.Length == 0:
		if n, ok := length.Int(); ok && n == 0 && w.p.room(Warning, "empty-pieces-root") {
			w.p.warn("empty-pieces-root", in(key), v, "present, though the file is empty")
		}
	case merkle.Hash(root) == merkle.Hash{}:
		w.p.failIn("pieces-root", in, key, v, "all zeros")
	default:
		return w.p.rootAt(v.End()-len(root), root)
	}
	return 0
}

// pieceLayers reads the layers of the files that are longer than a piece, and
// hashes each up to its file's pieces root.
func (p *parser) pieceLayers(v bencode.Value) {
	t := p.t
	wanted := make(map[merkle.Hash]int) // root -> the first file that has it
	for i, f := range t.Content() {
		if f.Length > t.PieceLength {
			root := t.Root(i)
			same, seen := wanted[root]
			if !seen {
				wanted[root] = i
			} else if t.Files[same].Length != f.Length {
				p.add(Error, "pieces-root", "info.file tree", t.seats.at(i), "%q has the pieces root of %q, but another length", f.Path, t.Files[same].Path)
			}
		}
	}
	if v.Kind() != bencode.Dict && v.Kind() != bencode.None {
		p.keep(Error, "piece-layers", "piece layers", v.Offset(), "a %v where a dictionary was expected", v.Kind())
	}
	t.layers = make(map[merkle.Hash][]byte, len(wanted))
	trees := merkle.New(sha256simd.New())
	for k, val := range v.Entries() {
		p.pieceLayer(trees, wanted, k, val)
	}
	p.missingLayers(v, wanted)
}

// missingLayers warns of files whose pieces have no hashes. Torrents that come
// from magnet links are like that.
func (p *parser) missingLayers(v bencode.Value, wanted map[merkle.Hash]int) {
	at := v.Offset() // 0 where there are no layers at all: it is the document that lacks them
	for i, f := range p.t.Content() {
		if f.Length <= p.t.PieceLength {
			continue
		}
		root := p.t.Root(i)
		first, here := wanted[root]
		if !here {
			continue
		}
		if _, read := p.t.layers[root]; first == i && !read {
			p.add(Warning, "no-piece-layer", "piece layers", at, "none for %q: its pieces cannot be checked one by one", p.nameOf(i))
		}
	}
}

// pieceLayer reads one entry of the piece layers.
func (p *parser) pieceLayer(trees *merkle.Hasher, wanted map[merkle.Hash]int, k, v bencode.Value) {
	t := p.t
	key, _ := k.Bytes()
	at := bencode.JoinKey("piece layers", string(key))
	layer, isText := v.Bytes()
	if len(key) != len(merkle.Hash{}) {
		p.badLayer(at, v, "not under a pieces root of 32 bytes")
		return
	}
	root := merkle.Hash(key)
	i, ok := wanted[root]
	if !ok {
		p.warn("stray-piece-layer", at, v, "belongs to no file that is longer than a piece")
		return
	}
	t.layers[root] = nil // it is there, though it may be no good
	first, end := t.FilePieces(i)
	if !isText {
		p.badLayer(at, v, "a %v where a string was expected", v.Kind())
		return
	}
	if len(layer) != 32*(end-first) {
		p.badLayer(at, v, "%d bytes, but the %d pieces of %q want %d", len(layer), end-first, p.nameOf(i), 32*(end-first))
		return
	}
	if trees.LayerRoot(merkle.Nodes(layer), int(t.PieceLength/layout.LeafSize)) != root {
		p.badLayer(at, v, "does not hash to the pieces root of %q: its pieces cannot be checked one by one", p.nameOf(i))
		return
	}
	t.layers[root] = layer
}

// badLayer tells of a piece layer that is none. It does not stand in the way of the content: the root of a file is in info,
// and proves the whole of it.
func (p *parser) badLayer(at string, v bencode.Value, format string, args ...any) {
	p.keep(Error, "piece-layers", at, v.Offset(), format, args...)
}

// nameOf is what a file is called in a message.
func (p *parser) nameOf(i int) string { return cmp.Or(p.t.Files[i].Path, p.t.Name) }
