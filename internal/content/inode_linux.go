//go:build !portable

package content

import "golang.org/x/sys/unix"

// stableInodes is false for file systems that invent inode numbers and may give a file another one when it has fallen
// out of the cache: the same file would look replaced.
func stableInodes(fd int) bool {
	var st unix.Statfs_t
	if err := retry(func() error { return unix.Fstatfs(fd, &st) }); err != nil {
		return true
	}
	switch uint32(st.Type) {
	case unix.FUSE_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.MSDOS_SUPER_MAGIC, unix.EXFAT_SUPER_MAGIC:
		return false
	}
	return true
}
