package below

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// remove removes a file or an empty folder, on drives of the network and in file systems of other makers too, which do not know how
// names are removed as Unix does it, all that os.Root asks for: there it is opened to be removed when it is closed.
func remove(folder *os.Root, name string) error {
	err := folder.Remove(name)
	if !errors.Is(err, windows.ERROR_INVALID_FUNCTION) {
		return err
	}
	f, e := folder.OpenFile(name, os.O_RDONLY|windows.FILE_FLAG_DELETE_ON_CLOSE, 0)
	if e != nil {
		return err
	}
	f.Close()
	if _, e = folder.Lstat(name); errors.Is(e, os.ErrNotExist) {
		return nil
	}
	return err
}
