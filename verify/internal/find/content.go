// Package find looks for the files of a torrent among files that were moved and
// renamed: by their sizes, then by the hashes of pieces that lie inside of a
// file, then by those of pieces that files share.
//
// It is told what is known of the content in its place, and tells what it found.
// It changes nothing. Candidates are known to be, from the search to the end, the
// files that were seen, and no link below a folder is followed to one.
package find

import (
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Content is the content of a torrent as it was found where it belongs.
type Content struct {
	Torrent *metainfo.Torrent
	Files   []File               // without padding, in the order of the torrent
	Skipped func(piece int) bool // it is not to be read
	Unread  func(piece int) bool // it could not be read
	Good    func(piece int) bool // it matches
	// Open opens a file in its place, by its index in Files.
	Open func(file int) (piecehash.File, error)
}

// File is a file of the content.
type File struct {
	Index  layout.FileIndex
	Path   string // in the torrent, slash-separated
	Length int64  // in bytes, as the torrent says
	At     string // where it belongs: an absolute path of the system
	// Wanted is set if it is to be found, and Skipped if its bytes are not to be
	// used. A file that is neither is what it should be.
	Wanted, Skipped bool
	Readable        bool  // something in its place can be read
	Size            int64 // of that, in bytes
}
