package metainfo

import (
	"crypto/sha1"
	"crypto/sha256"
	"hash"
	"io"
	"sort"
	"strconv"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// Encode returns the torrent and its infohashes. Every piece must have been set.
func (d *Draft) Encode() ([]byte, Hashes) {
	size, _ := d.Size()
	raw := make([]byte, 0, size) // growing step by step would take twice the memory in the end
	d.encode(func(b []byte) error {
		raw = append(raw, b...)
		return nil
	})
	return raw, d.sealed.hashes
}

// WriteTo writes the torrent, of which no more than a part is in memory at a time.
// Every piece must have been set.
func (d *Draft) WriteTo(w io.Writer) (int64, error) {
	return d.encode(func(b []byte) error {
		_, err := w.Write(b)
		return err
	})
}

// Seal returns the infohashes, and how many bytes the torrent has. Every piece must
// have been set.
func (d *Draft) Seal() (Hashes, int64) {
	if d.sealed == nil {
		d.encode(nil)
	}
	return d.sealed.hashes, d.sealed.size
}

// sealed is what is known of a torrent once it was encoded.
type sealed struct {
	hashes Hashes
	size   int64
	parts  []part
}

// encode encodes all, and seals the draft the first time. It returns how many bytes
// were encoded.
func (d *Draft) encode(to func([]byte) error) (int64, error) {
	d.allocate()
	d.finishRoots()
	p := pass{Draft: d, to: to}
	if d.sealed == nil {
		p.mark, p.v1, p.v2 = true, sha1.New(), sha256.New()
		d.seats = make([]seat, d.count)
	}
	p.run()
	if p.mark {
		d.sealed = &sealed{size: p.sent, parts: p.parts}
		if d.shape.Format.HasV1() {
			p.v1.Sum(d.sealed.hashes.V1[:0])
		}
		if d.shape.Format.HasV2() {
			p.v2.Sum(d.sealed.hashes.V2[:0])
		}
	}
	return p.sent, p.err
}

// pass encodes a draft once. Its methods append to what was not sent yet.
type pass struct {
	*Draft
	to      func([]byte) error // gets what is encoded, part by part; nil is nobody
	sent    int64
	err     error     // of to; nothing is sent behind it
	v1, v2  hash.Hash // of info; nil where they are not wanted
	inside  bool      // of info
	outline bool      // leave parts empty
	mark    bool      // note where files stand
	parts   []part
}

// part is where one of the values stands that take nearly all of a torrent: the list of
// files, the file tree, the hashes.
type part struct{ start, end int64 }

func (p *pass) run() {
	doc := &document{fields: &p.fields, outer: p.shape.Outer, info: p.appendInfo}
	if p.roots != nil {
		doc.layers = func(b []byte) []byte { return p.part(b, "de", p.appendLayers) }
	}
	p.send(doc.append(nil))
}

// send sends all that is encoded.
func (p *pass) send(b []byte) []byte {
	if p.inside && p.v1 != nil {
		if p.layout.Format().HasV1() {
			p.v1.Write(b)
		}
		if p.layout.Format().HasV2() {
			p.v2.Write(b)
		}
	}
	if p.to != nil && p.err == nil {
		p.err = p.to(b)
	}
	p.sent += int64(len(b))
	return b[:0]
}

// spill sends what is encoded once it is much.
func (p *pass) spill(b []byte) []byte {
	const much = 64 << 10
	if len(b) < much {
		return b
	}
	return p.send(b)
}

// at is where the end of b stands in the torrent.
func (p *pass) at(b []byte) int64 { return p.sent + int64(len(b)) }

// part appends a value that is large, or what is there of it in an outline.
func (p *pass) part(b []byte, empty string, value func([]byte) []byte) []byte {
	start := p.at(b)
	if p.outline {
		b = append(b, empty...)
	} else {
		b = value(b)
	}
	p.parts = append(p.parts, part{start, p.at(b)})
	return b
}

// appendBytes appends a string that may be large.
func (p *pass) appendBytes(b, text []byte) []byte {
	const some = 32 << 10
	b = append(strconv.AppendInt(b, int64(len(text)), 10), ':')
	for len(text) > 0 {
		n := min(len(text), some)
		b, text = p.spill(append(b, text[:n]...)), text[n:]
	}
	return b
}

// layer is the piece layer of a file.
type layer struct {
	root       string
	first, end int // its pieces
}

// finishRoots computes the pieces roots of files that are longer than a piece, and
// which piece layers there are, each once; none in v1.
func (d *Draft) finishRoots() {
	if d.roots == nil || d.layers != nil {
		return
	}
	trees := merkle.New(sha256simd.New())
	perPiece := int(d.layout.PieceLength() / layout.LeafSize)
	seen := make(map[merkle.Hash]bool)
	d.layers = []layer{}
	d.roots = d.roots[:1+rootSize*d.layout.NumPieces()]
	for i, f := range d.Content() {
		if f.Length <= d.layout.PieceLength() {
			continue
		}
		first, end := d.layout.FilePieces(layout.FileIndex(i))
		root := trees.LayerRoot(merkle.Nodes(d.rootsOf(first, end)), perPiece)
		d.roots = append(d.roots, root[:]...)
		if !seen[root] {
			seen[root] = true
			d.layers = append(d.layers, layer{string(root[:]), first, end})
		}
	}
	sort.Slice(d.layers, func(a, b int) bool { return d.layers[a].root < d.layers[b].root })
}

// rootsOf are the roots of pieces, one behind the other.
func (d *Draft) rootsOf(first, end int) []byte {
	return d.roots[1+rootSize*first : 1+rootSize*end : 1+rootSize*end]
}

// appendLayers appends the piece layers.
func (p *pass) appendLayers(b []byte) []byte {
	b = append(b, 'd')
	for _, l := range p.layers {
		b = p.appendBytes(bencode.AppendString(b, l.root), p.rootsOf(l.first, l.end))
	}
	return append(b, 'e')
}
