package content

import (
	"io/fs"
	"syscall"
)

// nonBlock is added to the flags of open: there are no FIFOs in the file systems of Windows.
const nonBlock = 0

// identity is the time of creation, which comes with every stat; the file index would cost an open handle.
// Whether a file has lost its name is not known.
func identity(fi fs.FileInfo) (id uint64, removed bool) {
	if a, ok := fi.Sys().(*syscall.Win32FileAttributeData); ok {
		id = uint64(a.CreationTime.Nanoseconds())
	}
	return id, false
}

func isHidden(fi fs.FileInfo) bool {
	a, ok := fi.Sys().(*syscall.Win32FileAttributeData)
	return ok && a.FileAttributes&syscall.FILE_ATTRIBUTE_HIDDEN != 0
}
