package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// IsFolder tells whether a path leads to a folder.
func IsFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Folder is a folder that the user named, perhaps by a symbolic link. It is held open, and what lies below it is reached
// from its descriptor: no link leads out of it, whenever it appears.
type Folder struct {
	name string
	root *os.Root
}

// OpenFolder opens a folder.
func OpenFolder(name string) (*Folder, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, folderError(name, err)
	}
	return &Folder{name, root}, nil
}

func folderError(name string, err error) error {
	return fmt.Errorf("reading folder %q: %w", name, console.RootCause(err))
}

// Close gives the folder back.
func (d *Folder) Close() error { return d.root.Close() }

// Torrents lists the .torrent files in a folder, and in the folders below it if deep, in the order of their paths. No link
// below it is followed: what a stranger put there would lead out of the folder that was named. Links, pipes and the like
// that are called .torrent are warned of. Folders that cannot be read are an error beside what was found elsewhere.
func (d *Folder) Torrents(ctx context.Context, con *console.Console, deep bool) ([]string, error) {
	p := con.StartProgress("finding torrents")
	defer p.Finish()
	l := listing{Folder: d, con: con, deep: deep, p: p}
	l.walk(ctx, ".")
	return l.found, errors.Join(append(l.failed, ctx.Err())...)
}

// listing is a list of torrents that is being made.
type listing struct {
	*Folder
	con    *console.Console
	deep   bool
	p      *console.Progress
	found  []string
	failed []error
}

func (l *listing) walk(ctx context.Context, dir string) {
	entries := l.entries(dir)
	for _, e := range entries {
		if ctx.Err() != nil {
			return
		}
		rel := filepath.Join(dir, e.Name())
		switch path := filepath.Join(l.name, rel); {
		case e.IsDir() && l.deep:
			l.walk(ctx, rel)
		case e.IsDir() || !strings.EqualFold(filepath.Ext(path), ".torrent"):
		case !e.Type().IsRegular():
			l.con.Warn(fmt.Sprintf("%q is left out: it is %s", path, kindOf(e.Type())))
		default:
			l.found = append(l.found, path)
			l.p.Count(len(l.found))
		}
	}
}

// entries are those of a folder, in the order of names. Of what cannot be read the listing says so: os.File.ReadDir would
// not tell which it is.
func (l *listing) entries(dir string) []fs.DirEntry {
	in, err := l.root.OpenRoot(inside(dir))
	var names []string
	if err == nil {
		defer in.Close()
		names, err = namesIn(in)
	}
	if err != nil {
		l.failed = append(l.failed, folderError(filepath.Join(l.name, dir), err))
	}
	list := make([]fs.DirEntry, 0, len(names))
	for _, name := range names {
		info, err := lstat(in, name)
		switch {
		case err == nil:
			list = append(list, fs.FileInfoToDirEntry(info))
		case !errors.Is(err, fs.ErrNotExist): // it went away
			l.failed = append(l.failed, fmt.Errorf("looking at %q: %w", filepath.Join(l.name, dir, name), console.RootCause(err)))
		}
	}
	return list
}

// namesIn are the names in a folder, in order, as far as they can be read.
func namesIn(in *os.Root) ([]string, error) {
	f, err := in.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

// inside names a folder so that nothing else is opened in its place: a named pipe would be waited for.
func inside(dir string) string { return dir + string(filepath.Separator) + "." }

// ReadTorrent is the function ReadTorrent for a file that Torrents has listed.
func (d *Folder) ReadTorrent(ctx context.Context, name string, limit int64) ([]byte, error) {
	raw, err := readFile(ctx, name, limit, func() (*os.File, error) { return d.open(name) })
	return raw, torrentError(err)
}

// ReadIn reads a torrent that lies in the folder, or one that was named where that is nil.
func ReadIn(ctx context.Context, con *console.Console, folder *Folder, name string, limit int64) ([]byte, error) {
	if folder == nil {
		return ReadTorrent(ctx, con, name, limit)
	}
	return folder.ReadTorrent(ctx, name, limit)
}

// open opens the regular file that has a listed name, and nothing else that has come there since.
func (d *Folder) open(name string) (*os.File, error) {
	rel, err := filepath.Rel(d.name, name)
	if err != nil {
		return nil, err
	}
	there, err := lstat(d.root, rel)
	if err != nil {
		return nil, err
	}
	if !there.Mode().IsRegular() {
		return nil, fmt.Errorf("it is %s", kindOf(there.Mode()))
	}
	f, err := d.root.OpenFile(rel, os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !os.SameFile(there, info) {
		err = errReplaced
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// errReplaced is that a name leads to something else than it did.
var errReplaced = errors.New("another file has taken its place")

// within is a folder that is open: what is done to names in it is done in it, whatever
// becomes of its own name.
type within interface {
	Lstat(name string) (fs.FileInfo, error)
	Open(name string) (*os.File, error)
	OpenFile(name string, flag int, perm fs.FileMode) (*os.File, error)
	Remove(name string) error
	Rename(from, to string) error
	Link(from, to string) error
	Close() error
}

// lstat looks at what has a name until nothing interrupts, as os.Lstat does and os.Root does not.
func lstat(in within, name string) (fs.FileInfo, error) {
	for {
		info, err := in.Lstat(name)
		if !errors.Is(err, syscall.EINTR) {
			return info, err
		}
	}
}

// kindOf names what is no regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link, which is followed only where it is named itself"
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// ConfigFile is where a file of the user's settings is, by its path below the program's folder.
func ConfigFile(con *console.Console, path ...string) string {
	folder := con.Getenv("XDG_CONFIG_HOME")
	if folder == "" {
		folder, _ = os.UserConfigDir()
	}
	return filepath.Join(append([]string{folder, "torrentkit"}, path...)...)
}
