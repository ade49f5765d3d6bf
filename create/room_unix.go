//go:build linux || darwin || freebsd

package create

import (
	"os"

	"golang.org/x/sys/unix"
)

// Room returns how many bytes a folder has room for, as far as its file system
// tells: for root what others may not use counts, too.
func Room(folder string) (free int64, known bool) {
	var st unix.Statfs_t
	if unix.Statfs(folder, &st) != nil || st.Blocks == 0 { // file systems without an end, and some over a network, have no blocks
		return 0, false
	}
	blocks := int64(st.Bavail) //nolint:unconvert // unsigned on Linux
	if os.Geteuid() == 0 {
		blocks = int64(st.Bfree) //nolint:gosec // of a disk
	}
	return max(0, blocks) * int64(st.Bsize), true //nolint:unconvert // 32 bits on some systems
}
