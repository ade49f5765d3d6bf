package metainfo

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
)

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

// appendInfo appends the info dictionary.
func (p *pass) appendInfo(b []byte) []byte {
	b = p.send(b)
	p.inside = true
	format := p.layout.Format()
	single := p.single()
	info := []bencode.Entry{
		entry("name", p.shape.Name),
		entry("piece length", p.layout.PieceLength()),
	}
	if p.fields.Private {
		info = append(info, entry("private", 1))
	}
	if p.fields.Source != "" {
		info = append(info, entry("source", p.fields.Source))
	}
	if format.HasV1() {
		info = append(info, bencode.Entry{Key: "pieces", Append: func(b []byte) []byte {
			return p.part(b, "0:", func(b []byte) []byte { return p.appendBytes(b, p.sha1) })
		}})
		if single {
			info = append(info, entry("length", p.files[0].Length))
			if attr := p.files[0].Attr(); attr != "" {
				info = append(info, entry("attr", attr))
			}
			for _, e := range p.sums(0) {
				info = append(info, bencode.Entry{Key: e.Key, Value: e.Value})
			}
		} else {
			info = append(info, bencode.Entry{Key: "files", Append: func(b []byte) []byte { return p.part(b, "le", p.appendFiles) }})
		}
	}
	if format.HasV2() {
		info = append(info, entry("meta version", 2), bencode.Entry{Key: "file tree", Append: func(b []byte) []byte { return p.part(b, "de", p.appendTree) }})
	}
	for _, e := range p.shape.Info {
		if e.Value != nil {
			info = append(info, bencode.Entry{Key: e.Key, Value: e.Value})
		}
	}
	b = p.send(bencode.AppendDict(b, info))
	p.inside = false
	return b
}

// appendFiles appends the list of files of BEP 3, with the pad files of BEP 47.
func (p *pass) appendFiles(b []byte) []byte {
	b = append(b, 'l')
	next := 0
	for i := range p.layout.NumFiles() {
		b = p.spill(b)
		if pad := p.layout.File(i); pad.Pad {
			b = appendPad(b, pad.Length)
			continue
		}
		f := p.file(i, next)
		if p.mark {
			p.seats[next].at = uint32(p.at(b))
		}
		b = f.append(b, p.sums(next), "path", func(b []byte) []byte { return appendPath(b, f.Path) })
		next++
	}
	return append(b, 'e')
}

func appendPad(b []byte, length int64) []byte {
	b = bencode.AppendInt(append(b, "d4:attr1:p6:length"...), length)
	b = bencode.AppendString(append(b, "4:pathl4:.pad"...), strconv.FormatInt(length, 10))
	return append(b, "ee"...)
}

// file is the i-th file of the layout, which is the k-th without padding.
func (d *Draft) file(i layout.FileIndex, k int) *File {
	if d.padded {
		return &d.files[i]
	}
	return &d.files[k]
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

// root is where the pieces root of a file stands in roots. long files, those that are
// longer than a piece, come before it.
func (d *Draft) root(i layout.FileIndex, long int) int {
	first, _ := d.layout.FilePieces(i)
	if d.layout.File(i).Length > d.layout.PieceLength() {
		first = d.layout.NumPieces() + long
	}
	return 1 + rootSize*first
}

func appendPath(b []byte, path string) []byte {
	b = append(b, 'l')
	for name := range strings.SplitSeq(path, "/") {
		b = bencode.AppendString(b, name)
	}
	return append(b, 'e')
}

// appendTree appends the file tree of the draft. Its files are in that order already.
func (p *pass) appendTree(b []byte) []byte {
	i, long := layout.FileIndex(-1), 0
	var f *File
	path := func(k int) string {
		for i++; p.layout.File(i).Pad; i++ {
		}
		f = p.file(i, k)
		return cmp.Or(f.Path, p.shape.Name)
	}
	var zero merkle.Hash
	return appendTree(b, p.count, path, func(b []byte, k int) []byte {
		if p.mark && !p.layout.Format().HasV1() {
			p.seats[k].at = uint32(p.at(b))
		}
		var root func([]byte) []byte
		if f.Length > 0 && !f.IsLink() {
			hash := zero[:] // before there are any
			if at := p.root(i, long); p.roots != nil {
				hash = p.roots[at : at+rootSize]
			}
			root = func(b []byte) []byte { return bencode.AppendString(b, hash) }
		}
		if f.Length > p.layout.PieceLength() {
			long++
		}
		return p.spill(f.append(b, p.sums(k), "pieces root", root))
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
