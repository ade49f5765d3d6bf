package content

import (
	"sort"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// NoteKind says what a [Note] is about.
type NoteKind uint8

// What Scan says without failing.
const (
	// NoteJunk is a file of the operating system (.DS_Store, Thumbs.db, desktop.ini, ._*, .nfs*, .fuse_hidden*) that was left out.
	NoteJunk NoteKind = iota + 1
	// NoteOutside is a symbolic link that leads outside the scanned folder. It was followed.
	NoteOutside
	// NoteSpecial is a socket, FIFO or device, or a link to one. It was left out.
	NoteSpecial
	// NoteLoop is a folder that is one of the folders it lies in, reached by a symbolic link. It was left out.
	NoteLoop
	// NoteLink is a symbolic link that was left out, because links are skipped.
	NoteLink
	// NoteName is a name that other systems do not take, or take for another one.
	NoteName
	// NotePattern is a pattern of a rule, in place of a path, that matched nothing.
	NotePattern
)

// Note is something that the user should know about a scanned tree and that is not an error.
type Note struct {
	Path   string // slash path relative to the root of the tree
	Kind   NoteKind
	Detail string // where the link leads, what the special file is; may be empty. Holds raw names: escape before printing
}

// Notes are what a scan has to say, in the order of paths.
type Notes []Note

func sortFiles(all []File) {
	sort.SliceStable(all, func(i, j int) bool { return layout.ComparePaths(all[i].Path, all[j].Path) < 0 })
}

func sortNotes(all []Note) {
	sort.SliceStable(all, func(i, j int) bool { return layout.ComparePaths(all[i].Path, all[j].Path) < 0 })
}
