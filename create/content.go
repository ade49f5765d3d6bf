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
	sorted Order
	files  []File              // in order
	order  []content.FileIndex // of each of them in the tree
	notes  []Note
}

// File is a file that goes into a torrent.
type File struct {
	Path   string // slash-separated; "" if the content is one file
	Length int64  // in bytes
	// Link is where a symbolic link that is stored as such leads, from the
	// content's folder (BEP 47); "" for other files.
	Link string
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
	base := filepath.Base(abs)
	if base == string(filepath.Separator) || base == filepath.VolumeName(abs)+string(filepath.Separator) {
		return "", fmt.Errorf("making a torrent of %q: a root folder has no name: give one", path)
	}
	return base, nil
}

// arrange names the files and puts them in order.
func (c *Content) arrange() error {
	scanned := c.tree.Files()
	named := make([]File, len(scanned))
	c.order = make([]content.FileIndex, len(scanned))
	for i := range scanned {
		f := &scanned[i]
		named[i], c.order[i] = File{f.Path, f.Size, f.Link}, content.FileIndex(i)
		if c.normal {
			named[i].Path, named[i].Link = content.NFC(f.Path), content.NFC(f.Link)
		}
	}
	if a, b := c.sorted.sort(c.order, named); a != b {
		if named[a].Path == named[b].Path {
			return fmt.Errorf("%q and %q become one name, %q", scanned[a].Path, scanned[b].Path, named[a].Path)
		}
		return fmt.Errorf("%q would be both a file and a folder", named[a].Path)
	}
	c.files = make([]File, len(named))
	for k, i := range c.order {
		c.files[k] = named[i]
	}
	return nil
}

// open opens the k-th file.
func (c *Content) open(k int) (content.Reader, error) { return c.tree.Open(c.order[k]) }

// portability notes the names that not every system takes.
func (c *Content) portability(name string) []Note {
	paths := make([]string, len(c.files))
	for k := range c.files {
		paths[k] = c.files[k].Path
	}
	if len(paths) == 1 && paths[0] == "" {
		paths[0] = name
	}
	notes := slices.Clip(c.notes)
	for _, n := range content.Portability(paths) {
		notes = append(notes, Note{n.Path, NoteKind(n.Kind), n.Detail})
	}
	return notes
}
