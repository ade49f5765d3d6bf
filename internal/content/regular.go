package content

import "errors"

// ErrNotRegular is that what is opened is a folder, a FIFO or a device.
var ErrNotRegular = errors.New("it is not a regular file")
