package metainfo

import (
	"math"
	"strings"
)

// File is a file of a torrent.
type File struct {
	// Path is slash-separated and relative to the content's folder; "" where
	// the content is one file. It is path.utf-8 where that is present, else
	// path, and need not be valid UTF-8. As Read gives it, it may be empty, lead
	// anywhere, or stand there twice.
	Path   string
	Length int64   // in bytes; 0 of a symbolic link
	Traits *Traits // nil where there are none

	at   uint32 // where the file stands in the document
	root uint32 // where its pieces root stands there, else 0; padding for a pad file
}

// padding is the root of a pad file. A document is not that long.
const padding = math.MaxUint32

// Traits are what few files have, and files that have the same may share (BEP 47).
// They are not to be changed.
type Traits struct {
	Attr string // l symbolic link, x executable, h hidden, p pad file
	// Link is where a symbolic link leads, as a slash-separated path from the
	// content's folder.
	Link string

	plain bool // no link, though Attr says so
}

// Attr returns the letters of Traits, "" where there are none.
func (f *File) Attr() string {
	if f.Traits == nil {
		return ""
	}
	return f.Traits.Attr
}

// Link returns where a symbolic link leads, "" for another file.
func (f *File) Link() string {
	if f.Traits == nil {
		return ""
	}
	return f.Traits.Link
}

// offset is where the file stands in the document.
func (f *File) offset() int { return int(f.at) }

// Pad tells whether the file is padding: zeros that are on no disk (BEP 47).
func (f *File) Pad() bool { return f.root == padding }

// IsLink tells whether the file is a symbolic link (BEP 47). One that leads
// nowhere, or whose bytes are among the pieces, is none, whatever Attr says.
func (f *File) IsLink() bool { return strings.Contains(f.Attr(), "l") && !f.Traits.plain }

// Root returns the pieces root of the i-th file (BEP 52), zero where it has none.
func (t *Torrent) Root(i int) [32]byte {
	f := &t.Files[i]
	if !f.hasRoot() {
		return [32]byte{}
	}
	return [32]byte(t.doc[f.root:])
}

func (f *File) hasRoot() bool { return f.root != 0 && f.root != padding }
