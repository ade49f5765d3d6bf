package inspect

import (
	"bytes"
	"fmt"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// indexInfo is the info dictionary as the index has it. What is not there is nil.
type indexInfo struct {
	name, pieces, md5sum, rootHash, source []byte
	pieceLength, length, private           *int64
	files                                  []indexFile
	path                                   [][]byte
}

type indexFile struct {
	at     int
	path   [][]byte
	length *int64
	md5sum []byte
}

// encode writes the dictionary as the index does.
func (i *indexInfo) encode() []byte {
	e := indexEntries(i.length, i.md5sum, i.path)
	text := func(key string, b []byte) {
		if b != nil {
			e = append(e, bencode.Entry{Key: key, Value: bencode.AppendString(nil, b)})
		}
	}
	text("name", i.name)
	text("pieces", i.pieces)
	text("root hash", i.rootHash)
	text("source", i.source)
	e = append(e, bencode.Entry{Key: "piece length", Value: bencode.AppendInt(nil, *i.pieceLength)})
	if i.private != nil {
		e = append(e, bencode.Entry{Key: "private", Value: bencode.AppendInt(nil, *i.private)})
	}
	if i.files != nil {
		e = append(e, bencode.Entry{Key: "files", Append: func(out []byte) []byte {
			out = append(out, 'l')
			for _, f := range i.files {
				out = bencode.AppendDict(out, indexEntries(f.length, f.md5sum, f.path))
			}
			return append(out, 'e')
		}})
	}
	return bencode.AppendDict(nil, e)
}

// indexEntries are the keys that info and an entry of files have in common.
func indexEntries(length *int64, md5sum []byte, path [][]byte) (e []bencode.Entry) {
	if length != nil {
		e = append(e, bencode.Entry{Key: "length", Value: bencode.AppendInt(nil, *length)})
	}
	if md5sum != nil {
		e = append(e, bencode.Entry{Key: "md5sum", Value: bencode.AppendString(nil, md5sum)})
	}
	if path != nil {
		e = append(e, bencode.Entry{Key: "path", Append: func(out []byte) []byte {
			out = append(out, 'l')
			for _, s := range path {
				out = bencode.AppendString(out, s)
			}
			return append(out, 'e')
		}})
	}
	return e
}

// change notes what is stored, and downloaded as something else.
func (p *predictor) change(key string, at int, what, advice string) {
	if len(p.up.Changes) < maxLost {
		p.up.Changes = append(p.up.Changes, IndexChange{key, at, what, advice})
	}
}

// forget is change for a key of info that is not downloaded.
func (p *predictor) forget(key string) {
	p.change("info."+key, p.at[key], "forgotten in what is downloaded", fmt.Sprintf("edit --unset-info %q --new-infohash takes it out", key))
}

// rewrite makes of info what is downloaded: what the index has in its columns, of a row for each file.
func (p *predictor) rewrite() {
	i := &p.info
	if i.source != nil {
		p.forget("source")
	}
	i.source = nil
	switch {
	case i.pieces != nil && i.rootHash != nil:
		p.forget("root hash")
		i.rootHash = nil
	case i.pieces == nil:
		p.change("info.pieces", p.at["name"], "without pieces, root hash comes back in hexadecimal", "make a torrent with pieces")
		i.rootHash = fmt.Appendf([]byte{}, "%X", i.rootHash)
	}
	if i.path != nil {
		p.forget("path")
	}
	i.path = nil
	if i.length != nil {
		if i.files != nil {
			p.forget("files")
		}
		i.files = nil
		return
	}
	if i.md5sum != nil {
		p.forget("md5sum")
	}
	i.md5sum = nil
	p.rewriteFiles()
}

// rewriteFiles joins the path of each file by slashes, and splits it there. One file is no list.
func (p *predictor) rewriteFiles() {
	i := &p.info
	for n := range i.files {
		f := &i.files[n]
		joined := bytes.Join(f.path, []byte("/"))
		parts := bytes.Split(joined, []byte("/"))
		if len(parts) != len(f.path) {
			p.change(bencode.JoinIndex("info.files", n)+".path", f.at, fmt.Sprintf("comes back as %d parts, not %d", len(parts), len(f.path)), "name the file without slashes: create it anew")
		}
		f.path = parts
	}
	if len(i.files) != 1 {
		return
	}
	f := i.files[0]
	p.change("info.files", p.at["files"], "a folder with one file comes back as a file", "create FOLDER/FILE --name NAME makes a torrent of the file alone")
	i.files, i.length, i.md5sum, i.path = nil, f.length, f.md5sum, f.path
	if len(f.path[0]) == 0 {
		i.path = nil
	}
}
