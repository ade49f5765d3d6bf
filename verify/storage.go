package verify

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

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
	beside(path string) ([]fs.DirEntry, error) // what lies in the same folder, at most [mostBeside] entries
}

// mostBeside bounds what is listed to find content under another name: among thousands of torrents whose content is not
// there, each would list the same thousands of entries.
const mostBeside = 1000

type disk struct{}

func (disk) name(path string) (string, error) {
	abs, err := filepath.Abs(path)
	return filepath.Base(abs), err
}

func (disk) join(folder, name string) string        { return filepath.Join(folder, name) }
func (disk) stat(path string) (fs.FileInfo, error)  { return os.Stat(path) }
func (disk) lstat(path string) (fs.FileInfo, error) { return os.Lstat(path) }
func (disk) beside(path string) ([]fs.DirEntry, error) {
	return firstOf(os.Open(filepath.Dir(path)))
}
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
func (f inFS) beside(name string) ([]fs.DirEntry, error) { return firstOf(f.Open(path.Dir(name))) }

// firstOf lists the first entries of a folder.
func firstOf(f fs.File, err error) ([]fs.DirEntry, error) {
	if err != nil {
		return nil, err
	}
	defer f.Close()
	folder, ok := f.(fs.ReadDirFile)
	if !ok {
		return nil, nil
	}
	list, err := folder.ReadDir(mostBeside)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, err
}
func (f inFS) locate(ctx context.Context, root string, files []content.Want) (*content.Located, error) {
	return content.LocateFS(ctx, f.FS, root, files)
}

func (f inFS) open(folder string) (fs.FS, io.Closer, error) {
	sub, err := fs.Sub(f.FS, folder)
	return sub, io.NopCloser(nil), err
}
