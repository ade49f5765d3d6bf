//go:build !linux || portable

package below

import "os"

// Link gives a file a name in the folder: what has its path, if that is the open file.
func (d *Folder) Link(f *os.File, path, name string) error { return d.linkByPath(f, path, name) }
