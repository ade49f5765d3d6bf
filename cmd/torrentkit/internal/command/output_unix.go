//go:build unix

package command

import (
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

// syncFolder makes a rename in the folder survive a crash. Not every file system can; the file is in place all the same.
func syncFolder(path string) {
	if d, err := os.Open(path); err == nil {
		d.Sync()
		d.Close()
	}
}
