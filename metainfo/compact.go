package metainfo

import (
	"bytes"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// compact is what was taken from a document that is not there any more.
type compact struct {
	hashes Hashes
	sums   []FileSum
	// gaps are where the outline lacks bytes of the document, in their order.
	gaps []gapInOutline
}

// ParseCompact is Parse for who checks content and does nothing else: the torrent does
// not share raw's memory, but keeps of it what content is checked by, which is a tenth
// where files are small. Its Raw, RawInfo, Around and Unknown tell nothing, and it
// cannot be edited; all else is the same. Only where names have slashes in them it
// is what Parse returns.
func ParseCompact(raw []byte) (*Torrent, error) {
	t, err := Parse(raw)
	if err == nil && t.names == nil {
		t.compact = compactOf(t)
	}
	return t, err
}

// compactOf makes a torrent let go of its document.
func compactOf(t *Torrent) *compact {
	c := &compact{hashes: t.Hashes(), sums: t.FileSums()}
	for i := range c.sums {
		c.sums[i].Sum = bytes.Clone(c.sums[i].Sum)
	}
	size := 1 + len(t.pieces)
	for i := range t.Files {
		if t.Files[i].hasRoot() {
			size += 32
		}
	}
	for _, layer := range t.layers {
		size += len(layer)
	}
	kept := make([]byte, 1, size) // no root begins at 0
	keep := func(b []byte) []byte {
		from := len(kept)
		kept = append(kept, b...)
		return kept[from:len(kept):len(kept)]
	}
	if t.pieces != nil {
		t.pieces = keep(t.pieces)
	}
	for i := range t.Files {
		if f := &t.Files[i]; f.hasRoot() {
			root := t.Root(i)
			f.root = uint32(len(kept))
			keep(root[:])
		}
	}
	for root, layer := range t.layers {
		if layer != nil { // else it was no good
			t.layers[root] = keep(layer)
		}
	}
	t.doc, t.root, t.info, t.Unknown = kept, bencode.Value{}, bencode.Value{}, nil
	return c
}
