package metainfo

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/diskname"
	"github.com/torrentkit/torrentkit/internal/layout"
)

// Rename gives a file or folder of the content another path. Both are slash-separated
// and begin below the name of the torrent. Where nothing is called Old in it, Old may
// be that name, and so it is where the content is one file.
type Rename struct{ Old, New string }

// ErrOrder is an edit that would take the last file of a hybrid from its place, behind
// which there is no padding.
var ErrOrder = errors.New("would not be the last file of the hybrid any more, and the end of its last piece would have to be hashed with zeros behind it")

// Has tells whether a path is that of a file or folder of the content, or the name of
// the torrent: whether a Rename of it finds something.
func (t *Torrent) Has(path string) bool { return path == t.Name || hasFile(t, path) }

func hasFile(t *Torrent, path string) bool {
	for _, f := range t.Content() {
		if !t.Single && (f.Path == path || layout.Inside(f.Path, path)) {
			return true
		}
	}
	return false
}

// renaming is what an edit does to the names in a torrent.
type renaming struct {
	*Torrent
	*Edit
}

// name is the name of the torrent after the edit.
func (n renaming) name() string {
	name := n.Torrent.Name
	for _, r := range n.Rename {
		if r.Old == n.Torrent.Name && !hasFile(n.Torrent, r.Old) {
			name = r.New
		}
	}
	if n.Edit.Name != nil {
		name = *n.Edit.Name
	}
	if n.Normalize {
		name = diskname.NFC(name)
	}
	return name
}

// path is the path of a file after the edit. All renames speak of the paths that
// are there before, and the one that says most of a path counts, so that two names can
// be exchanged.
func (n renaming) path(path string) string {
	var best Rename
	for _, r := range n.Rename {
		if len(r.Old) > len(best.Old) && (path == r.Old || layout.Inside(path, r.Old)) {
			best = r
		}
	}
	if best.Old != "" {
		path = best.New + path[len(best.Old):]
	}
	if n.Normalize {
		path = diskname.NFC(path)
	}
	return path
}

// moved is a file of the content and the path that it gets.
type moved struct {
	file       int // in Torrent.Files
	path, link string
}

// moves are the files of the content in the order of the torrent; nil where all keep
// their paths.
func (n renaming) moves() ([]moved, error) {
	var list []moved
	changed := false
	for i, f := range n.Content() {
		m := moved{i, n.path(f.Path), f.Link()}
		if f.IsLink() {
			m.link = n.path(f.Link())
		}
		changed = changed || m.path != f.Path || m.link != f.Link()
		list = append(list, m)
	}
	if !changed || n.Single {
		return nil, nil
	}
	for _, m := range list {
		for name := range strings.SplitSeq(m.path, "/") {
			if why := checkName(name); why != "" {
				return nil, fmt.Errorf("renaming %q to %q: %s", n.Files[m.file].Path, m.path, why)
			}
		}
	}
	sorted := slices.Clone(list)
	sortMoved(sorted)
	for i := 1; i < len(sorted); i++ {
		if a, b := sorted[i-1], sorted[i]; !ordered(a.path, b.path) {
			return nil, fmt.Errorf("renaming gives %q and %q the paths %q and %q, which is no room for two files",
				n.Files[a.file].Path, n.Files[b.file].Path, a.path, b.path)
		}
	}
	return list, nil
}

func sortMoved(list []moved) {
	sort.SliceStable(list, func(i, j int) bool { return layout.ComparePaths(list[i].path, list[j].path) < 0 })
}

// files are the changes of info that give files their new paths. The list of v1
// keeps its order, which the hashes of pieces follow; the tree of v2 is sorted, as BEP
// 52 wants it, and so are both in a hybrid, whose lists agree.
func (n renaming) files() ([]Entry, error) {
	if len(n.Rename) == 0 && !n.Normalize {
		return nil, nil
	}
	for i, r := range n.Rename {
		if slices.ContainsFunc(n.Rename[:i], func(before Rename) bool { return before.Old == r.Old && before.New != r.New }) {
			return nil, fmt.Errorf("%q is renamed twice", r.Old)
		}
	}
	if p, wrong := firstError(n.Problems); wrong {
		return nil, fmt.Errorf("files of a torrent that has errors are not renamed: %w", p)
	}
	list, err := n.moves()
	if list == nil || err != nil {
		return nil, err
	}
	v1, v2 := n.Format.HasV1() && !n.keeps(n.Edit, V2), n.Format.HasV2() && !n.keeps(n.Edit, V1)
	var entries []Entry
	if v2 {
		entries = append(entries, Entry{"file tree", n.tree(list)})
	}
	sorted := slices.Clone(list)
	sortMoved(sorted)
	switch {
	case v1 && v2 && !slices.Equal(sorted, list):
		reordered, err := n.reorder(sorted)
		if err != nil {
			return nil, err
		}
		entries = append(entries, reordered...)
	case v1:
		entries = append(entries, Entry{"files", n.list(list)})
	}
	return entries, nil
}

// list is the list of files of BEP 3 in its old order.
func (n renaming) list(list []moved) []byte {
	files, _ := n.info.Get("files")
	b := append(make([]byte, 0, len(files.Raw())+256), 'l')
	for i, v := range files.Items() {
		if len(list) > 0 && list[0].file == i {
			b = append(b, n.file(v, list[0], "path", "path.utf-8")...)
			list = list[1:]
			continue
		}
		b = append(b, v.Raw()...)
	}
	return append(b, 'e')
}

// file is the dictionary of a file, whose path stands under the keys; those that
// are not there it does not get.
func (n renaming) file(v bencode.Value, m moved, keys ...string) []byte {
	old := &n.Files[m.file]
	var entries []Entry
	for _, key := range keys {
		if _, there := v.Get(key); there && m.path != old.Path {
			entries = append(entries, Entry{key, appendPath(nil, m.path)})
		}
	}
	if m.link != old.Link() {
		entries = append(entries, Entry{"symlink path", appendPath(nil, m.link)})
	}
	return splice(v, entries)
}

// tree is the file tree of BEP 52.
func (n renaming) tree(list []moved) []byte {
	tree, _ := n.info.Get("file tree")
	leaves := leavesOf(tree, make([]bencode.Value, 0, len(list)))
	order := make([]int32, len(list))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return layout.ComparePaths(list[a].path, list[b].path) })
	b := make([]byte, 0, len(tree.Raw())+256)
	return appendTree(b, len(order), func(k int) string { return list[order[k]].path }, func(b []byte, k int) []byte {
		return append(b, n.file(leaves[order[k]], list[order[k]])...)
	})
}

// leavesOf appends the dictionaries of the files in a tree, in its order.
func leavesOf(tree bencode.Value, list []bencode.Value) []bencode.Value {
	for _, child := range tree.Entries() {
		if file, _ := leafOf(child); file.Kind() != bencode.None {
			list = append(list, file)
		} else {
			list = leavesOf(child, list)
		}
	}
	return list
}

// reorder is the list of files of a hybrid in another order, and the hashes of its
// pieces. Every file begins on a piece boundary there, so its hashes go with it; but
// behind the last file there may be no padding, and then its last hash is good there only.
func (n renaming) reorder(sorted []moved) ([]Entry, error) {
	files, _ := n.info.Get("files")
	values := make([]bencode.Value, 0, len(n.Files))
	for _, v := range files.Items() {
		values = append(values, v)
	}
	pads, last := n.padsBehind()
	b := append(make([]byte, 0, len(files.Raw())+256), 'l')
	pieces := make([]byte, 0, len(n.pieces))
	end := -1 // the last file that has content, in the new order
	for _, m := range sorted {
		if n.Files[m.file].Length > 0 {
			end = m.file
		}
	}
	for _, m := range sorted {
		f := &n.Files[m.file]
		b = append(b, n.file(values[m.file], m, "path", "path.utf-8")...)
		if f.Length == 0 {
			continue
		}
		first, behind := n.FilePieces(m.file)
		pieces = append(pieces, n.pieces[20*first:20*behind]...)
		pad, padded := pads[m.file]
		switch {
		case padded:
			b = append(b, values[pad].Raw()...)
		case f.Length%n.PieceLength != 0 && m.file != end:
			return nil, fmt.Errorf("%q %w", n.Files[last].Path, ErrOrder)
		}
	}
	return []Entry{{"files", append(b, 'e')}, {"pieces", bencode.AppendString(nil, string(pieces))}}, nil
}

// padsBehind are the pad files of a hybrid, by the file in whose last piece they lie,
// and the last file that has content.
func (n renaming) padsBehind() (pads map[int]int, last int) {
	pads = make(map[int]int)
	for i := range n.Files {
		switch f := &n.Files[i]; {
		case f.Pad():
			pads[last] = i
		case f.Length > 0:
			last = i
		}
	}
	return pads, last
}
