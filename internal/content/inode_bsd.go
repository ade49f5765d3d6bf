//go:build (darwin || freebsd) && !portable

package content

import (
	"strings"

	"golang.org/x/sys/unix"
)

// stableInodes is false for file systems that invent inode numbers and may give a file another one when it has fallen
// out of the cache: the same file would look replaced.
func stableInodes(fd int) bool {
	var st unix.Statfs_t
	if err := retry(func() error { return unix.Fstatfs(fd, &st) }); err != nil {
		return true
	}
	name := strings.ToLower(unix.ByteSliceToString(st.Fstypename[:]))
	return !strings.Contains(name, "fuse") && name != "msdos" && name != "msdosfs" && name != "exfat" && name != "smbfs"
}
