//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package command

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// heldOpen says that a file may be renamed while it is open: the claim lasts until it has its name.
const heldOpen = true

// noWait opens at once what may have become a named pipe, and spares regular files the calls that make them so.
const noWait = syscall.O_NONBLOCK

// claim locks a new temporary file, and tells whether it is still there. Where a file system has no locks nobody can take
// the file for left behind, either.
func claim(dir within, name string, f *os.File) (bool, error) {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == syscall.EWOULDBLOCK {
		return false, nil
	}
	return isAt(dir, name, f)
}

// removeUnclaimed removes a temporary file that no process has open to write it.
func removeUnclaimed(dir within, name string, info fs.FileInfo) {
	f, err := dir.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return
	}
	if there, err := isAt(dir, name, f); there && err == nil {
		dir.Remove(name)
	}
}

// isAt tells whether a name leads to an open file.
func isAt(dir within, name string, f *os.File) (bool, error) {
	there, err := lstat(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	open, err := f.Stat()
	return err == nil && os.SameFile(there, open), err
}

// owns tells whether a file belongs to the user, or to the owner of the file that is replaced, whom root gives it to.
func (o *Output) owns(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	if ok && o.before != nil && os.Geteuid() == 0 {
		if before, ok := o.before.Sys().(*syscall.Stat_t); ok && before.Uid == s.Uid {
			return true
		}
	}
	return ok && int(s.Uid) == os.Geteuid()
}
