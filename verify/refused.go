package verify

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/torrentkit/torrentkit/internal/content"
)

// Refused tells whether err is that the system would not do what was wanted of
// it: a disk that cannot be read or is full, a file that may not be opened, too
// many of them open. What a report says then is no answer: it is not known what
// would have come of it. That something is not there is one, and so is that it
// changed.
func Refused(err error) bool {
	var number syscall.Errno
	var changed *content.ChangedError
	switch {
	case !errors.As(err, &number), errors.As(err, &changed), errors.Is(err, errChanged):
		return false
	}
	return !errors.Is(err, fs.ErrNotExist) && number != syscall.ENOTDIR
}
