package metainfo

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// The tests write documents by hand, key by key in the order given, so that a
// test says exactly what stands where. Nothing here uses the package's own
// encoding.
type (
	dict []any  // key, value, key, value, ...
	list []any  // values
	raw  string // bencode as it is
	seq  []any  // values without brackets
	here struct{ value any }
)

// builder writes bencode and remembers where the marked value starts.
type builder struct {
	b    strings.Builder
	mark int
}

// build returns the document and the offset of what is wrapped in here, or -1.
func build(v any) ([]byte, int) {
	w := builder{mark: -1}
	w.write(v)
	return []byte(w.b.String()), w.mark
}

func (w *builder) write(v any) {
	switch v := v.(type) {
	case here:
		w.mark = w.b.Len()
		w.write(v.value)
	case dict:
		w.b.WriteByte('d')
		for _, part := range v {
			w.write(part)
		}
		w.b.WriteByte('e')
	case list:
		w.b.WriteByte('l')
		for _, part := range v {
			w.write(part)
		}
		w.b.WriteByte('e')
	case raw:
		w.b.WriteString(string(v))
	case seq:
		for _, part := range v {
			w.write(part)
		}
	case string:
		fmt.Fprintf(&w.b, "%d:%s", len(v), v)
	case int, int64:
		fmt.Fprintf(&w.b, "i%de", v)
	default:
		panic(fmt.Sprintf("the tests cannot write a %T", v))
	}
}

// key is the name of the i-th key, also where it is marked.
func (d dict) key(i int) string {
	if h, ok := d[i].(here); ok {
		return h.value.(string)
	}
	return d[i].(string)
}

// with returns d with one key changed, or put where it sorts.
func (d dict) with(key string, value any) dict {
	d = slices.Clone(d)
	for i := 0; i < len(d); i += 2 {
		switch k := d.key(i); {
		case k == key:
			d[i+1] = value
			return d
		case k > key:
			return slices.Insert(d, i, any(key), value)
		}
	}
	return append(d, key, value)
}

// without returns d with one key taken out.
func (d dict) without(key string) dict {
	for i := 0; i < len(d); i += 2 {
		if d.key(i) == key {
			return slices.Delete(slices.Clone(d), i, i+2)
		}
	}
	panic("no key " + key)
}

const leaf = 16384

// sums is n made-up SHA-1 hashes.
func sums(n int) string { return strings.Repeat("0123456789abcdefghij", n) }

// hash32 is a made-up SHA-256.
func hash32(c string) string { return strings.Repeat(c, 32) }

// tree is the root over nodes of a level, padded with the hash of empty
// subtrees: BEP 52 once more, straight from its text.
func tree(level int, nodes ...string) string {
	pad := hash32("\x00")
	for range level {
		pad = sha(pad + pad)
	}
	for ; len(nodes) > 1; pad = sha(pad + pad) {
		if len(nodes)%2 == 1 {
			nodes = append(nodes, pad)
		}
		var above []string
		for i := 0; i < len(nodes); i += 2 {
			above = append(above, sha(nodes[i]+nodes[i+1]))
		}
		nodes = above
	}
	return nodes[0]
}

func sha(s string) string {
	h := sha256.Sum256([]byte(s))
	return string(h[:])
}

// torrent is a document with this info.
func torrent(info any) dict { return dict{"info", info} }

// single is the info of one v1 file of 10 bytes.
func single() dict {
	return dict{"length", 10, "name", "n", "piece length", leaf, "pieces", sums(1)}
}

// many is the info of v1 files; the pieces fit the lengths given beside.
func many(pieces int, files ...any) dict {
	return dict{"files", list(files), "name", "n", "piece length", leaf, "pieces", sums(pieces)}
}

func file(length any, path ...any) dict { return dict{"length", length, "path", list(path)} }

func pad(length int) dict {
	return dict{"attr", "p", "length", length, "path", list{".pad", fmt.Sprint(length)}}
}

// v2 is the info of a v2 torrent with this file tree.
func v2(tree any) dict {
	return dict{"file tree", tree, "meta version", 2, "name", "n", "piece length", leaf}
}

// small is a file of a tree that fits into a piece, large one of two pieces.
func small(length int) dict {
	return dict{"", dict{"length", length, "pieces root", hash32("r")}}
}

func large(root string) dict {
	return dict{"", dict{"length", leaf + 1, "pieces root", root}}
}

// twoPieces is a piece layer of two pieces of 16 KiB, and its root.
func twoPieces() (root, layer string) {
	return tree(0, hash32("a"), hash32("b")), hash32("a") + hash32("b")
}

// hybrid is the info of a hybrid of two small files.
func hybrid() dict {
	return dict{
		"file tree", dict{"a", small(10), "b", small(20)},
		"files", list{file(10, "a"), pad(leaf - 10), file(20, "b")},
		"meta version", 2, "name", "n", "piece length", leaf, "pieces", sums(2),
	}
}
