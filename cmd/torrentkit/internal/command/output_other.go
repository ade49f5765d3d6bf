//go:build !linux

package command

import "errors"

// renameNew fails: commit has other ways.
func renameNew(string, string) error { return errors.ErrUnsupported }
