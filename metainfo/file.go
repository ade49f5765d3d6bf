package metainfo

import (
	"strings"

	"github.com/torrentkit/torrentkit/internal/layout"
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
}

// seat is where a file stands in a document.
type seat struct {
	at   uint32
	root uint32 // its pieces root, else 0
}

// seats are those of files; nil where they are not known any more.
type seats []seat

// at is where the i-th file stands in the document.
func (s seats) at(i int) int {
	if s == nil {
		return 0
	}
	return int(s[i].at)
}

// Traits are what few files have, and files that have the same may share (BEP 47).
// They are not to be changed.
type Traits struct {
	Attr string // l symbolic link, x executable, h hidden, p pad file
	// Link is where a symbolic link leads, as a slash-separated path from the
	// content's folder.
	Link string

	plain bool // no link, though Attr says so
	pad   bool // a pad file, which it may be by its name
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

// Pad tells whether the file is padding: zeros that are on no disk (BEP 47).
func (f *File) Pad() bool { return f.Traits != nil && f.Traits.pad }

// IsLink tells whether the file is a symbolic link (BEP 47). One that leads
// nowhere, or whose bytes are among the pieces, is none, whatever Attr says.
func (f *File) IsLink() bool { return strings.Contains(f.Attr(), "l") && !f.Traits.plain }

// Root returns the pieces root of the i-th file (BEP 52), zero where it has none.
func (t *Torrent) Root(i int) [32]byte {
	if root := rootIn(t, i); root != nil {
		return [32]byte(root)
	}
	return [32]byte{}
}

// rootIn is the pieces root of the i-th file in the document, or in what is left of it: those
// of the files that are no padding, zeros where they have none.
func rootIn(t *Torrent, i int) []byte {
	at := 0
	switch {
	case t.seats != nil:
		at = int(t.seats[i].root)
	case t.Format.HasV2() && !t.Files[i].Pad():
		at = 1 + rootSize*t.layout.ContentIndex(layout.FileIndex(i))
	}
	if at == 0 {
		return nil
	}
	return t.doc[at : at+rootSize : at+rootSize]
}
