package inspect

import (
	"crypto/sha1"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/metainfo"
)

// IndexUpload is what the Torrust index makes of a torrent that is uploaded: it
// reads the keys that it knows and writes a new torrent of them.
type IndexUpload struct {
	// InfoHash is the infohash under which the torrent will be found.
	InfoHash metainfo.HashV1
	// Same is set when that is the infohash that the torrent has now.
	Same bool
	// Lost are the keys that are dropped, at most 1000. Of keys that many files
	// have, only the first is listed.
	Lost []metainfo.Key
}

const maxLost = 1000

// PredictIndex tells what the Torrust index makes of a torrent. It fails where
// the index would refuse the upload.
func PredictIndex(t *metainfo.Torrent) (*IndexUpload, error) {
	root := bencode.View(t.Raw())
	dict, _ := root.Get("info")
	p := predictor{lost: &IndexUpload{}}
	for k, v := range root.Entries() {
		key, _ := k.Text()
		if key == "announce-list" && t.Private || !oneOf(key, "info", "announce", "announce-list", "nodes", "encoding",
			"httpseeds", "creation date", "comment", "created by") {
			p.drop("", key, v)
		}
	}
	info := p.dict("info", dict, []field{
		{"name", text, true}, {"piece length", integer, true}, {"pieces", blob, false}, {"md5sum", text, false},
		{"length", integer, false}, {"files", files, false}, {"private", octet, false}, {"path", texts, false},
		{"root hash", text, false}, {"source", text, false},
	}, p.drop)
	_, single := dict.Get("length")
	if _, several := dict.Get("files"); p.err == nil && !single && !several {
		p.fail("info", "neither length nor files are there, which it ends the connection at")
	}
	if p.err != nil {
		return nil, p.err
	}
	p.lost.InfoHash = sha1.Sum(info)
	p.lost.Same = t.Hashes().V1 == p.lost.InfoHash
	return p.lost, nil
}

// field is how the index reads a key.
type field struct {
	key      string
	shape    shape
	required bool
}

type shape int

const (
	text shape = iota
	blob
	integer
	octet
	texts
	files
)

// predictor writes the info dictionary that the index would write.
type predictor struct {
	lost *IndexUpload
	seen map[string]bool // keys of files that were dropped already
	err  error
}

// drop notes a key that is not kept.
func (p *predictor) drop(path, key string, v bencode.Value) {
	if len(p.lost.Lost) == maxLost {
		return
	}
	p.lost.Lost = append(p.lost.Lost, metainfo.Key{Path: bencode.JoinKey(path, key), Offset: v.Offset(), Raw: v.Raw()})
}

// dropOnce is drop for the keys of files.
func (p *predictor) dropOnce(path, key string, v bencode.Value) {
	if p.seen[key] || len(p.seen) > maxFindings {
		return
	}
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.seen[key] = true
	p.drop(path, key, v)
}

func (p *predictor) fail(path, why string) []byte {
	if p.err == nil {
		p.err = fmt.Errorf("%s: the index refuses it: %s", path, why)
	}
	return nil
}

// dict writes the keys of a dictionary that the index reads, and gives the
// others to drop.
func (p *predictor) dict(path string, v bencode.Value, fields []field, drop func(path, key string, v bencode.Value)) []byte {
	entries := make([]bencode.Entry, 0, len(fields))
	for k, val := range v.Entries() {
		key, _ := k.Text()
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == key })
		switch {
		case i < 0:
			drop(path, key, val)
		case slices.ContainsFunc(entries, func(e bencode.Entry) bool { return e.Key == key }):
			return p.fail(bencode.JoinKey(path, key), "there twice")
		default:
			entries = append(entries, bencode.Entry{Key: key, Value: p.value(bencode.JoinKey(path, key), val, fields[i].shape)})
		}
	}
	for _, f := range fields {
		if f.required && !slices.ContainsFunc(entries, func(e bencode.Entry) bool { return e.Key == f.key }) {
			return p.fail(bencode.JoinKey(path, f.key), "missing")
		}
	}
	return bencode.AppendDict(nil, entries)
}

// value writes one value again.
func (p *predictor) value(path string, v bencode.Value, s shape) []byte {
	switch s {
	case text, blob:
		b, ok := v.Bytes()
		if !ok || s == text && !utf8.Valid(b) {
			return p.fail(path, "not text")
		}
		return bencode.AppendString(nil, b)
	case integer, octet:
		n, ok := v.Int()
		if !ok || s == octet && (n < 0 || n > 255) {
			return p.fail(path, "not a number in range")
		}
		return bencode.AppendInt(nil, n)
	}
	if v.Kind() != bencode.List {
		return p.fail(path, "not a list")
	}
	fileFields := []field{{"length", integer, true}, {"path", texts, true}, {"md5sum", text, false}}
	out := []byte{'l'}
	for i, item := range v.Items() {
		at := bencode.JoinIndex(path, i)
		if s == texts {
			out = append(out, p.value(at, item, text)...)
		} else {
			out = append(out, p.dict(at, item, fileFields, p.dropOnce)...)
		}
	}
	return append(out, 'e')
}

// index judges what the Torrust index does to an upload.
func (l *linter) index() {
	up, err := PredictIndex(l.t)
	if err != nil {
		l.add("target-content", "info", l.doc["info"].Offset(), "%v", err)
		return
	}
	l.report.Index = up
	for _, k := range up.Lost {
		l.add("index-key", k.Path, k.Offset, "dropped by the index")
	}
	if v, ok := l.doc["announce"]; ok {
		l.add("index-tracker", "announce", v.Offset(), "the index puts its own tracker here")
	}
	if h := l.t.Hashes().V1; !h.IsZero() && !up.Same {
		l.add("index-infohash", "info", l.doc["info"].Offset(), "stored as %v, not as %v", up.InfoHash, h)
	}
}
