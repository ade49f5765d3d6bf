package create

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/diskname"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Content is files that torrents can be made of: scanned, named and in order,
// but not read.
type Content struct {
	// Decisions are those about every path, with Selection.Explain.
	Decisions []Decision

	tree   *content.Tree
	path   string                 // that was named, or the first of several
	name   func() (string, error) // of a torrent that is given none
	normal bool                   // names are in Unicode's composed form
	names  []string               // then, of the files of the tree; else nil
	sorted []SortKey
	order  []content.FileIndex // in the tree, of the files of a torrent
	notes  []Note

	backing *backing // of what is in no files of its own
}

// Name is the name that a torrent of the content gets where Options has none.
func (c *Content) Name() (string, error) { return c.name() }

// Size is how many bytes the content has.
func (c *Content) Size() (bytes int64) {
	for k := range c.order {
		if f := c.scanned(k); !f.IsLink() {
			bytes += f.Size
		}
	}
	return bytes
}

// Scan looks for files below paths, without reading any content. Several paths
// become entries of one folder, which Options.Name must name. That no file is
// left is no error before [Content.Plan], so that Decisions can tell why.
func Scan(ctx context.Context, paths []string, s DiskSelection) (*Content, error) {
	if len(paths) == 0 {
		return nil, ErrEmpty
	}
	tree, notes, err := content.Scan(ctx, paths, s.options(paths))
	if err != nil {
		return nil, err
	}
	return newContent(tree, notes, s.Selection, paths[0], func() (string, error) {
		if len(paths) > 1 {
			return "", ErrNoName
		}
		return DefaultName(paths[0])
	})
}

// ScanFS is Scan for a file or folder of fsys, such as an archive or files in
// memory; root is a path as of [fs.ValidPath]. Symbolic links are left out, with
// a note.
//
// Files are read one after the other, each once from its start to its end: in
// place if they are an [io.ReaderAt], else as they come.
func ScanFS(ctx context.Context, fsys fs.FS, root string, s Selection) (*Content, error) {
	tree, notes, err := content.ScanFS(ctx, fsys, root, s.options())
	if err != nil {
		return nil, err
	}
	return newContent(tree, notes, s, root, func() (string, error) {
		if root == "." {
			return "", ErrNoName
		}
		return path.Base(root), nil
	})
}

// ReaderAt is content of one file that is not on a disk: the first size bytes of r.
func ReaderAt(name string, r io.ReaderAt, size int64) (*Content, error) {
	if !fs.ValidPath(name) || name == "." || strings.Contains(name, "/") {
		return nil, fmt.Errorf("%q is no name for a file", name)
	}
	return ScanFS(context.Background(), content.OneFile(name, r, size), name, Selection{})
}

func newContent(tree *content.Tree, notes content.Notes, s Selection, path string, name func() (string, error)) (*Content, error) {
	c := &Content{tree: tree, path: path, name: name, normal: s.Normalize, sorted: s.Order}
	for _, n := range notes {
		c.notes = append(c.notes, Note{n.Path, NoteKind(n.Kind), n.Detail})
	}
	for _, d := range tree.Decisions() {
		c.Decisions = append(c.Decisions, Decision(d))
	}
	if err := c.arrange(); err != nil {
		return nil, fmt.Errorf("scanning %q: %w", path, err)
	}
	return c, nil
}

// DefaultName is the name that a torrent of path gets: that of the file or
// folder, also where path is "." or "..".
func DefaultName(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("making a torrent of %q: %w", path, err)
	}
	if device, ok := strings.CutPrefix(abs, `\\.\`); ok && filepath.VolumeName(abs) == abs { // of Windows: nul, con, nul.txt
		return device, nil
	}
	base := filepath.Base(abs)
	if base == string(filepath.Separator) || base == filepath.VolumeName(abs)+string(filepath.Separator) {
		return "", fmt.Errorf("making a torrent of %q: a root folder has no name: give one", path)
	}
	return base, nil
}

// arrange names the files and puts them in order.
func (c *Content) arrange() error {
	scanned := c.tree.Files()
	c.order = make([]content.FileIndex, len(scanned))
	for i := range scanned {
		c.order[i] = content.FileIndex(i)
		if c.normal {
			c.names = append(c.names, diskname.NFC(scanned[i].Path))
		}
	}
	if a, b := c.sort(); a != b {
		if c.nameOf(a) == c.nameOf(b) {
			return fmt.Errorf("%q and %q become one name, %q", scanned[a].Path, scanned[b].Path, c.nameOf(a))
		}
		return fmt.Errorf("%q would be both a file and a folder", c.nameOf(a))
	}
	return nil
}

// nameOf returns the path that a torrent has for a file of the tree.
func (c *Content) nameOf(i content.FileIndex) string {
	if c.normal {
		return c.names[i]
	}
	return c.tree.Files()[i].Path
}

// scanned returns the k-th file of a torrent as the scan found it.
func (c *Content) scanned(k int) *content.File { return &c.tree.Files()[c.order[k]] }

// file tells what a torrent says of its k-th file.
func (c *Content) file(k int, attr bool) metainfo.File {
	of := c.scanned(k)
	f := metainfo.File{Path: c.nameOf(c.order[k]), Length: of.Size}
	switch link := c.tree.Link(c.order[k]); {
	case link != "":
		if c.normal {
			link = diskname.NFC(link)
		}
		f.Traits = &metainfo.Traits{Attr: "l", Link: link}
	case attr:
		f.Traits = attributes(of)
	}
	return f
}

// open opens the k-th file.
func (c *Content) open(k int) (content.Reader, error) {
	if r := c.remote(); r != nil {
		return r.open(c.scanned(k).Path)
	}
	return c.tree.Open(c.order[k])
}

// remote is the servers that the content is on, or nil.
func (c *Content) remote() *remote {
	if c.backing == nil {
		return nil
	}
	return c.backing.remote
}

// readInOrder tells whether files are to be read one after the other in any case.
func (c *Content) readInOrder() bool { return c.tree.InOrder() && c.remote() == nil }

// portability notes the names that not every system takes.
func (c *Content) portability(name string) []Note {
	paths := func(yield func(string) bool) {
		for _, i := range c.order {
			path := c.nameOf(i)
			if path == "" { // it is the only one
				path = name
			}
			if !yield(path) {
				return
			}
		}
	}
	notes := slices.Clip(c.notes)
	for _, n := range content.Portability(paths) {
		notes = append(notes, Note{n.Path, NoteKind(n.Kind), n.Detail})
	}
	return notes
}
