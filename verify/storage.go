package verify

import (
	"cmp"
	"context"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// storage is where content is looked for: the disk, or an fs.FS.
type storage interface {
	name(path string) (string, error) // its last element
	join(folder, name string) string
	stat(path string) (fs.FileInfo, error)
	lstat(path string) (fs.FileInfo, error)
	locate(ctx context.Context, root string, files int, want func(content.FileIndex) content.Want, found func(int)) (*content.Located, error)
	open(folder string) (fs.FS, io.Closer, error)
	beside(path string) *neighbours // what lies in the same folder
}

type disk struct{ folders *Folders } // nil remembers nothing

func (disk) name(path string) (string, error) {
	if base := filepath.Base(path); filepath.IsLocal(base) && base != "." {
		return base, nil // as nearly always, without asking where we are
	}
	abs, err := filepath.Abs(path)
	return filepath.Base(abs), err
}

func (disk) join(folder, name string) string        { return filepath.Join(folder, name) }
func (disk) stat(path string) (fs.FileInfo, error)  { return os.Stat(path) }
func (disk) lstat(path string) (fs.FileInfo, error) { return os.Lstat(path) }
func (d disk) beside(path string) *neighbours {
	folder := filepath.Dir(path)
	if d.folders != nil {
		return d.folders.of(folder)
	}
	return list(os.Open(folder))
}

func (disk) locate(ctx context.Context, root string, files int, want func(content.FileIndex) content.Want, found func(int)) (*content.Located, error) {
	return content.Locate(ctx, root, files, want, found)
}

func (disk) open(folder string) (fs.FS, io.Closer, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, nil, err
	}
	return root.FS(), root, nil
}

type inFS struct{ fs.FS }

func (inFS) name(name string) (string, error)         { return path.Base(name), nil }
func (inFS) join(folder, name string) string          { return path.Join(folder, name) }
func (f inFS) stat(name string) (fs.FileInfo, error)  { return fs.Stat(f.FS, name) }
func (f inFS) lstat(name string) (fs.FileInfo, error) { return fs.Lstat(f.FS, name) }
func (f inFS) beside(name string) *neighbours         { return list(f.Open(path.Dir(name))) }

func (f inFS) locate(ctx context.Context, root string, files int, want func(content.FileIndex) content.Want, _ func(int)) (*content.Located, error) {
	return content.LocateFS(ctx, f.FS, root, files, want)
}

func (f inFS) open(folder string) (fs.FS, io.Closer, error) {
	sub, err := fs.Sub(f.FS, folder)
	return sub, io.NopCloser(nil), err
}

// Folders remembers what lies in folders, to find content there under other names.
// Verifications that are given the same list each folder once, and not once for each
// torrent whose content is not there. What comes into a folder later is found under
// its own name only. It also keeps what the last content was hashed with for the next.
// The zero value is ready for use, and several may use it at once.
type Folders struct {
	spare piecehash.Spare

	mu     sync.Mutex
	listed map[string]*neighbours
	names  int // in all of listed
}

const (
	mostBeside = 1 << 17 // entries of a folder that are looked at: an fs.FS may have no end
	mostListed = 1 << 18 // entries that are remembered
)

// tools are what content was hashed with; nil keeps none.
func (f *Folders) tools() *piecehash.Spare {
	if f == nil {
		return nil
	}
	return &f.spare
}

// of lists a folder, unless that was done before.
func (f *Folders) of(folder string) *neighbours {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := f.listed[folder]; n != nil {
		return n
	}
	n := list(os.Open(folder))
	if f.names += len(n.names); f.listed == nil || f.names > mostListed {
		f.listed, f.names = map[string]*neighbours{}, len(n.names)
	}
	f.listed[folder] = n
	return n
}

// neighbours are the names in a folder, by all that they may be called by others.
type neighbours struct {
	names []string
	known otherNames // by the index in names
}

// list is what lies in a folder; nothing if it cannot be read.
func list(f fs.File, err error) *neighbours {
	n := &neighbours{}
	if err != nil {
		return n
	}
	defer f.Close()
	folder, ok := f.(fs.ReadDirFile)
	for ok && len(n.names) < mostBeside {
		const some = 1024
		entries, err := folder.ReadDir(some)
		for _, e := range entries {
			n.add(e.Name())
		}
		ok = err == nil && len(entries) > 0
	}
	return n
}

func (n *neighbours) add(name string) {
	n.known.add(len(n.names), name, SameName)
	if done, cut := whole(name); cut {
		n.known.add(len(n.names), done, Unfinished)
	}
	n.names = append(n.names, name)
}

// inOtherWords lists what may be the content of t under another name: first what
// differs least.
func (n *neighbours) inOtherWords(t *metainfo.Torrent) []naming {
	var found []naming
	for _, c := range rootNames(t) {
		at := n.known.first[key(c.path)]
		for tried := 0; at > 0 && tried < mostAlike; tried++ {
			like := &n.known.all[at-1]
			name := n.names[like.file]
			if d, ok := c.difference(name); ok && d != SameName {
				found = append(found, naming{NameDifference: d, file: like.file, name: name})
			}
			at = like.next
		}
	}
	sort.Slice(found, func(i, j int) bool {
		a, b := &found[i], &found[j]
		return cmp.Or(cmp.Compare(a.NameDifference, b.NameDifference), strings.Compare(a.name, b.name)) < 0
	})
	return found
}
