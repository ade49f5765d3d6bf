package command

import (
	"os"

	"golang.org/x/sys/unix"
)

// renameNew renames a file to a name that nothing in the folder has.
func renameNew(dir *os.Root, from, to string) error {
	d, err := dir.Open(".")
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
