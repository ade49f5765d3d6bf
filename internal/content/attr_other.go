//go:build (!(linux || darwin || freebsd) || portable) && !windows

package content

import (
	"io/fs"
	"syscall"
)

// nonBlock is added to the flags of open, so that a FIFO cannot hang us.
const nonBlock = syscall.O_NONBLOCK

// identity is the inode, and whether no name leads to it any more.
func identity(fi fs.FileInfo) (id uint64, removed bool) {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Ino), st.Nlink == 0
	}
	return 0, false
}

func isHidden(fs.FileInfo) bool { return false }
