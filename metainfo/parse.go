package metainfo

import (
	"bytes"
	"fmt"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/layout"
)

// Bounds on what is remembered of a hostile document.
const (
	maxProblems = 1000 // of each severity and id
	maxUnknown  = 1000
	maxFileKeys = 100
)

// Parse reads a .torrent document for who needs its content: it fails with the
// first Problem that stands in the way of that; others are in Problems. The torrent
// shares raw's memory.
//
// Names that cannot be those of files, and paths that stand twice, are errors, but do
// not stand in the way: clients load such torrents and give the files other names.
// Where there are any, Name, and the Path and Link of all Files, are what libtorrent
// makes of them, as [Torrent.StoredPaths] gives them.
func Parse(raw []byte) (*Torrent, error) { return read(raw, nil).content() }

// Read reads as much of a document as it can and returns it with everything
// that is wrong with it (at most 1000 problems of each severity and id), in the
// order in which it was found. Where there is an info dictionary, it has an
// infohash, trackers and all that can be told of it, whatever the problems are;
// the torrent is nil where there is none. Where errors are among the problems,
// names may be unsafe, and its Layout may be nil.
func Read(raw []byte) (*Torrent, []Problem) {
	p := read(raw, nil)
	if p.t.info.Kind() != bencode.Dict {
		return nil, p.problems
	}
	return p.t, p.problems
}

// read reads what it can. There is a torrent if that has an info dictionary.
func read(raw []byte, spent func(from, to int)) *parser {
	p := &parser{t: &Torrent{doc: raw}, pathBudget: 12*len(raw) + 1<<20, spent: spent}
	root, ok := p.scan(raw)
	switch {
	case !ok:
	case root.Kind() != bencode.Dict:
		p.fail("not-a-torrent", "", root, "not a torrent: a %v where a dictionary was expected", root.Kind())
	default:
		p.t.root = root
		p.top(root)
		p.t.Problems, p.t.unusable = p.problems, p.refusal != nil
	}
	return p
}

type parser struct {
	t          *Torrent
	problems   []Problem
	refusal    *Problem // the first that stands in the way of content
	errors     int      // that stand in the way of a layout
	nameErrors int      // others
	slashes    int      // in names
	kinds      []kind
	attrs      map[string]*Traits // by letters
	pads       map[*Traits]*Traits
	pathBudget int    // how many bytes of paths may still be made
	scratch    []byte // a path that is being made
	slab       slab
	spent      func(from, to int) // is told what is not read again of the document, of which nothing is kept; nil keeps all
}

// kind is what the number of problems is bounded by: a thousand strange names must not hide a missing piece layer.
type kind struct {
	severity Severity
	id       string
	count    int
}

func (p *parser) add(s Severity, id, path string, offset int, format string, args ...any) {
	if s == Error && p.refusal == nil {
		p.refusal = &Problem{s, id, path, offset, fmt.Sprintf(format, args...)}
	}
	if s == Error && !ofNames(id) {
		p.errors++
	}
	p.keep(s, id, path, offset, format, args...)
}

// keep is add for what does not stand in the way of content, though it may be an error: clients load such torrents, and agree on
// what they are.
func (p *parser) keep(s Severity, id, path string, offset int, format string, args ...any) {
	if s == Error && ofNames(id) {
		p.nameErrors++
	}
	if n := p.count(s, id); *n < maxProblems {
		*n++
		p.problems = append(p.problems, Problem{s, id, path, offset, fmt.Sprintf(format, args...)})
	}
}

// ofNames tells whether a problem is one of names: where files lie in pieces can be told all the same.
func ofNames(id string) bool {
	return id == "bad-name" || id == "bad-path" || id == "path-escapes" || id == "duplicate-path"
}

// room tells whether another problem of the kind would be kept: where it would not, its key need not be made.
func (p *parser) room(s Severity, id string) bool { return *p.count(s, id) < maxProblems }

// count is how many problems of a kind were kept. There are few kinds.
func (p *parser) count(s Severity, id string) *int {
	for i := range p.kinds {
		if k := &p.kinds[i]; k.id == id && k.severity == s {
			return &k.count
		}
	}
	p.kinds = append(p.kinds, kind{s, id, 0})
	return &p.kinds[len(p.kinds)-1].count
}

func (p *parser) fail(id, path string, at bencode.Value, format string, args ...any) {
	p.add(Error, id, path, at.Offset(), format, args...)
}

func (p *parser) warn(id, path string, at bencode.Value, format string, args ...any) {
	p.add(Warning, id, path, at.Offset(), format, args...)
}

// scan makes the faults and flaws of the bencode into problems.
func (p *parser) scan(raw []byte) (bencode.Value, bool) {
	lead := leading(raw)
	if lead > 0 && lead < len(raw) {
		p.add(Warning, "leading-data", "", 0, "%s of white space or a byte order mark in front of the torrent", byteCount(lead))
	}
	root, flaws, err := bencode.ScanLoosely(raw, lead)
	if err != nil {
		e := err.(*bencode.Error)
		if !e.Trailing {
			p.unreadable(raw, lead, e)
			return root, false
		}
		p.add(Warning, "trailing-data", "", e.Offset, "%s behind the end of the torrent", byteCount(len(raw)-e.Offset))
	}
	for _, f := range flaws {
		id := [...]string{"unsorted-keys", "duplicate-key", "leading-zero", "negative-zero", "big-integer", "bad-integer", "bad-key"}[f.Kind]
		if id == "duplicate-key" && f.Path == "info" {
			p.keep(Error, "duplicate-info", f.Path, f.Offset, "another info: the first counts, as in libtorrent and Transmission")
			continue
		}
		p.add(Warning, id, f.Path, f.Offset, "%v", f.Kind)
	}
	return root, true
}

// unreadable tells why a document is no bencode: what else it is, where that can be seen.
func (p *parser) unreadable(raw []byte, lead int, e *bencode.Error) {
	why := ""
	if e.Offset == lead && e.Path == "" {
		why = foreign(raw)
	}
	if why != "" {
		p.add(Error, "not-a-torrent", "", 0, "not a torrent: %s", why)
		return
	}
	reason := e.Reason
	if why = spoiled(raw); why == "" && e.Short && raw[lead] == 'd' {
		why = "the file is a part of a torrent, and its end is missing: get it again"
	}
	if why != "" {
		reason += "; " + why
	}
	p.add(Error, "bencode", e.Path, e.Offset, "%s", reason)
}

func byteCount(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// leading counts the bytes in front of a document that editors and web servers leave there.
func leading(raw []byte) int {
	rest := bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	return len(raw) - len(bytes.TrimLeft(rest, "\r\n\t "))
}

// dict returns the values of the known keys of a dictionary, the first where a
// key stands there twice, and remembers the others as unknown.
func (p *parser) dict(v bencode.Value, path string, known map[string]bool) map[string]bencode.Value {
	m := make(map[string]bencode.Value, len(known))
	for k, val := range v.Entries() {
		key, isText := k.Bytes()
		if !isText {
			key = k.Raw()
		} else if known[string(key)] {
			if _, seen := m[string(key)]; !seen {
				m[string(key)] = val
			}
			continue
		}
		if len(p.t.Unknown) < maxUnknown {
			p.t.Unknown = append(p.t.Unknown, Key{bencode.JoinKey(path, string(key)), val.Offset(), val.Raw()})
		}
	}
	return m
}

// unknownOfFile counts a key of a file that the view does not know.
func (p *parser) unknownOfFile(key []byte) {
	for i := range p.t.UnknownOfFiles {
		if k := &p.t.UnknownOfFiles[i]; k.Key == string(key) {
			k.Files++
			return
		}
	}
	if len(p.t.UnknownOfFiles) < maxFileKeys {
		p.t.UnknownOfFiles = append(p.t.UnknownOfFiles, FileKey{string(key), 1})
	}
}

func knownKeys(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// top reads the keys outside of info, then info, then the piece layers.
func (p *parser) top(root bencode.Value) {
	t := p.t
	m := p.outside(root)
	info, ok := m["info"]
	switch {
	case !ok:
		p.fail("no-info", "info", root, "missing, so this is not a torrent%s", insteadOfInfo(root))
	case info.Kind() != bencode.Dict:
		p.fail("no-info", "info", info, "a %v where a dictionary was expected", info.Kind())
	default:
		t.info = info
		p.info(info)
		if t.Format.HasV2() && t.layout != nil {
			p.pieceLayers(m["piece layers"])
		}
	}
}

// outside reads the keys outside of info.
func (p *parser) outside(root bencode.Value) map[string]bencode.Value {
	t := p.t
	m := p.dict(root, "", knownKeys("info", "announce", "announce-list", "url-list", "httpseeds", "nodes",
		"comment", "comment.utf-8", "created by", "created by.utf-8", "creation date", "encoding", "piece layers"))
	t.Trackers = p.tiers(m["announce"], m["announce-list"])
	t.WebSeeds = p.stringOrList("url-list", m["url-list"])
	t.HTTPSeeds = p.stringOrList("httpseeds", m["httpseeds"])
	t.Nodes = p.nodes(m["nodes"])
	t.Comment = p.either(m, "comment.utf-8", "comment")
	t.CreatedBy = p.either(m, "created by.utf-8", "created by")
	t.CreationDate = p.date(m["creation date"])
	return m
}

// infoKeys returns the values of info.
func (p *parser) infoKeys(info bencode.Value) map[string]bencode.Value {
	return p.dict(info, "info", knownKeys("name", "name.utf-8", "piece length", "pieces", "length", "files", "attr",
		"symlink path", "meta version", "file tree", "private", "source"))
}

// plainInfo reads keys of info that do not tell of files.
func (p *parser) plainInfo(info bencode.Value, m map[string]bencode.Value) {
	p.name(info, m)
	p.t.Private = p.private(m["private"])
	p.t.Source = p.text("info.source", m["source"])
}

// info reads the info dictionary.
func (p *parser) info(info bencode.Value) {
	t := p.t
	m := p.infoKeys(info)
	p.format(info, m)
	p.plainInfo(info, m)
	lengthOK := p.pieceLength(info, m["piece length"])
	if p.spent != nil {
		p.startCompact(info, m)
	}
	before := p.errors
	t.hashed = t.Format
	if t.Format.HasV1() {
		p.filesV1(info, m)
		p.linkLengths(m["pieces"])
	}
	if t.Format.HasV2() {
		p.filesV2(m, p.errors == before)
	}
	for _, key := range []string{"files", "length"} {
		if v, has := m[key]; has && t.Format == V2 && (key == "length" || v.Kind() == bencode.List) {
			p.warn("hybrid-disagrees", inInfo(key), v, "v1 files without hashes of v1 pieces: clients take that for a hybrid")
			t.hashed = Hybrid
		}
	}
	if !lengthOK || p.errors > before {
		return // a layout of broken files would only tell the same again
	}
	p.layOut(info)
	if t.layout != nil && t.Format.HasV1() {
		p.piecesV1(info, m["pieces"])
	}
}

// format finds out which versions of metadata info holds.
func (p *parser) format(info bencode.Value, m map[string]bencode.Value) {
	version, ok := int64(1), true
	if v, has := m["meta version"]; has {
		version, ok = v.Int()
	}
	_, hasPieces := m["pieces"]
	_, hasTree := m["file tree"]
	if hasPieces && !(ok && version == 2 && hasTree && p.withoutV1(info, m)) {
		p.t.Format |= V1
	}
	switch {
	case !ok && hasPieces:
		p.warn("meta-version-ignored", "info.meta version", m["meta version"], "not an integer of 64 bits: only the v1 part is read")
	case !ok:
		p.fail("meta-version", "info.meta version", m["meta version"], "not an integer of 64 bits")
	case version == 2 && hasTree:
		p.t.Format |= V2
	case version == 2:
		p.fail("meta-version", "info.file tree", info, "missing, though meta version is 2")
	case (version > 2 || version < 1) && hasPieces:
		p.warn("meta-version-ignored", "info.meta version", m["meta version"], "version %d is not known: only its v1 part is read", version)
	case version > 2 || version < 1:
		p.fail("meta-version", "info.meta version", m["meta version"], "version %d is not known", version)
	case hasTree:
		p.warn("meta-version-ignored", "info.file tree", m["file tree"], "ignored, because meta version is not 2")
	}
	if p.t.Format != 0 {
		return
	}
	if ok && version <= 2 {
		p.fail("no-pieces", "info.pieces", info, "missing")
	}
	p.t.Format = V1 // of which it has the infohash, if nothing else
	if hasTree || version >= 2 {
		p.t.Format = V2
	}
}

// withoutV1 tells whether what a v2 torrent has of v1 is nothing that a client takes for its v1 part.
func (p *parser) withoutV1(info bencode.Value, m map[string]bencode.Value) bool {
	const only = "only the v2 part is read, as libtorrent does"
	files, hasFiles := m["files"]
	_, hasLength := m["length"]
	switch v := m["pieces"]; {
	case v.Kind() != bencode.String:
		p.keep(Error, "pieces", "info.pieces", v.Offset(), "a %v where a string was expected: %s", v.Kind(), only)
	case hasLength && string(files.Raw()) != "le":
		return false
	case !hasFiles:
		p.keep(Error, "files", "info", info.Offset(), "neither length nor files, beside pieces: %s", only)
	case files.Kind() != bencode.List:
		p.keep(Error, "files", "info.files", files.Offset(), "a %v where a list was expected: %s", files.Kind(), only)
	case string(files.Raw()) == "le":
		p.keep(Error, "files", "info.files", files.Offset(), "empty: %s", only)
	default:
		return false
	}
	return true
}

func (p *parser) pieceLength(info, v bencode.Value) bool {
	n, ok := v.Int()
	switch {
	case v.Kind() == bencode.None:
		p.fail("piece-length", "info.piece length", info, "missing")
	case !ok:
		p.fail("piece-length", "info.piece length", v, "not an integer of 64 bits")
	default:
		if err := layout.CheckPieceLength(layout.Format(p.t.Format), n); err != nil {
			p.fail("piece-length", "info.piece length", v, "%v", err)
			return false
		}
		p.t.PieceLength = n
		return true
	}
	return false
}
