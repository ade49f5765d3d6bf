package content

import (
	"errors"
	"fmt"
	"sync"
)

// PresenceKind says what was found where a file should be.
type PresenceKind uint8

// What Locate finds.
const (
	// Present: a regular file is there, of whatever size; or the symbolic link that was wanted.
	Present PresenceKind = iota + 1
	// Missing: nothing is there, or a folder above it is missing or not a folder, or the system has no such names.
	Missing
	// WrongType: a folder, FIFO, socket or device is there; or a file in place of a link, or another link.
	WrongType
	// Unreadable: the system refuses to look, a link leads outside the folder, or the path may not be looked for.
	Unreadable
)

// String is a word or two for the kind.
func (k PresenceKind) String() string {
	switch k {
	case Present:
		return "present"
	case Missing:
		return "missing"
	case WrongType:
		return "wrong type"
	case Unreadable:
		return "unreadable"
	}
	return fmt.Sprintf("presence %d", uint8(k))
}

// Presence is what was found where a file should be.
type Presence struct {
	Kind   PresenceKind
	Size   int64  // on disk, in bytes; 0 unless Present
	Err    error  // nil if Present; else what Open would return for the file, without its name
	Detail string // what is wrong, without the file's name, or empty. Quotes what it cites
}

// Errors of a [Presence], beside those of the system such as [io/fs.ErrNotExist] and [io/fs.ErrPermission].
var (
	ErrOutside   = errors.New("symbolic link leads outside the folder")
	ErrUnsafe    = errors.New("path is not safe to open")
	ErrWrongType = errors.New("not the kind of file that was wanted")
	ErrTwin      = errors.New("the file system takes its name for that of another file")
)

// absences are of the files that are not Present, and take no memory where all are. Several may note them at once, each of
// other files.
type absences struct {
	n    int // files
	once sync.Once
	list []*Presence // nil where there are none
}

// note notes what was found in place of a file; nil where that is Present.
func (a *absences) note(i FileIndex, p *Presence) {
	if p == nil {
		return
	}
	a.once.Do(func() { a.list = make([]*Presence, a.n) })
	a.list[i] = p
}

// of is nil for what is Present.
func (a *absences) of(i FileIndex) *Presence {
	if a.list == nil {
		return nil
	}
	return a.list[i]
}
