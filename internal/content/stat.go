package content

import (
	"fmt"
	"io/fs"
	"time"
)

// kind is what a path leads to.
type kind uint8

const (
	kindFile kind = iota + 1
	kindFolder
	kindLink
	kindFIFO
	kindSocket
	kindDevice
	kindOther
)

func (k kind) String() string {
	switch k {
	case kindFile:
		return "a file"
	case kindFolder:
		return "a folder"
	case kindLink:
		return "a symbolic link"
	case kindFIFO:
		return "a FIFO"
	case kindSocket:
		return "a socket"
	case kindDevice:
		return "a device"
	}
	return "a special file"
}

// Kind words what a file of a mode is: "a folder", "a device".
func Kind(m fs.FileMode) string { return kindOf(m).String() }

// kindOf is the kind that a mode of Go tells.
func kindOf(m fs.FileMode) kind {
	switch {
	case m.IsRegular():
		return kindFile
	case m.IsDir():
		return kindFolder
	case m&fs.ModeSymlink != 0:
		return kindLink
	case m&fs.ModeNamedPipe != 0:
		return kindFIFO
	case m&fs.ModeSocket != 0:
		return kindSocket
	case m&fs.ModeDevice != 0:
		return kindDevice
	}
	return kindOther
}

// stamp tells, together with the size, whether a file is still the one that was seen.
type stamp struct {
	mtime int64 // nanoseconds since 1970
	// Of the last change of the file, or of what the system keeps about it: nobody can put it back. 0 where a system, or a
	// file system, has none.
	ctime int64
	// Device and inode; on Windows volume and index of the file. 0 where a system does not tell.
	ino uint64
	dev deviceNumber
}

// deviceNumber is the number of a device, in as many bits as most systems use: there is one for each file.
type deviceNumber uint32

// foldDevice folds the longer numbers of some.
func foldDevice[N int32 | uint32 | uint64](number N) deviceNumber {
	return deviceNumber(uint64(number) ^ uint64(number)>>32)
}

// settled is false if the last change came so shortly before it was seen that another could leave the times as they are.
func (was *stamp) settled(seen time.Time) bool {
	wait := 20 * time.Millisecond
	if second := int64(time.Second); was.mtime%second == 0 && was.ctime%second == 0 {
		wait = 2 * time.Second
	}
	return seen.UnixNano()-max(was.mtime, was.ctime) > int64(wait)
}

// traits is what matters of a file while it is open.
type traits struct {
	removed bool // no name leads to it any more; some file systems say so of every file
	sparse  bool // takes less room on disk than it has bytes, so it may have holes
}

// stat is what the package wants to know of a file, on every system.
type stat struct {
	stamp
	traits
	size   int64
	kind   kind
	exec   bool
	hidden bool // marked hidden by an attribute; names with a leading dot are not looked at here
}

// entry is one name in a folder.
type entry struct {
	name string
	stat stat // of what a symbolic link leads to, if err is nil
	link bool
	err  error // why the entry, or what the link leads to, could not be looked at
}

// folderID identifies a folder among those it lies in: by device and inode, or by a path without links.
type folderID struct {
	dev  deviceNumber
	ino  uint64
	path string //lint:ignore U1000 only systems without inodes use it
}

// difference says how now differs from a file that was seen with size and was, or is empty. Inodes and times of change
// are only compared where stable is true.
func (was *stamp) difference(size int64, now *stat, stable func() bool) string {
	switch {
	case now.kind != kindFile:
		return fmt.Sprintf("it is %v now", now.kind)
	case now.size != size:
		return fmt.Sprintf("its size was %d, is %d", size, now.size)
	case now.mtime != was.mtime:
		return "its time of modification is another"
	case was.ino != 0 && now.ino != 0 && (now.ino != was.ino || now.dev != was.dev) && stable():
		return "another file has taken its place"
	case was.ctime != 0 && now.ctime != 0 && now.ctime != was.ctime && stable():
		return "it was written to, renamed or given other attributes"
	}
	return ""
}
