package content

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// ErrNotRegular is that what is opened is a folder, a FIFO or a device.
var ErrNotRegular = errors.New("it is not a regular file")

// Bare takes what os says of the operation and its paths off an error: messages name files in their own words. nil stays
// nil.
func Bare(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	var call *os.SyscallError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	case errors.As(err, &call):
		return call.Err
	}
	return err
}

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
