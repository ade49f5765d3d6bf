package inspect

import (
	"crypto/sha1"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/metainfo"
)

// IndexUpload is what the Torrust index makes of a torrent that is uploaded: it
// reads the keys that it knows, stores some of them, and makes a new torrent of
// those for who downloads it.
type IndexUpload struct {
	// InfoHash is the infohash under which the torrent is stored and found, and
	// that the tracker is told of.
	InfoHash metainfo.HashV1
	// Same is set when that is the infohash that the torrent has now.
	Same bool
	// Downloaded is the infohash of what people download; zero where
	// Undownloadable says why they cannot.
	Downloaded     metainfo.HashV1
	Undownloadable string
	// Lost are the keys that are dropped, at most 1000. Of keys that many files
	// have, only the first is listed.
	Lost []metainfo.Key
	// Changes are what makes Downloaded another infohash than InfoHash, at most
	// 1000.
	Changes []IndexChange
}

// IndexChange is something of info that is stored, and downloaded as something else.
type IndexChange struct {
	Key    string
	Offset int    // in bytes
	What   string // becomes of it
	Advice string // how to make a torrent that stays as it is
}

// IndexRefusal is that the index does not take a torrent.
type IndexRefusal struct {
	Key    string // "" for the whole document
	Offset int    // in bytes
	Why    string
}

func (e *IndexRefusal) Error() string {
	why := "the index refuses it: " + e.Why
	if e.Key == "" {
		return why
	}
	return e.Key + ": " + why
}

const maxLost = 1000

// PredictIndex tells what Torrust Index 3.0.0 makes of the bytes of a torrent. It
// fails with an [*IndexRefusal] where the index would refuse the upload.
func PredictIndex(raw []byte) (*IndexUpload, error) {
	p := predictor{r: indexReader{doc: raw}, up: &IndexUpload{}}
	if !p.read() {
		return nil, p.r.fault
	}
	p.up.InfoHash = sha1.Sum(p.info.encode())
	p.up.Same = p.up.InfoHash == sha1.Sum(p.rawInfo)
	if !cleanHeader(p.info.name) {
		p.up.Undownloadable = "its name has a control character, at which the index ends the connection"
		return p.up, nil
	}
	p.up.Downloaded = p.up.InfoHash
	if p.rewrite(); len(p.up.Changes) > 0 {
		p.up.Downloaded = sha1.Sum(p.info.encode())
	}
	return p.up, nil
}

// predictor reads a torrent as the index does.
type predictor struct {
	r       indexReader
	up      *IndexUpload
	info    indexInfo
	rawInfo []byte
	at      map[string]int  // where keys of info are
	seen    map[string]bool // keys of files that were dropped already
}

// drop notes a key that is not kept, and passes over its value.
func (p *predictor) drop(path, key string, inInfo bool) bool {
	at := p.r.pos
	if !p.r.skip(p.r.next(), inInfo) {
		return false
	}
	if len(p.up.Lost) < maxLost {
		p.up.Lost = append(p.up.Lost, metainfo.Key{Path: bencode.JoinKey(path, key), Offset: at, Raw: p.r.doc[at:p.r.pos]})
	}
	return true
}

func (p *predictor) read() bool {
	var text []byte
	var list [][]byte
	var n *int64
	known := []string{"info", "announce", "announce-list", "nodes", "encoding", "httpseeds", "creation date", "comment", "created by"}
	urls, urlsEnd := -1, 0
	ok := p.r.dict(known, func(key string) bool {
		switch key {
		case "info":
			from := p.r.pos
			ok := p.readInfo()
			p.rawInfo = p.r.doc[from:p.r.pos]
			return ok
		case "announce", "encoding", "comment", "created by":
			return p.r.words(&text)
		case "announce-list":
			urls = p.r.pos
			ok := p.r.list(func() bool { return p.r.texts(&list) })
			urlsEnd = p.r.pos
			return ok
		case "nodes":
			return p.r.list(p.r.node)
		case "httpseeds":
			return p.r.texts(&list)
		case "creation date":
			return p.r.number(&n, -1<<63, 1<<63-1)
		}
		return p.drop("", key, false)
	})
	if !ok {
		return false
	}
	if p.rawInfo == nil {
		p.r.at = 0
		p.r.fail("it is missing")
		return p.r.under("info")
	}
	if private := p.info.private; urls >= 0 && private != nil && *private == 1 {
		p.up.Lost = append(p.up.Lost, metainfo.Key{Path: "announce-list", Offset: urls, Raw: p.r.doc[urls:urlsEnd]})
	}
	return true
}

// readInfo reads info, and says what is missing in it.
func (p *predictor) readInfo() bool {
	i := &p.info
	begin := p.r.pos
	p.at = map[string]int{}
	known := []string{"name", "pieces", "piece length", "md5sum", "length", "files", "private", "path", "root hash", "source"}
	if !p.r.dict(known, func(key string) bool {
		p.at[key] = p.r.pos
		switch key {
		case "name":
			return p.r.words(&i.name)
		case "pieces":
			return p.r.bytes(&i.pieces) && (len(i.pieces)%20 == 0 || p.r.fail("its length is no multiple of 20"))
		case "piece length":
			return p.r.number(&i.pieceLength, -1<<63, 1<<63-1)
		case "md5sum":
			return p.r.words(&i.md5sum)
		case "length":
			return p.r.number(&i.length, -1<<63, 1<<63-1)
		case "files":
			i.files = []indexFile{}
			return p.r.list(p.readFile)
		case "private":
			return p.r.number(&i.private, 0, 255)
		case "path":
			return p.r.texts(&i.path)
		case "root hash":
			return p.r.words(&i.rootHash)
		case "source":
			return p.r.words(&i.source)
		}
		return p.drop("info", key, true)
	}) {
		return false
	}
	p.r.at = begin
	switch {
	case i.name == nil:
		p.r.fail("it is missing")
		return p.r.under("name")
	case i.pieceLength == nil:
		p.r.fail("it is missing")
		return p.r.under("piece length")
	case i.length == nil && i.files == nil:
		return p.r.fail("neither length nor files are there, at which it ends the connection")
	}
	return true
}

// readFile reads an entry of files.
func (p *predictor) readFile() bool {
	f := indexFile{at: p.r.pos}
	n := len(p.info.files)
	ok := p.r.dict([]string{"path", "length", "md5sum"}, func(key string) bool {
		switch key {
		case "path":
			return p.r.texts(&f.path)
		case "length":
			return p.r.number(&f.length, -1<<63, 1<<63-1)
		case "md5sum":
			return p.r.words(&f.md5sum)
		}
		if p.seen[key] || len(p.seen) > maxFindings {
			return p.r.skip(p.r.next(), true)
		}
		if p.seen == nil {
			p.seen = map[string]bool{}
		}
		p.seen[key] = true
		return p.drop(bencode.JoinIndex("info.files", n), key, true)
	})
	if !ok {
		return false
	}
	p.r.at = f.at
	switch {
	case f.path == nil:
		p.r.fail("it is missing")
		return p.r.under("path")
	case f.length == nil:
		p.r.fail("it is missing")
		return p.r.under("length")
	}
	p.info.files = append(p.info.files, f)
	return true
}
