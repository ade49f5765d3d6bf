// Package tarfs shows what a tar archive would unpack to as a file system, with
// the files where they lie in the archive: nothing is unpacked, and a file is
// read anywhere at no cost.
//
// An archive comes from strangers. Its index takes memory for the names and some
// 200 bytes for each entry, and is bounded; paths that lead out of the folder,
// and files with holes, which tar leaves out, are refused.
//
// The package decompresses nothing.
package tarfs

import (
	"archive/tar"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// What is remembered of an archive is bounded.
const (
	maxName    = 3 * 32767 // bytes: the longest path of any system is one of Windows, of UTF-16 units
	maxDepth   = 1000      // folders in folders
	maxEntries = 1 << 24
	maxNames   = 256 << 20 // bytes of all paths
)

// FS is what an archive would unpack to. Of entries with one path the last
// counts, as when it is unpacked.
type FS struct {
	r     io.ReaderAt
	nodes map[string]*node
	names int
}

// node is a file, a folder, or what is neither.
type node struct {
	name     string
	mode     fs.FileMode
	size     int64
	offset   int64 // of the content, in the archive
	time     int64 // seconds since 1970
	children []*node
	sorted   bool
}

// New reads the headers of an archive of size bytes, which is not compressed.
// Errors are of the archive's form, and of reading it.
func New(r io.ReaderAt, size int64) (*FS, error) {
	f := &FS{r: r, nodes: map[string]*node{".": {name: ".", mode: fs.ModeDir | 0o755}}}
	section := io.NewSectionReader(r, 0, size)
	archive := tar.NewReader(section)
	for entries := 0; ; entries++ {
		h, err := archive.Next()
		if err == io.EOF {
			return f, nil
		}
		if err == nil && entries == maxEntries {
			err = fmt.Errorf("more than %d entries", maxEntries)
		}
		if errors.Is(err, tar.ErrHeader) || entries == 0 && errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it is no tar archive, or is damaged")
		}
		if err != nil {
			return nil, err
		}
		offset, _ := section.Seek(0, io.SeekCurrent)
		if err := f.add(h, offset); err != nil {
			return nil, err
		}
		if (h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeCont) && h.Size > size-offset {
			return nil, fmt.Errorf("%q: %w", h.Name, io.ErrUnexpectedEOF)
		}
	}
}

// Root is the one file or folder in the archive's top folder, and "." if there are none or several.
func (f *FS) Root() string {
	if top := f.nodes["."].children; len(top) == 1 {
		return top[0].name
	}
	return "."
}

func (f *FS) add(h *tar.Header, offset int64) error {
	switch {
	case h.Typeflag == tar.TypeXGlobalHeader:
		return nil
	case len(h.Name) > maxName, strings.Count(h.Name, "/") > maxDepth:
		return fmt.Errorf("a path of %d bytes in %d folders", len(h.Name), strings.Count(h.Name, "/"))
	case sparse(h):
		return fmt.Errorf("%q has holes that the archive leaves out: it can be read only unpacked", h.Name)
	}
	name, err := cleanPath(h.Name)
	if err != nil {
		return err
	}
	name = strings.Clone(name) // it was part of a header that may be much larger
	if f.names += len(name); f.names > maxNames {
		return fmt.Errorf("paths of more than %d bytes", maxNames)
	}
	n := node{mode: h.FileInfo().Mode(), time: h.ModTime.Unix()}
	switch h.Typeflag {
	case tar.TypeDir, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
	case tar.TypeReg, tar.TypeCont:
		n.size, n.offset = h.Size, offset
	case tar.TypeLink:
		target, err := cleanPath(h.Linkname)
		to := f.nodes[target]
		if err != nil || to == nil || !to.mode.IsRegular() {
			return fmt.Errorf("%q is a hard link to %.200q, which is no file in front of it", h.Name, h.Linkname)
		}
		n.mode, n.size, n.offset, n.time = to.mode, to.size, to.offset, to.time
	default:
		return fmt.Errorf("%.200q is of the type %q, which is not read", h.Name, h.Typeflag)
	}
	return f.put(name, n)
}

// sparse tells whether the content in the archive is not that of the file.
func sparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// cleanPath is a path below the folder that an archive is unpacked into, as tar takes it: without slashes in front.
func cleanPath(s string) (string, error) {
	for part := range strings.SplitSeq(s, "/") {
		if part == ".." {
			return "", fmt.Errorf("%.200q leads out of the folder", s)
		}
	}
	return cmp.Or(strings.TrimLeft(path.Clean("/"+s), "/"), "."), nil
}

// put gives a path its node, and makes the folders that it lies in.
func (f *FS) put(name string, n node) error {
	old := f.nodes[name]
	switch {
	case old == nil:
	case old.mode.IsDir() != n.mode.IsDir():
		return fmt.Errorf("%q is both a file and a folder", name)
	case n.mode.IsDir():
		return nil
	default:
		n.name = old.name
		*old = n
		return nil
	}
	folder, err := f.folder(path.Dir(name))
	if err != nil {
		return err
	}
	n.name = path.Base(name)
	f.nodes[name] = &n
	folder.children = append(folder.children, &n)
	folder.sorted = false
	return nil
}

// folder returns the node of a folder, made where the archive has no entry of it.
func (f *FS) folder(name string) (*node, error) {
	n := f.nodes[name]
	if n == nil {
		if err := f.put(name, node{mode: fs.ModeDir | 0o755}); err != nil {
			return nil, err
		}
		n = f.nodes[name]
	}
	if !n.mode.IsDir() {
		return nil, fmt.Errorf("%q is both a file and a folder", name)
	}
	return n, nil
}

func (f *FS) find(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
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
	if !n.mode.IsDir() {
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
	size := n.size
	if !n.mode.IsRegular() {
		size = 0
	}
	return file{io.NewSectionReader(f.r, n.offset, size), n}, nil
}

type file struct {
	*io.SectionReader
	node *node
}

func (f file) Stat() (fs.FileInfo, error) { return info{f.node}, nil }
func (f file) Close() error               { return nil }

type info struct{ *node }

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Unix(i.time, 0) }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }
