package content

import (
	"errors"
	"io/fs"
	"os"
)

// ErrNotRegular is that what is opened is a folder, a FIFO or a device.
var ErrNotRegular = errors.New("it is not a regular file")

// OpenRegular opens a file that was seen as a regular one, and does not wait if
// it is something else now.
func OpenRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, ErrNotRegular
	}
	return os.Open(path)
}

// OpenRegularIn opens a regular file below a folder, with flags of os.OpenFile.
func OpenRegularIn(folder *os.Root, name string, flag int) (*os.File, error) {
	info, err := folder.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, ErrNotRegular
	}
	if err != nil && (flag&os.O_CREATE == 0 || !errors.Is(err, fs.ErrNotExist)) {
		return nil, err
	}
	return folder.OpenFile(name, flag, 0o666)
}
