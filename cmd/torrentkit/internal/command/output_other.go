//go:build !linux

package command

import (
	"errors"
)

// renameNew fails: commit has other ways.
func renameNew(within, string, string) error { return errors.ErrUnsupported }

func openUnreadable(string) (within, error) { return nil, errors.ErrUnsupported }
