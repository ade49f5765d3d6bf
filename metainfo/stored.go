package metainfo

import (
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/diskname"
)

// StoredPaths returns the slash-separated paths under which libtorrent 2 (and so
// qBittorrent and Deluge) stores Files on systems that are not Windows, in their
// order: below the content's folder, or the name of the one file. Mostly they are
// Path; where names cannot be those of files, or collide, they are not. A torrent
// that Parse refuses has none.
func (t *Torrent) StoredPaths() []string {
	if slices.ContainsFunc(t.Problems, func(p Problem) bool { return p.Severity == Error }) {
		return nil // a slash in a Path may be one in a name
	}
	root, _ := diskname.Libtorrent(t.Name)
	if t.Single {
		return []string{root}
	}
	files := make([]diskname.File, len(t.Files))
	for i := range t.Files {
		f := &t.Files[i]
		files[i] = diskname.File{Path: strings.Split(f.Path, "/"), Size: f.Length, Pad: f.Pad()}
	}
	return diskname.LibtorrentPaths(root, files)
}
