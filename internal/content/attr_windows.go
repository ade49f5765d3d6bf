package content

import (
	"io/fs"
	"syscall"
)

// nonBlock is added to the flags of open: there are no FIFOs in the file systems of Windows.
const nonBlock = 0

// identity is the time of creation, which comes with every stat; the file index would cost an open handle.
func identity(fi fs.FileInfo) uint64 {
	if a, ok := fi.Sys().(*syscall.Win32FileAttributeData); ok {
		return uint64(a.CreationTime.Nanoseconds())
	}
	return 0
}

func isHidden(fi fs.FileInfo) bool {
	a, ok := fi.Sys().(*syscall.Win32FileAttributeData)
	return ok && a.FileAttributes&syscall.FILE_ATTRIBUTE_HIDDEN != 0
}
