package metainfo

import (
	"bytes"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/diskname"
)

// compact is what was taken from a document that is not there any more.
type compact struct {
	hashes Hashes
	sha1   HashV1 // of info, also in v2 where a client stores the content under it
	sums   []FileSum
	// gaps are where the outline lacks bytes of the document, in their order.
	gaps []gapInOutline
}

// ParseCompact is Parse for who checks content and does nothing else: the torrent does
// not share raw's memory, but keeps of it what content is checked by, which is a tenth
// where files are small. Its Raw, RawInfo, Around, Unknown and the offsets of FileKey
// tell nothing, and it cannot be edited; all else is the same.
//
// spent, if not nil, is told which bytes of raw, from one offset to the one before
// another, are not read again, while others still are: the memory of a large document
// can be given back as that of the files is taken.
func ParseCompact(raw []byte, spent func(from, to int)) (*Torrent, error) {
	if spent == nil {
		spent = func(int, int) {}
	}
	p := read(raw, spent)
	t, err := p.content()
	if err == nil {
		t.compact.letGo(t)
	}
	return t, err
}

// startCompact takes what needs all of info.
func (p *parser) startCompact(info bencode.Value, m map[string]bencode.Value) {
	t := p.t
	format := t.Format
	_, files := m["files"]
	_, length := m["length"]
	_, unix := diskname.Unix.Libtorrent(t.Name)
	_, windows := diskname.Windows.Libtorrent(t.Name)
	if files || length || !unix || !windows {
		format |= V1
	}
	hashes := hashesOf(format, info.Raw())
	t.compact, t.doc = &compact{hashes: hashes, sha1: hashes.V1}, nil
}

// keepSums takes the checksums of a file from its dictionary.
func (p *parser) keepSums(file int, dict bencode.Value) {
	if p.spent == nil {
		return
	}
	c := p.t.compact
	n := len(c.sums)
	c.sums = appendFileSums(c.sums, file, dict)
	for i := range c.sums[n:] {
		sum := &c.sums[n+i].Sum
		*sum = bytes.Clone(*sum)
	}
}

// rootAt is where a pieces root stands that begins at an offset of the document.
func (p *parser) rootAt(offset int, root []byte) uint32 {
	if p.spent == nil {
		return uint32(offset)
	}
	at := len(p.t.doc)
	p.t.doc = append(p.t.doc, root...)
	return uint32(at)
}

// way is how far a list or dictionary was gone through.
type way struct {
	spent func(from, to int)
	at    int
}

// way begins behind the first byte of a value, which tells its kind.
func (p *parser) way(v bencode.Value) way { return way{p.spent, v.Offset() + 1} }

// behind goes on behind a value that was read.
func (w *way) behind(v bencode.Value) {
	if w.spent != nil {
		w.spent(w.at, v.End())
		w.at = v.End()
	}
}

// letGo makes a torrent let go of its document.
func (c *compact) letGo(t *Torrent) {
	if !t.hashed.HasV1() {
		c.hashes.V1 = HashV1{}
	}
	size := len(t.pieces)
	for _, layer := range t.layers {
		size += len(layer)
	}
	kept := make([]byte, 0, size)
	keep := func(b []byte) []byte {
		from := len(kept)
		kept = append(kept, b...)
		return kept[from:len(kept):len(kept)]
	}
	if t.pieces != nil {
		t.pieces = keep(t.pieces)
	}
	for root, layer := range t.layers {
		if layer != nil { // else it was no good
			t.layers[root] = keep(layer)
		}
	}
	t.root, t.info, t.Unknown, t.seats = bencode.Value{}, bencode.Value{}, nil, nil
}
