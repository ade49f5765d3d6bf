package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"golang.org/x/sys/windows"
)

// keepOwner does nothing: on Windows a new file gets owner and access control list from its folder.
func keepOwner(*os.File, fs.FileInfo) {}

// syncFolder does nothing: Windows has no such call.
func syncFolder(within) error { return nil }

// refusedName tells why no file can have a name, which the system says only when one is made.
func refusedName(name string) error {
	const longest = 255
	switch n := len(utf16.Encode([]rune(name))); {
	case n > longest:
		return fmt.Errorf("its name has %d characters, and names end at %d", n, longest)
	case strings.ContainsAny(name, `<>:"|?*`):
		return errors.New("a name has none of < > : \" | ? * on Windows")
	case !filepath.IsLocal(name):
		return errors.New("Windows has that name for a device")
	}
	return nil
}

// isHeld tells whether an error may be that another process has a file open, and lets nobody rename, replace or remove it.
func isHeld(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
}

// inRoot is a folder whose names os.Root reaches.
func inRoot(root *os.Root) within { return drive{root} }

// drive is a folder that may lie on a drive of the network, or in a file system of another maker.
type drive struct{ *os.Root }

// Remove removes a file where the file system does not know how names are removed as Unix does it, which is all that os.Root asks
// for: it is opened to be removed when it is closed.
func (d drive) Remove(name string) error {
	err := d.Root.Remove(name)
	if !errors.Is(err, windows.ERROR_INVALID_FUNCTION) {
		return err
	}
	f, e := d.OpenFile(name, os.O_RDONLY|windows.FILE_FLAG_DELETE_ON_CLOSE, 0)
	if e != nil {
		return err
	}
	return f.Close()
}

// scarcities are the errors of a system that has not enough of something that others may give back.
func scarcities() []error {
	return []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED, windows.ERROR_TOO_MANY_OPEN_FILES}
}
