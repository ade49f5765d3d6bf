package content

import "path/filepath"

// Identity tells files on disk apart, and states of one: they are equal for one file that two trees saw in the same
// state, under whatever names.
type Identity struct {
	stamp stamp
	size  int64
	path  string // without links, where a system, or a file system, does not tell files apart
}

// Identities are those of some files that are Present, on disk.
func (l *Located) Identities(files []FileIndex) []Identity {
	list := make([]Identity, len(files))
	stable := map[deviceNumber]bool{} // by the device
	for k, i := range files {
		f := l.at(i)
		list[k] = Identity{stamp: f.stamp(), size: f.Size}
		dev := list[k].stamp.dev
		same, known := stable[dev]
		if !known {
			same = f.ino != 0 && stableAt(l.open.openFile(i))
			stable[dev] = same
		}
		if on, ok := l.open.(*locatedFiles); ok && !same {
			root, err := on.real()
			if err != nil {
				root = on.root
			}
			list[k].path = filepath.Join(root, on.name(i))
		}
	}
	return list
}
