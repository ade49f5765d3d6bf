package content

import (
	"errors"
	"io/fs"
	"syscall"
)

// Refused tells whether err is that the system would not do what was wanted of it: a disk that cannot be read, a file that
// may not be opened, too many of them open. That something is not there is an answer, as of a name that is too long to be
// anywhere, and so is that it changed.
func Refused(err error) bool {
	var number syscall.Errno
	var changed *ChangedError
	if !errors.As(err, &number) || errors.As(err, &changed) {
		return false
	}
	return !errors.Is(err, fs.ErrNotExist) && number != syscall.ENOTDIR && number != syscall.ENAMETOOLONG
}
