package verify

import (
	"archive/tar"
	"strings"
)

// What is remembered of a strange archive is bounded.
const (
	maxEntryName = 3 * 32767 // bytes: the longest path of any system is one of Windows, of UTF-16 units
	maxExtras    = 100_000
	maxExtraSize = 8 << 20 // bytes of all their names
	maxLinkShown = 200
)

// extras are the entries of an archive that its torrent does not have.
type extras struct {
	list []Extra
	size int // of the names
	more int // entries that are not listed
}

func (x *extras) note(e Extra) {
	if len(x.list) == maxExtras || x.size+len(e.Path) > maxExtraSize {
		x.more++
		return
	}
	e.Path = strings.Clone(e.Path) // it was part of a header that may be much larger
	x.size += len(e.Path)
	x.list = append(x.list, e)
}

func tarExtra(name string, h *tar.Header) Extra {
	switch h.Typeflag {
	case tar.TypeReg:
		return Extra{Path: name, Size: h.Size, Kind: "file"}
	case tar.TypeSymlink, tar.TypeLink:
		return Extra{Path: name, Kind: "link"}
	}
	return Extra{Path: name, Kind: "special"}
}

// start is as much of a name as a message needs.
func start(name string) string {
	if len(name) > maxLinkShown {
		return name[:maxLinkShown] + "..."
	}
	return name
}
