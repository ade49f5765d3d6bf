package verify

import "github.com/torrentkit/torrentkit/metainfo"

// known is the content of a torrent as it was found where it belongs.
type known struct {
	Torrent *metainfo.Torrent
	Files   []placed     // without padding, in the order of the torrent
	Pieces  []pieceFacts // of the torrent
}

// placed is a file of the content.
type placed struct {
	Index  int    // in the torrent
	Path   string // in the torrent, slash-separated
	Length int64  // in bytes, as the torrent says
	At     string // where it belongs: an absolute path of the system
	// Wanted is set if it is to be found, and Skipped if its bytes are not to be
	// used. A file that is neither is what it should be.
	Wanted, Skipped bool
	Readable        bool  // something in its place can be read
	Size            int64 // of that, in bytes
}

// pieceFacts tell what became of a piece.
type pieceFacts struct {
	Skipped bool // it is not to be read
	Unread  bool // it could not be read
}
