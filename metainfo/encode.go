package metainfo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// Encode returns the torrent and its infohashes. Every piece must have been set.
func (d *Draft) Encode() ([]byte, Hashes) {
	d.allocate()
	var h Hashes
	doc := d.document(d.finishRoots())
	doc.info = func(b []byte) []byte {
		start := len(b)
		b = d.appendInfo(b)
		h = hashesOf(d.shape.Format, b[start:])
		return b
	}
	size, _ := d.Size() // growing the buffer step by step would take twice the memory in the end
	return doc.append(make([]byte, 0, size)), h
}

func (d *Draft) document(layers []bencode.Entry) *document {
	doc := &document{fields: &d.fields, outer: d.shape.Outer, info: d.appendInfo}
	if d.roots != nil {
		doc.layers = func(b []byte) []byte { return bencode.AppendDict(b, layers) }
	}
	return doc
}

// Wrap returns a torrent around an info dictionary that is there already, like
// one that peers gave (BEP 9), which keeps its bytes. layers are the piece
// layers by the pieces root of their file; nil leaves them out, as in v1.
func Wrap(info []byte, trackers [][]string, webSeeds []string, layers map[[32]byte][]byte) []byte {
	doc := document{
		fields: &Fields{Trackers: withoutEmpty(trackers), WebSeeds: webSeeds},
		info:   func(b []byte) []byte { return append(b, info...) },
	}
	if layers != nil {
		doc.layers = func(b []byte) []byte {
			entries := make([]bencode.Entry, 0, len(layers))
			for root, layer := range layers {
				entries = append(entries, bencode.Entry{Key: string(root[:]), Append: func(b []byte) []byte { return bencode.AppendString(b, layer) }})
			}
			return bencode.AppendDict(b, entries)
		}
	}
	return doc.append(nil)
}

// document is what a torrent is made of. info and layers are large: they are
// appended to it; there need not be layers.
type document struct {
	fields       *Fields
	outer        []Entry
	info, layers func([]byte) []byte
}

// append appends the torrent to b.
func (d *document) append(b []byte) []byte {
	var doc []bencode.Entry
	for _, e := range slices.Concat(d.fields.entries(), d.outer) {
		if e.Value != nil {
			doc = append(doc, bencode.Entry{Key: e.Key, Value: e.Value})
		}
	}
	doc = append(doc, bencode.Entry{Key: "info", Append: d.info})
	if d.layers != nil {
		doc = append(doc, bencode.Entry{Key: "piece layers", Append: d.layers})
	}
	return bencode.AppendDict(b, doc)
}

// entry encodes a value of a known type, which cannot fail.
func entry(key string, value any) bencode.Entry {
	raw, err := bencode.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("metainfo: encoding %s: %v", key, err))
	}
	return bencode.Entry{Key: key, Value: raw}
}

// finishRoots computes the pieces roots of files that are longer than a piece, and
// returns the piece layers; none in v1.
func (d *Draft) finishRoots() []bencode.Entry {
	if d.roots == nil {
		return nil
	}
	trees := merkle.New(sha256simd.New())
	perPiece := int(d.layout.PieceLength() / layout.LeafSize)
	var row []merkle.Hash
	seen := make(map[merkle.Hash]bool)
	var entries []bencode.Entry
	d.tops = nil
	for i, f := range d.Content() {
		if f.Length <= d.layout.PieceLength() {
			continue
		}
		first, end := d.layout.FilePieces(layout.FileIndex(i))
		row = append(row[:0], d.roots[first:end]...)
		root := trees.LayerRoot(row, perPiece)
		d.tops = append(d.tops, root)
		if !seen[root] {
			seen[root] = true
			entries = append(entries, bencode.Entry{Key: string(root[:]), Append: func(b []byte) []byte {
				b = append(strconv.AppendInt(b, 32*int64(end-first), 10), ':')
				for _, h := range d.roots[first:end] {
					b = append(b, h[:]...)
				}
				return b
			}})
		}
	}
	return entries
}

// appendInfo appends the info dictionary.
func (d *Draft) appendInfo(b []byte) []byte {
	format := d.layout.Format()
	single := len(d.files) == 1 && d.files[0].Path == ""
	info := []bencode.Entry{
		entry("name", d.shape.Name),
		entry("piece length", d.layout.PieceLength()),
	}
	if d.fields.Private {
		info = append(info, entry("private", 1))
	}
	if d.fields.Source != "" {
		info = append(info, entry("source", d.fields.Source))
	}
	if format.HasV1() {
		info = append(info, bencode.Entry{Key: "pieces", Append: func(b []byte) []byte { return bencode.AppendString(b, d.sha1) }})
		if single {
			info = append(info, entry("length", d.files[0].Length))
			if attr := d.files[0].Attr(); attr != "" {
				info = append(info, entry("attr", attr))
			}
			for _, e := range d.sums(0) {
				info = append(info, bencode.Entry{Key: e.Key, Value: e.Value})
			}
		} else {
			info = append(info, bencode.Entry{Key: "files", Append: d.appendFiles})
		}
	}
	if format.HasV2() {
		info = append(info, entry("meta version", 2), bencode.Entry{Key: "file tree", Append: d.appendTree})
	}
	for _, e := range d.shape.Info {
		if e.Value != nil {
			info = append(info, bencode.Entry{Key: e.Key, Value: e.Value})
		}
	}
	return bencode.AppendDict(b, info)
}

// appendFiles appends the list of files of BEP 3, with the pad files of BEP 47.
func (d *Draft) appendFiles(b []byte) []byte {
	b = append(b, 'l')
	next := 0
	for i := range d.layout.NumFiles() {
		b = d.spill(b)
		if pad := d.layout.File(i); pad.Pad {
			b = bencode.AppendInt(append(b, "d4:attr1:p6:length"...), pad.Length)
			b = bencode.AppendString(append(b, "4:pathl4:.pad"...), strconv.FormatInt(pad.Length, 10))
			b = append(b, "ee"...)
			continue
		}
		f := &d.files[next]
		b = f.append(b, d.sums(next), "path", func(b []byte) []byte { return appendPath(b, f.Path) })
		next++
	}
	return append(b, 'e')
}

// append appends the dictionary of the file, in which the list of files has path,
// and the file tree pieces root. value is nil where there is no such key.
func (f *File) append(b []byte, sums []Entry, key string, value func([]byte) []byte) []byte {
	b = append(b, 'd')
	if attr := f.Attr(); attr != "" {
		b = bencode.AppendString(append(b, "4:attr"...), attr)
	}
	b = appendSums(b, sums, "", "length")
	b = bencode.AppendInt(append(b, "6:length"...), f.Length)
	b = appendSums(b, sums, "length", key)
	if value != nil {
		b = value(bencode.AppendString(b, key))
	}
	b = appendSums(b, sums, key, "symlink path")
	if link := f.Link(); link != "" {
		b = appendPath(append(b, "12:symlink path"...), link)
	}
	return append(b, 'e')
}

// spill drains what is encoded, where that is wanted, once it is large.
func (d *Draft) spill(b []byte) []byte {
	const large = 64 << 10
	if d.drain == nil || len(b) < large {
		return b
	}
	return d.drain(b)
}

// sums are the checksums of a file.
func (d *Draft) sums(file int) []Entry {
	if d.shape.Sums == nil {
		return nil
	}
	return d.shape.Sums[file]
}

// appendSums appends the checksums whose keys lie between two others.
func appendSums(b []byte, sums []Entry, after, before string) []byte {
	for _, e := range sums {
		if after < e.Key && e.Key < before {
			b = append(bencode.AppendString(b, e.Key), e.Value...)
		}
	}
	return b
}

// root is the pieces root of a file; zero before there are any. long files, those that
// are longer than a piece, come before it.
func (d *Draft) root(i layout.FileIndex, long int) merkle.Hash {
	switch {
	case d.roots == nil:
		return merkle.Hash{}
	case d.layout.File(i).Length > d.layout.PieceLength():
		return d.tops[long]
	}
	first, _ := d.layout.FilePieces(i)
	return d.roots[first]
}

func appendPath(b []byte, path string) []byte {
	b = append(b, 'l')
	for name := range strings.SplitSeq(path, "/") {
		b = bencode.AppendString(b, name)
	}
	return append(b, 'e')
}

// appendTree appends the file tree of the draft. Its files are in that order already.
func (d *Draft) appendTree(b []byte) []byte {
	path := func(k int) string {
		if d.files[k].Path == "" {
			return d.shape.Name
		}
		return d.files[k].Path
	}
	i, long := layout.FileIndex(-1), 0
	return appendTree(b, len(d.files), path, func(b []byte, k int) []byte {
		for i++; d.layout.File(i).Pad; i++ {
		}
		f := &d.files[k]
		var root func([]byte) []byte
		if f.Length > 0 && !f.IsLink() {
			hash := d.root(i, long)
			root = func(b []byte) []byte { return bencode.AppendString(b, hash[:]) }
		}
		if f.Length > d.layout.PieceLength() {
			long++
		}
		return d.spill(f.append(b, d.sums(k), "pieces root", root))
	})
}

// appendTree appends a file tree of BEP 52: n files whose paths are in its order, so
// that folders open and close as they go by. file appends the dictionary of one.
func appendTree(b []byte, n int, path func(k int) string, file func(b []byte, k int) []byte) []byte {
	b = append(b, 'd')
	var open []string
	for k := range n {
		names := strings.Split(path(k), "/")
		folders := names[:len(names)-1]
		same := 0
		for same < len(open) && same < len(folders) && open[same] == folders[same] {
			same++
		}
		for range open[same:] {
			b = append(b, 'e')
		}
		for _, name := range folders[same:] {
			b = append(bencode.AppendString(b, name), 'd')
		}
		open = append(open[:same], folders[same:]...)
		b = append(bencode.AppendString(b, names[len(names)-1]), 'd')
		b = append(file(bencode.AppendString(b, ""), k), 'e')
	}
	for range open {
		b = append(b, 'e')
	}
	return append(b, 'e')
}
