// Package diskname tells under which names clients store the files of a torrent:
// what a torrent calls a file is a stranger's text, and no client makes a file of
// it as it stands.
//
// It knows names and no files: it opens nothing, and what is looked for where is
// the business of its callers.
package diskname

import (
	"slices"
	"strings"
)

// System is where a client runs.
type System bool

// The systems that clients know.
const (
	Unix    System = false
	Windows System = true
)

// Libtorrent is the name that libtorrent 2 stores a file or folder under, which a
// torrent calls element; false where it leaves the element out of the path.
// (aux::sanitize_append_path_element in src/torrent_info.cpp.)
func (s System) Libtorrent(element string) (string, bool) {
	name, ok := s.libtorrent(element)
	if s == Windows && ok && element != "" {
		name = strings.TrimRight(name, " .")
		ok = name != ""
	}
	return name, ok
}

func (s System) libtorrent(element string) (string, bool) {
	switch {
	case element == ".":
		return "", false
	case element == "":
		return "_", true
	case s.plain(element):
		return element, true
	}
	const most, extension = 240, 10 // bytes of a name, and how long an extension may be that is kept behind them
	name := make([]byte, 0, min(len(element), most+extension+4))
	dots, cut := 0, false
	for i, n := 0, 0; i < len(element); i += n {
		var r int32
		r, n = decode(element[i:])
		switch {
		case r >= 0 && s.dropped(r):
			continue
		case r < 0x20 || s == Windows && r < 0x80 && strings.IndexByte(`?<>"|*`, byte(r)) >= 0:
			name = append(name, '_')
			continue
		}
		if r == '.' {
			dots++
		}
		name = append(name, element[i:i+n]...)
		if len(name) < most || cut {
			continue
		}
		dot := strings.LastIndexByte(element, '.')
		if dot <= max(len(element)-extension, i) {
			break
		}
		cut, i = true, dot-n
	}
	if len(name) == dots && dots <= 2 {
		return "", false // nothing, a dot or two
	}
	return string(name), true
}

// plain tells whether a name is stored as it is for being short and ordinary.
func (s System) plain(element string) bool {
	if len(element) >= 240 || element == ".." {
		return false
	}
	for i := range len(element) {
		c := element[i]
		if c < 0x20 || c >= 0x80 || c == '/' || c == '\\' || s == Windows && strings.IndexByte(`?<>"|*:`, c) >= 0 {
			return false
		}
	}
	return true
}

// dropped tells whether a character is left out: separators, and what turns the
// direction of text.
func (s System) dropped(r int32) bool {
	return r == ':' && s == Windows || slices.Contains([]int32{0, '/', '\\', 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x200e, 0x200f}, r)
}

// decode reads a character as libtorrent does: of what is not UTF-8 it passes
// over as many bytes as the first of them announces, where utf8.DecodeRune
// passes over one. The character is -1 then.
func decode(s string) (r int32, n int) {
	b := s[0]
	switch {
	case b < 0x80:
		return int32(b), 1
	case b>>5 == 0b110:
		r, n = int32(b&0x1f), 2
	case b>>4 == 0b1110:
		r, n = int32(b&0x0f), 3
	case b>>3 == 0b11110:
		r, n = int32(b&0x07), 4
	case b>>2 == 0b111110:
		return -1, 5
	default:
		return -1, 1
	}
	if n > len(s) {
		return -1, len(s)
	}
	for _, c := range []byte(s[1:n]) {
		if c>>6 != 0b10 {
			return -1, n
		}
		r = r<<6 | int32(c&0x3f)
	}
	if r < []int32{0x80, 0x800, 0x10000}[n-2] || r > 0x10ffff || r >= 0xd800 && r <= 0xdfff {
		return -1, n
	}
	return r, n
}
