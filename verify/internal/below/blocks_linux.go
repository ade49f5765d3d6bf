//go:build !portable

package below

import (
	"os"

	"golang.org/x/sys/unix"
)

// largeFile lets programs of 32 bits open files of 2 GiB and more (open(2)): os.Root does not ask for that.
const largeFile = unix.O_LARGEFILE

// Reflink makes an empty file share the blocks of another one (ioctl_ficlone(2)).
func Reflink(to, from *os.File) error {
	return retry(func() error { return unix.IoctlFileClone(int(to.Fd()), int(from.Fd())) })
}

// WriteOut begins to write n bytes from off to the disk, and waits for the n before: who does so all along has little left
// to wait for at the end, where Sync cannot be interrupted.
func WriteOut(f *os.File, off, n int64) {
	unix.SyncFileRange(int(f.Fd()), off, n, unix.SYNC_FILE_RANGE_WRITE)
	if off >= n {
		unix.SyncFileRange(int(f.Fd()), off-n, n, unix.SYNC_FILE_RANGE_WAIT_BEFORE|unix.SYNC_FILE_RANGE_WRITE|unix.SYNC_FILE_RANGE_WAIT_AFTER)
	}
}
