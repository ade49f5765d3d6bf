//go:build (darwin || freebsd) && !portable

package content

import (
	"strings"

	"golang.org/x/sys/unix"
)

// stableInodes is false for file systems that invent inode numbers and may give a file another one when it has fallen
// out of the cache: the same file would look replaced.
func stableInodes(fd int) bool {
	name, _ := fileSystem(fd)
	return !strings.Contains(name, "fuse") && name != "msdos" && name != "msdosfs" && name != "exfat" && name != "smbfs"
}

// remote says whether the file lies behind a network or a program, where many streams side by side do harm. Some FUSE
// daemons call what they show local.
func (f rawFile) remote() bool {
	name, local := fileSystem(f.fd)
	return !local || strings.Contains(name, "fuse")
}

// fileSystem returns the kind of the file system that a file is on, in lower case, and whether it is on this machine
// (statfs(2)). What cannot be asked is taken for local.
func fileSystem(fd int) (kind string, local bool) {
	var st unix.Statfs_t
	if retry(func() error { return unix.Fstatfs(fd, &st) }) != nil {
		return "", true
	}
	return strings.ToLower(unix.ByteSliceToString(st.Fstypename[:])), st.Flags&unix.MNT_LOCAL != 0
}
