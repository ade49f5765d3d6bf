//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package command

import (
	"io/fs"
	"os"
	"time"
)

// heldOpen is false: Windows does not rename what is open.
const heldOpen = false

// noWait is nothing: opening never waits there.
const noWait = 0

// claim has nothing to do: Windows does not remove what is open, and what is not must be old to be taken for left behind.
func claim(within, string, *os.File) (bool, error) { return true, nil }

// removeUnclaimed removes a temporary file that has not been written to for an hour, unless it is open.
func removeUnclaimed(dir within, name string, info fs.FileInfo) {
	if time.Since(info.ModTime()) > time.Hour {
		dir.Remove(name)
	}
}

// owns leaves the question to the access control list of the file.
func (o *Output) owns(fs.FileInfo) bool { return true }
