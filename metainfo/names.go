package metainfo

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// checkName tells why s cannot be the name of a file or folder on any system;
// "" when it can.
func checkName[T string | []byte](s T) string {
	switch string(s) {
	case "":
		return "empty"
	case ".", "..":
		return `"` + string(s) + `" is not a name and could lead out of the folder`
	}
	for i := range len(s) {
		switch s[i] {
		case '/':
			return "contains a slash"
		case 0:
			return "contains a NUL byte"
		}
	}
	return ""
}

// strange tells what is unusual about a name that other clients load; "" for
// ordinary names.
func strange(s []byte) string {
	ascii := true
	for _, c := range s {
		if c < 0x20 || c == 0x7f {
			return "contains control characters"
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	switch {
	case len(s) > 255:
		return "longer than 255 bytes, which most file systems refuse"
	case ascii:
		return ""
	case !utf8.Valid(s):
		return "not valid UTF-8"
	}
	for _, r := range string(s) {
		switch {
		case unicode.IsControl(r):
			return "contains control characters"
		case unicode.Is(unicode.Bidi_Control, r):
			return "contains characters that reverse the direction of text"
		}
	}
	return ""
}

// remarkable tells whether there is something to say of a name: most have
// nothing, and need no key either.
func (p *parser) remarkable(name []byte) bool {
	return checkName(name) != "" || p.room("strange-name") && strange(name) != ""
}

// component checks one name out of the document.
func (p *parser) component(path string, v bencode.Value, name []byte) bool {
	if why := checkName(name); why != "" {
		id := "path-escapes"
		if len(name) == 0 || bytes.IndexByte(name, 0) >= 0 {
			id = "bad-name"
		}
		p.fail(id, path, v, "%s", why)
		return false
	}
	if why := strange(name); why != "" {
		p.warn("strange-name", path, v, "%s", why)
	}
	return true
}

// name reads the name of the content.
func (p *parser) name(info bencode.Value, m map[string]bencode.Value) {
	v, ok := m["name"]
	raw, isText := v.Bytes()
	switch {
	case !ok:
		p.fail("bad-name", "info.name", info, "missing")
		return
	case !isText:
		p.fail("bad-name", "info.name", v, "a %v where a string was expected", v.Kind())
		return
	}
	if !p.component("info.name", v, raw) {
		return
	}
	p.t.Name = string(raw)
	if u, ok := m["name.utf-8"]; ok {
		b, isText := u.Bytes()
		switch {
		case !isText:
			p.warn("mistyped", "info.name.utf-8", u, "a %v where a string was expected: ignored", u.Kind())
		case p.component("info.name.utf-8", u, b):
			p.t.Name = string(b)
		}
	}
}

// place is the dictionary that a value stands in. It makes the path of a key
// only when there is something to say of it: deep in a file tree a path can be
// much longer than the value.
type place func(key string) string

// inInfo is the place of the keys of info.
func inInfo(key string) string { return bencode.JoinKey("info", key) }

// pathOf joins the components of a list into a slash-separated path.
func (p *parser) pathOf(in place, key string, v bencode.Value) (string, bool) {
	if v.Kind() != bencode.List {
		p.fail("bad-path", in(key), v, "a %v where a list was expected", v.Kind())
		return "", false
	}
	var b []byte
	for i, item := range v.Items() {
		name, ok := item.Bytes()
		if !ok {
			p.fail("bad-path", bencode.JoinIndex(in(key), i), item, "a %v where a string was expected", item.Kind())
			return "", false
		}
		if p.remarkable(name) && !p.component(bencode.JoinIndex(in(key), i), item, name) {
			return "", false
		}
		if i > 0 {
			b = append(b, '/')
		}
		b = append(b, name...)
	}
	if len(b) == 0 {
		p.fail("bad-path", in(key), v, "empty")
		return "", false
	}
	return string(b), p.spend(in, key, v, len(b))
}

// spend takes the length of a path from the budget. In a file tree a long name
// of a folder counts for every file in it, so a small document could make
// gigabytes of paths.
func (p *parser) spend(in place, key string, v bencode.Value, n int) bool {
	if p.pathBudget -= n; p.pathBudget < 0 {
		p.fail("path-length", in(key), v, "the paths of all files together are out of proportion to the torrent")
		return false
	}
	return true
}
