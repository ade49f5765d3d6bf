package metainfo

import (
	"strconv"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
)

// gapInOutline is a value that an outline has empty.
type gapInOutline struct {
	end  int   // of what stands in the outline
	more int64 // bytes that the value has in the document
}

// Torrent returns what Read tells of the torrent that the draft makes, which must be
// one that Parse takes. There is no document in memory: Raw and RawInfo are nil, and
// it cannot be edited. Every piece must have been set, and none may be afterwards. The
// files of the draft get to be those of the torrent.
func (d *Draft) Torrent() *Torrent {
	hashes, _ := d.Seal()
	var doc []byte
	out := pass{Draft: d, outline: true, to: func(b []byte) error {
		doc = append(doc, b...)
		return nil
	}}
	out.run()
	c := &compact{hashes: hashes, sha1: hashes.V1}
	for i, whole := range d.sealed.parts {
		short := out.parts[i]
		c.gaps = append(c.gaps, gapInOutline{int(short.end), whole.end - whole.start - (short.end - short.start)})
	}
	p := &parser{t: &Torrent{
		Format: d.shape.Format, hashed: d.shape.Format, Single: d.single(), PieceLength: d.layout.PieceLength(),
		layout: d.layout, pieces: d.sha1, doc: d.roots, compact: c,
	}}
	t := p.t
	t.root, _ = p.scan(doc)
	t.info = p.outside(t.root)["info"]
	m := p.infoKeys(t.info)
	p.plainInfo(t.info, m)
	if t.Single && t.Name != d.shape.Name { // there is a name.utf-8, which the file tree does not know
		switch t.Format {
		case V2:
			t.Single, d.files[0].Path = false, d.shape.Name
		case Hybrid:
			t.Files, t.seats = []File{d.files[0]}, []seat{{at: uint32(m["length"].Offset())}}
			p.agree([]File{{Path: d.shape.Name, Length: t.Files[0].Length}}, []seat{{}})
		}
	}
	for i := range t.Unknown {
		t.Unknown[i].Offset = c.whole(t.Unknown[i].Offset)
	}
	for i := range p.problems {
		p.problems[i].Offset = c.whole(p.problems[i].Offset)
	}
	t.Problems = p.problems
	p.tellSums(d)
	d.addPads(p.padding(p.attr("p")))
	if t.Files == nil {
		t.Files, t.seats = d.files, d.seats
	}
	d.takeRoots(t)
	return t
}

// whole is where a byte of the outline stands in the document.
func (c *compact) whole(at int) int {
	n := at
	for _, g := range c.gaps {
		if at >= g.end {
			n += int(g.more)
		}
	}
	return n
}

// Outline returns the document for who judges all of it but the files: of a torrent
// that a Draft has made, the list of files, the file tree and the hashes are empty in
// it. whole tells where in the document a byte of it stands.
func (t *Torrent) Outline() (doc []byte, whole func(at int) int) {
	if t.compact != nil {
		return t.root.Raw(), t.compact.whole
	}
	front := t.root.Offset()
	return t.root.Raw(), func(at int) int { return front + at }
}

// tellSums tells of the checksums of files.
func (p *parser) tellSums(d *Draft) {
	format, k := d.shape.Format, 0
	for i := range d.Content() {
		sums := d.sums(k)
		k++
		var dict []bencode.Entry
		for _, e := range sums {
			dict = append(dict, bencode.Entry{Key: e.Key, Value: e.Value})
			if format.HasV1() && !d.single() {
				p.unknownOfFile([]byte(e.Key))
			}
			if format.HasV2() {
				p.unknownOfFile([]byte(e.Key))
			}
		}
		if len(sums) > 0 && format.HasV1() {
			p.t.compact.sums = appendFileSums(p.t.compact.sums, i, bencode.View(bencode.AppendDict(nil, dict)))
		}
	}
}

// addPads puts the pad files among the files. Where one stands in the document follows
// from what is behind it.
func (d *Draft) addPads(traits *Traits) {
	n := d.layout.NumFiles()
	if d.padded || int(n) == d.count {
		return
	}
	all, seats, k := make([]File, n), make([]seat, n), 0
	for i, f := range d.Content() {
		all[i], seats[i] = *f, d.seats[k]
		k++
	}
	d.files, d.seats, d.padded = all, seats, true
	end := int64(0) // of the list of files, which stands behind the file tree
	if !d.single() {
		end = d.sealed.parts[int(d.shape.Format>>1)].end - 1
	}
	var paths slab
	var buf []byte
	for i := n - 1; i >= 0; i-- {
		f := &all[i]
		if pad := d.layout.File(i); pad.Pad {
			buf = appendPad(buf[:0], pad.Length)
			*f = File{Length: pad.Length, Traits: traits}
			seats[i].at = uint32(end - int64(len(buf)))
			buf = strconv.AppendInt(append(buf[:0], padFolder...), pad.Length, 10)
			f.Path = paths.keepPad(buf)
		}
		end = int64(seats[i].at)
	}
}

// takeRoots tells where the roots of files are, and gives the torrent the piece layers.
func (d *Draft) takeRoots(t *Torrent) {
	if d.roots == nil {
		return
	}
	long := 0
	for i, f := range d.Content() {
		if f.Length > 0 && !f.IsLink() {
			t.seats[i].root = uint32(d.root(layout.FileIndex(i), long))
		}
		if f.Length > d.layout.PieceLength() {
			long++
		}
	}
	t.layers = make(map[merkle.Hash][]byte, len(d.layers))
	for _, l := range d.layers {
		t.layers[merkle.Hash([]byte(l.root))] = d.rootsOf(l.first, l.end)
	}
}
