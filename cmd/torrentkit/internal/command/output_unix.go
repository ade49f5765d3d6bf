//go:build unix

package command

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives f the owner and the group of the file it replaces, where the process may: root who edits a user's
// file must not take it away.
func keepOwner(f *os.File, before fs.FileInfo) {
	if s, ok := before.Sys().(*syscall.Stat_t); ok && f.Chown(int(s.Uid), int(s.Gid)) != nil {
		f.Chown(-1, int(s.Gid))
	}
}

// syncFolder makes a rename in the folder survive a power cut. That a file system cannot is no error.
func syncFolder(dir within) error {
	d, err := dir.Open(".")
	if err == nil {
		err = d.Sync()
		d.Close()
	}
	for _, cannot := range []error{fs.ErrPermission, errors.ErrUnsupported, syscall.EINVAL} {
		if errors.Is(err, cannot) {
			return nil
		}
	}
	return err
}

// refusedName is nil: these systems refuse a name when they are asked for what has it.
func refusedName(string) error { return nil }

// isHeld is false: a file that is open can be renamed, replaced and removed.
func isHeld(error) bool { return false }

// inRoot is a folder whose names os.Root reaches.
func inRoot(root *os.Root) within { return root }

// scarcities are the errors of a system that has not enough of something that others may give back.
func scarcities() []error {
	return []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EMFILE, syscall.ENFILE}
}
