package metainfo

import (
	"bytes"
	"strings"

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
	switch name := string(s); {
	case strings.ContainsRune(name, 0):
		return "contains a NUL byte"
	case strings.Contains(name, "/"):
		return "contains a slash"
	}
	return ""
}

// component checks one name out of the document. Clients give a file another where
// it is none.
func (p *parser) component(in place, key string, v bencode.Value, name []byte) {
	if why := checkName(name); why != "" {
		p.slashes += bytes.Count(name, []byte("/"))
		id := "path-escapes"
		if len(name) == 0 || bytes.IndexByte(name, 0) >= 0 {
			id = "bad-name"
		}
		path := ""
		if p.room(Error, id) {
			path = in(key)
		}
		p.keep(Error, id, path, v.Offset(), "%s", why)
	}
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
	p.component(inInfo, "name", v, raw)
	p.t.Name = string(raw)
	if u, ok := m["name.utf-8"]; ok {
		b, isText := u.Bytes()
		if !isText {
			p.warn("mistyped", "info.name.utf-8", u, "a %v where a string was expected: ignored", u.Kind())
			return
		}
		p.component(inInfo, "name.utf-8", u, b)
		p.t.Name = string(b)
	}
}

// place is the dictionary that a value stands in. It makes the path of a key
// only when there is something to say of it: deep in a file tree a path can be
// much longer than the value.
type place func(key string) string

// inInfo is the place of the keys of info.
func inInfo(key string) string { return bencode.JoinKey("info", key) }

// pathOf joins the components of a list into a slash-separated path, as they
// stand there.
func (p *parser) pathOf(in place, key string, v bencode.Value) string {
	if v.Kind() != bencode.List {
		p.failIn("bad-path", in, key, v, "a %v where a list was expected", v.Kind())
		return ""
	}
	b := p.scratch[:0]
	n := 0
	for i, item := range v.Items() {
		at := func(string) string { return bencode.JoinIndex(in(key), i) }
		name, ok := item.Bytes()
		if n++; !ok {
			p.failIn("bad-path", at, "", item, "a %v where a string was expected", item.Kind())
			continue
		}
		p.component(at, "", item, name)
		if i > 0 {
			b = append(b, '/')
		}
		b = append(b, name...)
	}
	if n == 0 {
		p.failIn("bad-path", in, key, v, "empty")
	}
	p.scratch = b
	if bytes.HasPrefix(b, []byte(padFolder)) {
		return p.slab.keepPad(b)
	}
	return p.slab.keep(b)
}

// padFolder is what the paths of pad files begin with (BEP 47).
const padFolder = ".pad/"

// slab makes strings of paths, many in one allocation.
type slab struct {
	strings.Builder
	grown int               // how large the last allocation was
	pads  map[string]string // paths of pad files, of which there is one behind each file
}

// keepPad is keep for the path of a pad file: one of the same length has the same.
func (s *slab) keepPad(path []byte) string {
	const most = 1 << 14
	if kept, ok := s.pads[string(path)]; ok {
		return kept
	}
	kept := s.keep(path)
	if s.pads == nil {
		s.pads = map[string]string{}
	}
	if len(s.pads) < most {
		s.pads[kept] = kept
	}
	return kept
}

func (s *slab) keep(path []byte) string {
	const size, least = 64 << 10, 16
	if len(path) > size/least {
		return string(path)
	}
	if s.Cap()-s.Len() < len(path) {
		s.Reset()
		s.Grow(min(size, s.grown*2+len(path)))
		s.grown = s.Cap()
	}
	start := s.Len()
	s.Write(path)
	return s.String()[start:]
}

// failIn is fail for a key of a dictionary that may be deep in the document.
func (p *parser) failIn(id string, in place, key string, at bencode.Value, format string, args ...any) {
	path := ""
	if p.room(Error, id) {
		path = in(key)
	}
	p.fail(id, path, at, format, args...)
}

// spend takes the length of a path from the budget. In a file tree a long name
// of a folder counts for every file in it, so a small document could make
// gigabytes of paths.
func (p *parser) spend(in place, key string, v bencode.Value, n int) bool {
	spent := p.pathBudget < 0 // and said
	if p.pathBudget -= n; spent {
		return false
	}
	if p.pathBudget < 0 {
		p.failIn("path-length", in, key, v, "the paths of all files together are out of proportion to the torrent")
		return false
	}
	return true
}
