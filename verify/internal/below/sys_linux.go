//go:build !portable

package below

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

func renameNew(from int, was string, to int, name string) error {
	return unix.Renameat2(from, was, to, name, unix.RENAME_NOREPLACE)
}

// Link gives an open file a name in the folder, whatever became of its path. The path is for systems that cannot link an
// open file; there, too, nothing else than that file gets the name.
func (d *Folder) Link(f *os.File, path, name string) error {
	// Without a privilege only /proc leads from a descriptor to its file (open(2), O_TMPFILE).
	err := d.at(name, true, func(at *place) error {
		return withFDs(at.folder, at.folder, func(_, to int) error {
			return unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", f.Fd()), to, at.name, unix.AT_SYMLINK_FOLLOW)
		})
	})
	if errors.Is(err, fs.ErrNotExist) { // there is no /proc, or the file has no name any more
		return d.linkByPath(f, path, name)
	}
	return err
}
