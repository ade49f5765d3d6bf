//go:build !(linux || darwin || freebsd) || portable

package below

import (
	"os"
	"path/filepath"
)

const nonBlock = 0

func (d *Folder) rename(was, at *place) error { return d.renameByLink(was, at) }

// linkInto makes a hard link of what has a path, in a folder that is the one that was named: no path leads further down.
func linkInto(folder *os.Root, path, name string) error {
	return os.Link(path, filepath.Join(folder.Name(), name))
}

// lock keeps nobody out: these systems have no locks of folders.
func lock(folder *os.Root) (*os.File, error) { return folder.Open(".") }
