package inspect

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/maphash"
	"math"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/diskname"
)

// Limits of libtorrent's file_storage and torrent_info.
const (
	rasterbarBlock   = 16 << 10
	rasterbarOffset  = 1<<48 - 1            // of the end of the last file
	rasterbarBlocks  = math.MaxInt32 / 2    // of a file
	rasterbarLongest = math.MaxInt32 / 2    // piece
	rasterbarMark    = "_____padding_file_" // of BitComet's pad files, anywhere in a path
	rasterbarEmpty   = "it has no content"  // all files are empty
	rasterbarNoName  = "the torrent or a file has no usable name"
	rasterbarLayers  = "a piece layer is malformed"
)

// refusal is why a target does not load a torrent. The zero value is none.
type refusal struct {
	rule, key string
	offset    int
	why       string
}

// rasterbar reads a torrent as libtorrent 2.0.8 does (torrent_info::parse_torrent_file
// in src/torrent_info.cpp), and finds out whether it is loaded. What is wrong
// beyond that is the business of other rules.
type rasterbar struct {
	m       limits
	refused refusal
	seed    maphash.Seed
	info    bencode.Value
	name    bencode.Value // sought once: the files may stand in front of it
	version int32
}

// rasterbarRefuses tells why libtorrent does not load a torrent.
func rasterbarRefuses(raw []byte, m limits) refusal {
	r := &rasterbar{m: m, seed: maphash.MakeSeed()}
	d := rasterbarDecoder{doc: raw, tokens: cmp.Or(m.tokens, -1)}
	if why := d.value(); why != "" {
		rule := "target-content"
		if d.tokens == 0 && d.pos < len(raw) {
			rule = "target-tokens"
		}
		r.refuse(rule, "", d.pos, "%s", why)
		return r.refused
	}
	r.torrent(bencode.View(raw[:d.pos]))
	return r.refused
}

// refuse notes a reason, and is false, as all steps are that end in one.
func (r *rasterbar) refuse(rule, key string, offset int, format string, args ...any) bool {
	r.refused = refusal{rule, key, offset, fmt.Sprintf(format, args...)}
	return false
}

func (r *rasterbar) content(key string, at bencode.Value, format string, args ...any) bool {
	return r.refuse("target-content", key, at.Offset(), format, args...)
}

// find is bdecode_node::dict_find_dict, _list and _string: nothing where the
// first value of a key has another type.
func find(v bencode.Value, key string, kind bencode.Kind) bencode.Value {
	found, _ := v.Get(key)
	if found.Kind() != kind {
		return bencode.Value{}
	}
	return found
}

// number is bdecode_node::dict_find_int_value: 0 for what does not fit into 64 bits.
func number(v bencode.Value, key string, missing int64) int64 {
	found := find(v, key, bencode.Integer)
	if found.Kind() == bencode.None {
		return missing
	}
	if n, ok := found.Int(); ok && n != math.MinInt64 {
		return n
	}
	return 0
}

func (r *rasterbar) torrent(root bencode.Value) bool {
	if root.Kind() != bencode.Dict {
		return r.content("", root, "it is no dictionary")
	}
	if r.info = find(root, "info", bencode.Dict); r.info.Kind() == bencode.None {
		if find(root, "magnet-uri", bencode.String).Kind() != bencode.None {
			return true // a magnet link in the clothes of a torrent, which is read as one
		}
		return r.content("info", root, "it has no info dictionary")
	}
	if !r.header() {
		return false
	}
	files, ok := r.files()
	if !ok || !r.pieces(files) {
		return false
	}
	if layers := find(root, "piece layers", bencode.Dict); r.version == 2 && layers.Kind() != bencode.None {
		return r.layers(layers, files)
	}
	return true
}

// header judges meta version, piece length and the name.
func (r *rasterbar) header() bool {
	r.version = int32(number(r.info, "meta version", -1))
	if r.version > 0 {
		d := rasterbarDecoder{doc: r.info.Raw(), tokens: -1}
		d.value()
		if d.soft != "" {
			return r.refuse("target-content", "info", r.info.Offset()+d.softAt, "%s, where there is a meta version", d.soft)
		}
		if r.version > 2 {
			return r.content("info.meta version", r.info, "meta version %d is not known", r.version)
		}
	}
	n := number(r.info, "piece length", -1)
	v, _ := r.info.Get("piece length")
	switch {
	case n <= 0 || n > rasterbarLongest || r.version == 2 && (n < rasterbarBlock || n&(n-1) != 0):
		return r.refuse("target-piece-length", "info.piece length", v.Offset(), "its piece length is %d", n)
	case n > r.m.maxPieceLength:
		return r.refuse("target-piece-length", "info.piece length", v.Offset(), "its piece length is %d, more than %d", n, r.m.maxPieceLength)
	}
	if r.name = find(r.info, "name.utf-8", bencode.String); r.name.Kind() == bencode.None {
		r.name = find(r.info, "name", bencode.String)
	}
	if r.name.Kind() == bencode.None {
		return r.content("info.name", r.info, rasterbarNoName)
	}
	return true
}

// files reads the files, of a hybrid from its tree.
func (r *rasterbar) files() (*rasterbarFiles, bool) {
	v1, v2 := r.storage("info.files"), r.storage("info.file tree")
	list := find(r.info, "files", bencode.List)
	tree := find(r.info, "file tree", bencode.Dict)
	folder := r.path(nil)
	name, ok := diskname.Unix.Libtorrent(textOf(r.name))
	if !ok {
		name = "infohash" // in hex; that it is the same for both parts is what counts
	}
	folder = r.path(&folder, name)
	switch hasTree := tree.Kind() != bencode.None; {
	case r.version == 2 && !hasTree:
		return nil, r.content("info.file tree", r.info, "meta version is 2, and there is no file tree")
	case r.version < 2 && hasTree:
		return nil, r.content("info.file tree", tree, "there is a file tree, and meta version is not 2")
	case hasTree && !v2.tree(tree, folder, list.Kind() == bencode.None):
		return nil, false
	}
	_, hasLength := r.info.Get("length")
	switch {
	case list.Kind() != bencode.None:
		for _, v := range list.Items() {
			if !v1.entry(v, folder) {
				return nil, false
			}
		}
	case r.version < 2 || hasLength:
		if !v1.single() {
			return nil, false
		}
	}
	files := v1
	if r.version == 2 {
		files = v2
	}
	switch {
	case len(files.list) == 0:
		return nil, r.content("info", r.info, "it has no files")
	case files.list[0].name == r.path(nil):
		return nil, r.content("info", r.info, rasterbarNoName)
	case r.version == 2 && len(v1.list) > 0 && !v2.agrees(v1):
		return nil, r.content("info", r.info, "the v1 and the v2 part do not lay out the same files at the same places")
	}
	return files, true
}

// pieces judges the hashes of pieces, and whether there is content.
func (r *rasterbar) pieces(files *rasterbarFiles) bool {
	want := (files.total + files.pieceLength - 1) / files.pieceLength
	pieces := find(r.info, "pieces", bencode.String)
	switch {
	case want > int64(r.m.pieces):
		return r.refuse("target-pieces", "info.pieces", r.info.Offset(), "%d pieces", want)
	case pieces.Kind() == bencode.None && r.version < 2:
		return r.content("info.pieces", r.info, "it has no hashes of pieces")
	case pieces.Kind() != bencode.None && int64(len(bytesOf(pieces))) != 20*want:
		return r.content("info.pieces", pieces, "%d bytes of hashes, where %d pieces want %d", len(bytesOf(pieces)), want, 20*want)
	case files.total == 0:
		return r.content("info", r.info, rasterbarEmpty)
	}
	return true
}

// layers judges the sizes of piece layers: what they hash to is found out later,
// when the torrent runs.
func (r *rasterbar) layers(layers bencode.Value, files *rasterbarFiles) bool {
	sizes := make(map[string]int64)
	for k, v := range layers.Entries() {
		root, layer := textOf(k), bytesOf(v)
		if len(root) != 32 || v.Kind() != bencode.String || len(layer)%32 != 0 {
			return r.content("piece layers", v, rasterbarLayers)
		}
		if _, seen := sizes[root]; !seen {
			sizes[root] = int64(len(layer))
		}
	}
	used := make(map[string]bool)
	for i := range files.list {
		f := &files.list[i]
		if f.size <= files.pieceLength {
			continue
		}
		used[f.root] = true
		if size, ok := sizes[f.root]; ok && size != 32*((f.size+files.pieceLength-1)/files.pieceLength) {
			return r.content("piece layers", layers, rasterbarLayers)
		}
	}
	for root := range sizes {
		if r.m.noStrayLayers && !used[root] {
			return r.content("piece layers", layers, "a piece layer belongs to no file that is longer than a piece")
		}
	}
	return true
}

// bytesOf is the content of a string, in the document's memory.
func bytesOf(v bencode.Value) []byte {
	b, _ := v.Bytes()
	return b
}

func textOf(v bencode.Value) string { return string(bytesOf(v)) }

// path hashes a path and one more name. Only whether paths are equal matters,
// and a folder's name may be that of many files.
func (r *rasterbar) path(above *uint64, names ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	if above != nil {
		maphash.WriteComparable(&h, *above)
	}
	for _, name := range names {
		h.WriteString(name)
	}
	return h.Sum64()
}

func marked(name string) bool { return strings.Contains(name, rasterbarMark) }

func attributes(v bencode.Value) (link, pad bool) {
	attr := bytesOf(find(v, "attr", bencode.String))
	return bytes.IndexByte(attr, 'l') >= 0, bytes.IndexByte(attr, 'p') >= 0
}
