package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/metainfo"
)

// FSOptions say what to verify of an fs.FS, and how.
type FSOptions struct {
	Selection
	Reading
	// Extra lists what is in the content's folder and not in the torrent. It
	// makes the report not OK.
	Extra bool
}

// FS is [Data] for content in an fs.FS, such as an archive or files in memory:
// root, a path as of [fs.ValidPath], is the content itself, or a folder that
// holds it under the torrent's name. What lies outside of it is for fsys to keep
// out, as [os.Root] does.
//
// Files are read one after the other, each once from its start on: in place if
// they are an [io.ReaderAt], else as they come.
func FS(ctx context.Context, torrent []byte, fsys fs.FS, root string, o FSOptions) (*Report, error) {
	if !fs.ValidPath(root) {
		return nil, fmt.Errorf("looking for the content at %q: %w", root, fs.ErrInvalid)
	}
	r, err := verifyAt(ctx, inFS{fsys}, torrent, root, Options{Selection: o.Selection, Reading: o.Reading, Extra: o.Extra})
	if r == nil {
		return nil, err
	}
	return r.Report, err
}

// ReaderAt verifies the content of a torrent of one file, which is the first size
// bytes of r.
func ReaderAt(ctx context.Context, torrent []byte, r io.ReaderAt, size int64, o StreamOptions) (*Report, error) {
	t, err := metainfo.Parse(torrent)
	if err != nil {
		return nil, err
	}
	if !t.Single {
		return nil, errManyFiles
	}
	const name = "-"
	return FS(ctx, torrent, content.OneFile(name, r, size), name, FSOptions{Selection: o.Selection, Reading: o.Reading})
}

var errManyFiles = errors.New("the torrent is of a folder, and this is one file")

// storage is where content is looked for: the disk, or an fs.FS.
type storage interface {
	name(path string) (string, error) // its last element
	join(folder, name string) string
	stat(path string) (fs.FileInfo, error)
	lstat(path string) (fs.FileInfo, error)
	locate(ctx context.Context, root string, files []content.Want) (*content.Located, error)
	open(folder string) (fs.FS, io.Closer, error)
	beside(path string) ([]fs.DirEntry, error) // what lies in the same folder
}

type disk struct{}

func (disk) name(path string) (string, error) {
	abs, err := filepath.Abs(path)
	return filepath.Base(abs), err
}

func (disk) join(folder, name string) string           { return filepath.Join(folder, name) }
func (disk) stat(path string) (fs.FileInfo, error)     { return os.Stat(path) }
func (disk) lstat(path string) (fs.FileInfo, error)    { return os.Lstat(path) }
func (disk) beside(path string) ([]fs.DirEntry, error) { return os.ReadDir(filepath.Dir(path)) }
func (disk) locate(ctx context.Context, root string, files []content.Want) (*content.Located, error) {
	return content.Locate(ctx, root, files)
}

func (disk) open(folder string) (fs.FS, io.Closer, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, nil, err
	}
	return root.FS(), root, nil
}

type inFS struct{ fs.FS }

func (inFS) name(name string) (string, error)            { return path.Base(name), nil }
func (inFS) join(folder, name string) string             { return path.Join(folder, name) }
func (f inFS) stat(name string) (fs.FileInfo, error)     { return fs.Stat(f.FS, name) }
func (f inFS) lstat(name string) (fs.FileInfo, error)    { return fs.Lstat(f.FS, name) }
func (f inFS) beside(name string) ([]fs.DirEntry, error) { return fs.ReadDir(f.FS, path.Dir(name)) }
func (f inFS) locate(ctx context.Context, root string, files []content.Want) (*content.Located, error) {
	return content.LocateFS(ctx, f.FS, root, files)
}

func (f inFS) open(folder string) (fs.FS, io.Closer, error) {
	sub, err := fs.Sub(f.FS, folder)
	return sub, io.NopCloser(nil), err
}
