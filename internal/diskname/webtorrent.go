package diskname

import (
	"path"
	"strings"
	"unicode/utf8"
)

// WebTorrent is the slash-separated path under which WebTorrent 2 stores content that
// a torrent calls name: one file, or the folder that holds the files. (parse-torrent
// joins names to a path, and fs-chunk-store takes some characters out of the last one.)
func WebTorrent(name string, file bool) string {
	stored := strings.TrimPrefix(path.Join("/", webTorrentText(name)), "/")
	if !file {
		return stored
	}
	return webTorrentFile(stored)
}

// WebTorrentPath is the slash-separated path under which WebTorrent 2 stores a file,
// below the folder of the torrent called name; "" where it stores it somewhere else: a
// path that goes up is followed as far as the folder for downloads.
func WebTorrentPath(name, file string) string {
	folder := path.Join("/", webTorrentText(name))
	stored := path.Join(folder, webTorrentText(file))
	below, ok := strings.CutPrefix(stored, strings.TrimSuffix(folder, "/")+"/")
	if !ok {
		return ""
	}
	return webTorrentFile(below)
}

// webTorrentFile takes out of the name of a file what Windows reserves. Names of folders
// stay. It is "" where nothing is left, which is no name.
func webTorrentFile(stored string) string {
	folder, name := path.Split(stored)
	name = strings.Map(func(r rune) rune {
		if r < 0x20 || strings.ContainsRune(`<>:"/\|?*`, r) {
			return -1
		}
		return r
	}, name)
	if name == "" {
		return ""
	}
	return folder + name
}

// webTorrentText has one U+FFFD for what is not UTF-8, as browsers have: for
// the longest beginning of a character, or for one byte.
func webTorrentText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			for n < utf8.UTFMax && i+n < len(s) && !utf8.FullRuneInString(s[i:i+n+1]) {
				n++
			}
		}
		b.WriteRune(r)
		i += n
	}
	return b.String()
}
