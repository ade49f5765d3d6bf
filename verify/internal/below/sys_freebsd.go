//go:build !portable

package below

import "errors"

// renameNew: the system has no such call.
func renameNew(int, string, int, string) error { return errors.ErrUnsupported }
