package verify

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
)

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
