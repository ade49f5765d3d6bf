package inspect

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// Torrents for tests are written down as dictionaries: the keys stand in the
// order that is given, so that unsorted and duplicate keys can be written too.
type (
	dict []any // key, value, key, value
	list []any
	raw  string
)

func encode(v any) []byte {
	switch v := v.(type) {
	case raw:
		return []byte(v)
	case string:
		return bencode.AppendString(nil, v)
	case int:
		return bencode.AppendInt(nil, int64(v))
	case int64: // of lengths that a system of 32 bits has no int for
		return bencode.AppendInt(nil, v)
	case list:
		var b bytes.Buffer
		b.WriteByte('l')
		for _, item := range v {
			b.Write(encode(item))
		}
		return append(b.Bytes(), 'e')
	case dict:
		var b bytes.Buffer
		b.WriteByte('d')
		for i := range v {
			b.Write(encode(v[i]))
		}
		return append(b.Bytes(), 'e')
	}
	panic(fmt.Sprintf("no bencode for %T", v))
}

// with returns the dictionary with other values, in the place where the key
// stood or else where it belongs; nil removes a key.
func (d dict) with(pairs ...any) dict {
	out := append(dict(nil), d...)
	for i := 0; i < len(pairs); i += 2 {
		out = out.set(pairs[i].(string), pairs[i+1])
	}
	return out
}

func (d dict) set(key string, v any) dict {
	at := 0
	for ; at < len(d) && d[at].(string) < key; at += 2 {
	}
	tail := d[at:]
	if len(tail) > 0 && tail[0] == key {
		tail = tail[2:]
	}
	out := append(dict(nil), d[:at]...)
	if v != nil {
		out = append(out, key, v)
	}
	return append(out, tail...)
}

const leaf = 16384

func sums(n int) string { return strings.Repeat("01234567890123456789", n) }

// single is the info of one file of 10 bytes.
func single() dict {
	return dict{"length", 10, "name", "film.mkv", "piece length", leaf, "pieces", sums(1)}
}

// file is an entry of info.files.
func file(length any, path ...any) dict { return dict{"length", length, "path", list(path)} }

// multi is the info of a folder of such files.
func multi(files ...dict) dict {
	total := 0
	entries := list{}
	for _, f := range files {
		total += f[slices.Index(f, "length")+1].(int)
		entries = append(entries, f)
	}
	return dict{"files", entries, "name", "album", "piece length", leaf, "pieces", sums((total + leaf - 1) / leaf)}
}

// hashOf is some hash of 32 bytes.
func hashOf(s string) string {
	h := sha256.Sum256([]byte(s))
	return string(h[:])
}

// leafFile is a file of the file tree.
func leafFile(length any, root string) dict {
	if root == "" {
		return dict{"", dict{"length", length}}
	}
	return dict{"", dict{"length", length, "pieces root", root}}
}

// v2 is an info with a file tree.
func v2(tree dict) dict {
	return dict{"file tree", tree, "meta version", 2, "name", "album", "piece length", leaf}
}

// twoPieces is a v2 torrent of one file of two pieces, whose layer and root are given.
func twoPieces(layer string) dict {
	root := sha256.Sum256([]byte(layer))
	return torrent(v2(dict{"film.mkv", leafFile(2*leaf, string(root[:]))})).with("piece layers", dict{string(root[:]), layer})
}

// hybrid is an info with both parts, of one file.
func hybrid() dict {
	return dict{"file tree", dict{"film.mkv", leafFile(10, hashOf("a"))}, "length", 10, "meta version", 2, "name", "film.mkv",
		"piece length", leaf, "pieces", sums(1)}
}

func torrent(info any) dict { return dict{"info", info} }

func announced(url string) dict { return torrent(single()).with("announce", url) }

const goodTracker = "https://tracker.example.org/announce"
