// Package listfs is a file system of files that are listed one by one, with their names, sizes and times: those of an
// archive, which lie in it, or those of servers, whose bytes come from elsewhere.
//
// It takes memory for the names and some 200 bytes for each file. The package reads no lists.
package listfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// maxNames bounds the bytes of all paths.
const maxNames = 256 << 20

// File is what is listed of a file or a folder.
type File struct {
	Mode   fs.FileMode
	Size   int64 // in bytes
	Offset int64 // of its content, in what the file system reads from
	Time   int64 // seconds since 1970
}

// FS is the files.
type FS struct {
	r     io.ReaderAt
	nodes map[string]*node
	names int
}

type node struct {
	File
	name     string
	children []*node
	sorted   bool
}

// New makes a file system without files, whose content lies in r; nil if it cannot be read here.
func New(r io.ReaderAt) *FS {
	return &FS{r: r, nodes: map[string]*node{".": {name: ".", File: File{Mode: fs.ModeDir | 0o755}}}}
}

// Root is the one file or folder in the top folder, and "." if there are none or several.
func (f *FS) Root() string {
	if top := f.nodes["."].children; len(top) == 1 {
		return top[0].name
	}
	return "."
}

// File returns what is listed of a path.
func (f *FS) File(name string) (File, bool) {
	n := f.nodes[name]
	if n == nil {
		return File{}, false
	}
	return n.File, true
}

// Put lists a file or folder by a path as of [fs.ValidPath], but of any bytes, as Linux's are, and the folders that it
// lies in. A file that is listed already becomes another.
func (f *FS) Put(name string, of File) error {
	if f.names += len(name); f.names > maxNames {
		return fmt.Errorf("paths of more than %d bytes", maxNames)
	}
	return f.put(name, of)
}

func (f *FS) put(name string, of File) error {
	old := f.nodes[name]
	switch {
	case old == nil:
	case old.Mode.IsDir() != of.Mode.IsDir():
		return fmt.Errorf("%q is both a file and a folder", name)
	case of.Mode.IsDir():
		return nil
	default:
		old.File = of
		return nil
	}
	folder, err := f.folder(path.Dir(name))
	if err != nil {
		return err
	}
	n := &node{name: path.Base(name), File: of}
	f.nodes[name] = n
	folder.children = append(folder.children, n)
	folder.sorted = false
	return nil
}

// folder returns the node of a folder, which is made where it is not listed.
func (f *FS) folder(name string) (*node, error) {
	n := f.nodes[name]
	if n == nil {
		if err := f.put(name, File{Mode: fs.ModeDir | 0o755}); err != nil {
			return nil, err
		}
		n = f.nodes[name]
	}
	if !n.Mode.IsDir() {
		return nil, fmt.Errorf("%q is both a file and a folder", name)
	}
	return n, nil
}

func (f *FS) find(op, name string) (*node, error) {
	n := f.nodes[name]
	if n == nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return n, nil
}

// Stat implements [fs.StatFS].
func (f *FS) Stat(name string) (fs.FileInfo, error) {
	n, err := f.find("stat", name)
	if err != nil {
		return nil, err
	}
	return info{n}, nil
}

// ReadDir implements [fs.ReadDirFS].
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := f.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !n.Mode.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a folder")}
	}
	if !n.sorted {
		slices.SortFunc(n.children, func(a, b *node) int { return strings.Compare(a.name, b.name) })
		n.sorted = true
	}
	list := make([]fs.DirEntry, len(n.children))
	for i, c := range n.children {
		list[i] = fs.FileInfoToDirEntry(info{c})
	}
	return list, nil
}

// Open implements [fs.FS]. Files are an [io.ReaderAt], too.
func (f *FS) Open(name string) (fs.File, error) {
	n, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	if f.r == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.ErrUnsupported}
	}
	size := n.Size
	if !n.Mode.IsRegular() {
		size = 0
	}
	return file{io.NewSectionReader(f.r, n.Offset, size), n}, nil
}

type file struct {
	*io.SectionReader
	node *node
}

func (f file) Stat() (fs.FileInfo, error) { return info{f.node}, nil }
func (f file) Close() error               { return nil }

type info struct{ *node }

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.node.Size }
func (i info) Mode() fs.FileMode  { return i.node.Mode }
func (i info) ModTime() time.Time { return time.Unix(i.node.Time, 0) }
func (i info) IsDir() bool        { return i.node.Mode.IsDir() }
func (i info) Sys() any           { return nil }
