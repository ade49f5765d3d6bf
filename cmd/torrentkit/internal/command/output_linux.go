package command

import (
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// renameNew renames a file to a name that nothing in the folder has.
func renameNew(dir within, from, to string) error {
	d, err := dir.Open(".")
	if box, ok := dir.(*unreadable); ok {
		d, err = os.OpenFile(box.at("."), unix.O_PATH|unix.O_DIRECTORY, 0)
	}
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		err := unix.Renameat2(int(d.Fd()), from, int(d.Fd()), to, unix.RENAME_NOREPLACE)
		if err != unix.EINTR {
			return err
		}
	}
}

// unreadable is a folder in which files may be made and not be listed, by its
// descriptor: os.Root would read it. Names in it have no slashes.
type unreadable struct{ dir *os.File }

func openUnreadable(name string) (within, error) {
	f, err := os.OpenFile(name, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	return &unreadable{f}, nil
}

// at is the path of a name, through the descriptor.
func (u *unreadable) at(name string) string {
	return "/proc/self/fd/" + strconv.Itoa(int(u.dir.Fd())) + "/" + name
}

func (u *unreadable) Lstat(name string) (fs.FileInfo, error) { return os.Lstat(u.at(name)) }
func (u *unreadable) Open(name string) (*os.File, error)     { return u.OpenFile(name, os.O_RDONLY, 0) }
func (u *unreadable) Remove(name string) error               { return os.Remove(u.at(name)) }
func (u *unreadable) Rename(from, to string) error           { return os.Rename(u.at(from), u.at(to)) }
func (u *unreadable) Link(from, to string) error             { return os.Link(u.at(from), u.at(to)) }
func (u *unreadable) Close() error                           { return u.dir.Close() }

func (u *unreadable) OpenFile(name string, flag int, perm fs.FileMode) (*os.File, error) {
	return os.OpenFile(u.at(name), flag|unix.O_NOFOLLOW, perm)
}
