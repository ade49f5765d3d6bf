package metainfo

import (
	"net/url"
	"strings"
)

// WebSeedURL is the URL that a client asks a web seed for a file of the torrent (BEP 19): the seed's own where the torrent is a
// single file and the seed names no folder, else that of the torrent's name in the seed's folder, and of the file's path below it.
func WebSeedURL(t *Torrent, seed *url.URL, file int) *url.URL {
	switch {
	case t.Single && !strings.HasSuffix(seed.Path, "/"):
		return seed
	case t.Single:
		return URLBelow(seed, t.Name)
	}
	return URLBelow(seed, append([]string{t.Name}, strings.Split(t.Files[file].Path, "/")...)...)
}

// URLBelow is the URL of a name in a folder, or in folders below it. Every byte of the names that means something in a path
// is escaped.
func URLBelow(folder *url.URL, names ...string) *url.URL {
	b := *folder
	b.RawPath = strings.TrimSuffix(folder.EscapedPath(), "/")
	for _, name := range names {
		b.RawPath += "/" + url.PathEscape(name)
	}
	b.Path, _ = url.PathUnescape(b.RawPath)
	return &b
}
