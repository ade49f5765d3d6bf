package below

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/torrentkit/torrentkit/internal/content"
)

// linkByPath makes a hard link where the system has none of an open file: of what has its path, and it gets the name when
// it is known to be that file.
func (d *Folder) linkByPath(f *os.File, path, name string) error {
	if err := content.CheckPath(name); err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	aside := strings.ReplaceAll(name, "/", "-") + ".link"
	if err := d.at(aside, false, func(at *place) error { return linkInto(at.folder, path, aside) }); err != nil {
		return err
	}
	err := d.Is(f, aside)
	if err == nil {
		err = d.Rename(aside, name)
	}
	if err != nil {
		d.Remove(aside)
	}
	return err
}

// renameByLink replaces nothing, and loses nothing: the file has both names for a while.
func (d *Folder) renameByLink(was, at *place) error {
	err := d.root.Link(filepath.FromSlash(was.path), filepath.FromSlash(at.path))
	switch {
	case err == nil:
		return remove(was.folder, was.name)
	case errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrNotExist):
		return err
	}
	return d.renameReserved(was, at)
}

// renameReserved is for file systems without links: an empty file takes the name, as only one can, and is replaced.
func (d *Folder) renameReserved(was, at *place) error {
	f, err := at.folder.OpenFile(at.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	f.Close()
	if err = d.root.Rename(filepath.FromSlash(was.path), filepath.FromSlash(at.path)); err != nil {
		remove(at.folder, at.name)
	}
	return err
}
