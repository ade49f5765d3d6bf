// Package below opens, makes and names files below a folder that somebody named.
//
// The folder is opened once, and may be named by a symbolic link. What lies below it is reached from its descriptor,
// folder by folder, and no link there is followed: where a folder was exchanged for a link there is an error, and no way
// out. Nothing that exists is replaced, whenever it came. Names are slash paths from the folder, as torrents have them.
//
// The package hashes nothing and decides nothing: which file is the right one, its callers say by the open file. Its errors
// are bare, for messages that name files in their own words.
package below

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/torrentkit/torrentkit/internal/content"
)

var (
	// ErrLink is that a symbolic link is in the place of a file, or of a folder above it.
	ErrLink = errors.New("a symbolic link is in its place, which is not followed")
	// ErrReplaced is that a name leads to another file than the one that was meant.
	ErrReplaced = errors.New("another file has taken its place")
	// ErrNoFolder is that a folder above a file is none.
	ErrNoFolder = errors.New("a folder above it is not a folder")
	// ErrNoReflink is that the system cannot share blocks between files.
	ErrNoReflink = errors.New("this system has no reflinks")
)

// Folder is an open folder.
type Folder struct{ root *os.Root }

// Open opens a folder, following links to it.
func Open(name string) (*Folder, error) {
	// A FIFO would be waited for.
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		if err == nil {
			err = errors.New("it is not a folder")
		}
		return nil, content.Bare(err)
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, content.Bare(err)
	}
	return &Folder{root}, nil
}

// Make is Open of a folder that is made if it is not there, with those above it.
func Make(name string) (*Folder, error) {
	if err := os.MkdirAll(name, 0o777); err != nil {
		return nil, content.Bare(err)
	}
	return Open(name)
}

// Sub opens a folder below d.
func (d *Folder) Sub(name string) (*Folder, error) {
	at, err := d.place(name+"/x", false)
	if err != nil {
		return nil, err
	}
	if at.folder == d.root {
		root, err := d.root.OpenRoot(".")
		return &Folder{root}, content.Bare(err)
	}
	return &Folder{at.folder}, nil
}

// Close gives the folder back. Files that are open stay so.
func (d *Folder) Close() error { return content.Bare(d.root.Close()) }

// Create makes an empty file to write and read, and the folders above it.
func (d *Folder) Create(name string) (*os.File, error) {
	at, err := d.place(name, true)
	if err != nil {
		return nil, err
	}
	defer at.close()
	f, err := at.folder.OpenFile(at.name, os.O_RDWR|os.O_CREATE|os.O_EXCL|largeFile, 0o666)
	return f, content.Bare(err)
}

// Open opens a regular file with the flag os.O_RDONLY or os.O_RDWR. The error of what is none is [ErrLink] or
// content.ErrNotRegular.
func (d *Folder) Open(name string, flag int) (*os.File, error) {
	at, err := d.place(name, false)
	if err != nil {
		return nil, err
	}
	defer at.close()
	before, err := lstat(at.folder, at.name)
	switch {
	case err != nil:
		return nil, content.Bare(err)
	case before.Mode()&fs.ModeSymlink != 0:
		return nil, ErrLink
	case !before.Mode().IsRegular():
		return nil, content.ErrNotRegular
	}
	f, err := at.folder.OpenFile(at.name, flag|nonBlock|largeFile, 0)
	if err != nil {
		return nil, content.Bare(err)
	}
	if err := same(before, f.Stat); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Follow opens a regular file for reading, though links that stay in the folder lead to it.
func (d *Folder) Follow(name string) (*os.File, error) {
	if err := content.CheckPath(name); err != nil {
		return nil, err
	}
	local := filepath.FromSlash(name)
	info, err := look(func() (fs.FileInfo, error) { return d.root.Stat(local) })
	if err == nil && !info.Mode().IsRegular() {
		err = content.ErrNotRegular
	}
	if err != nil {
		return nil, content.Bare(err)
	}
	f, err := d.root.OpenFile(local, os.O_RDONLY|nonBlock|largeFile, 0)
	return f, content.Bare(err)
}

// Lstat looks at what has a name.
func (d *Folder) Lstat(name string) (info fs.FileInfo, err error) {
	err = d.at(name, false, func(at *place) error {
		info, err = lstat(at.folder, at.name)
		return err
	})
	return info, err
}

// Readlink is where a symbolic link leads.
func (d *Folder) Readlink(name string) (to string, err error) {
	err = d.at(name, false, func(at *place) error {
		to, err = at.folder.Readlink(at.name)
		return err
	})
	return to, err
}

// Symlink makes a symbolic link, and the folders above it.
func (d *Folder) Symlink(target, name string) error {
	return d.at(name, true, func(at *place) error { return at.folder.Symlink(target, at.name) })
}

// Remove removes a file or an empty folder.
func (d *Folder) Remove(name string) error {
	return d.at(name, false, func(at *place) error { return remove(at.folder, at.name) })
}

// Mkdir makes a folder, and those above it. It may be there.
func (d *Folder) Mkdir(name string) error {
	return d.at(name+"/x", true, func(*place) error { return nil })
}

// Rename gives a file another name, which nothing has; the folders above that are made.
func (d *Folder) Rename(from, to string) error {
	return d.at(from, false, func(was *place) error {
		return d.at(to, true, func(at *place) error { return d.rename(was, at) })
	})
}

// Is tells by an error if what has a name is not the open file.
func (d *Folder) Is(f *os.File, name string) error {
	now, err := d.Lstat(name)
	if err != nil {
		return err
	}
	return same(now, f.Stat)
}

// place is a name in an open folder.
type place struct {
	folder *os.Root
	top    bool // it is the Folder itself, and stays open
	name   string
	path   string // from the Folder
}

func (p *place) close() {
	if !p.top {
		p.folder.Close()
	}
}

// at calls f with the place of a file.
func (d *Folder) at(name string, make bool, f func(*place) error) error {
	at, err := d.place(name, make)
	if err != nil {
		return err
	}
	defer at.close()
	return content.Bare(f(at))
}

// place opens the folder that a file lies in.
func (d *Folder) place(name string, make bool) (*place, error) {
	if err := content.CheckPath(name); err != nil {
		return nil, err
	}
	dir, base := path.Split(name)
	at := &place{folder: d.root, top: true, name: base, path: name}
	for part := range strings.SplitSeq(strings.TrimSuffix(dir, "/"), "/") {
		if part == "" {
			break
		}
		next, err := step(at.folder, part, make)
		at.close()
		if err != nil {
			return nil, err
		}
		at.folder, at.top = next, false
	}
	return at, nil
}

// step opens a folder in an open one. That os.Root follows links which stay inside shows in what was opened.
func step(in *os.Root, name string, make bool) (*os.Root, error) {
	before, err := lstat(in, name)
	if make && errors.Is(err, fs.ErrNotExist) {
		if err := in.Mkdir(name, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, content.Bare(err)
		}
		before, err = lstat(in, name)
	}
	switch {
	case err != nil:
		return nil, content.Bare(err)
	case before.Mode()&fs.ModeSymlink != 0:
		return nil, ErrLink
	case !before.IsDir():
		return nil, ErrNoFolder
	}
	next, err := in.OpenRoot(name + "/.") // a FIFO that took its place would be waited for
	if err != nil {
		return nil, content.Bare(err)
	}
	if err := same(before, func() (fs.FileInfo, error) { return next.Stat(".") }); err != nil {
		next.Close()
		return nil, err
	}
	return next, nil
}

func lstat(in *os.Root, name string) (fs.FileInfo, error) {
	return look(func() (fs.FileInfo, error) { return in.Lstat(name) })
}

// look looks until nothing interrupts, as os.Lstat does and os.Root does not.
func look(once func() (fs.FileInfo, error)) (fs.FileInfo, error) {
	for {
		info, err := once()
		if !errors.Is(err, syscall.EINTR) {
			return info, err
		}
	}
}

// same is ErrReplaced if what is there now is not what was seen. That the system does not tell is an error of its own.
func same(seen fs.FileInfo, now func() (fs.FileInfo, error)) error {
	info, err := look(now)
	if err == nil && !os.SameFile(seen, info) {
		err = ErrReplaced
	}
	return content.Bare(err)
}
