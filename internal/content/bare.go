package content

import (
	"errors"
	"io/fs"
	"os"
)

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
