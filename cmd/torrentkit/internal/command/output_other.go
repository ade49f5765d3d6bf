//go:build !linux

package command

import (
	"errors"
	"os"
)

// renameNew fails: commit has other ways.
func renameNew(*os.Root, string, string) error { return errors.ErrUnsupported }
