package inspect

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/metainfo"
)

// KeyUse tells how torrents use a key.
type KeyUse struct {
	// Key is a place like info.files[].length. Names of files in a file tree, and the
	// roots of piece layers, are * together.
	Key      string
	Torrents int      // that have it
	Values   int64    // in all of them
	Examples []string // at most three texts or numbers that differ, as they stand there
}

// KeyCounts counts the keys that stand in torrents. The zero value has seen none.
type KeyCounts struct {
	// Omitted counts the values of keys beyond the 20,000 that are told apart.
	Omitted int64

	root     keyNode
	keys     int
	torrents int
}

// keyNode is a place in the documents.
type keyNode struct {
	use     KeyUse
	seenIn  int                 // number of the last torrent that has it
	entries map[string]*keyNode // of a dictionary
	item    *keyNode            // of a list
}

// What is remembered of keys, which are strangers'.
const (
	maxKeys     = 20000
	maxKeyBytes = 200
	maxExamples = 3
	maxExample  = 100 // bytes
)

// Add counts the keys of a torrent. It is not kept.
func (c *KeyCounts) Add(t *metainfo.Torrent) {
	c.torrents++
	front, behind := t.Around()
	c.walk(&c.root, bencode.ViewIn(t.Raw(), front, len(t.Raw())-behind))
}

func (c *KeyCounts) walk(n *keyNode, v bencode.Value) {
	switch v.Kind() {
	case bencode.Dict:
		for k, value := range v.Entries() {
			key, _ := k.Bytes()
			c.enter(n, string(key), value)
		}
	case bencode.List:
		if n.item == nil {
			n.item = &keyNode{use: KeyUse{Key: n.use.Key + "[]"}}
		}
		for _, value := range v.Items() {
			c.walk(n.item, value)
		}
	case bencode.String, bencode.Integer:
		n.use.example(v)
	}
}

// enter counts an entry of a dictionary, and what is in it.
func (c *KeyCounts) enter(n *keyNode, key string, v bencode.Value) {
	if named(n.use.Key) && key != "" || len(key) > maxKeyBytes {
		key = "*"
	}
	next := n.entries[key]
	if next == nil {
		if c.keys++; c.keys > maxKeys {
			c.Omitted++
			return
		}
		next = &keyNode{use: KeyUse{Key: joinAny(n.use.Key, key)}}
		if n.entries == nil {
			n.entries = make(map[string]*keyNode)
		}
		n.entries[key] = next
	}
	next.use.Values++
	if next.seenIn != c.torrents {
		next.seenIn = c.torrents
		next.use.Torrents++
	}
	c.walk(next, v)
}

// joinAny is the key of an entry, where * stands for any name.
func joinAny(parent, key string) string {
	if key == "*" {
		return strings.TrimPrefix(parent+".*", ".")
	}
	return bencode.JoinKey(parent, key)
}

// named tells whether the keys of a dictionary are names of files, or roots.
func named(key string) bool {
	return key == "piece layers" || key == "info.file tree" || strings.HasPrefix(key, "info.file tree.") && strings.HasSuffix(key, ".*")
}

// example keeps a text or a number that is not known yet. Hashes are no text.
func (u *KeyUse) example(v bencode.Value) {
	if len(u.Examples) == maxExamples {
		return
	}
	text, ok := Text(v.Raw())
	if !ok || len(text) > maxExample || !utf8.ValidString(text) || slices.Contains(u.Examples, text) {
		return
	}
	u.Examples = append(u.Examples, strings.Clone(text))
}

// Uses returns the keys, those of most torrents first.
func (c *KeyCounts) Uses() []KeyUse {
	var all []KeyUse
	var collect func(n *keyNode)
	collect = func(n *keyNode) {
		if n.use.Torrents > 0 {
			use := n.use
			for item := n.item; item != nil; item = item.item {
				use.Examples = append(slices.Clone(use.Examples), item.use.Examples...)
			}
			all = append(all, use)
		}
		if n.item != nil {
			collect(n.item)
		}
		for _, next := range n.entries {
			collect(next)
		}
	}
	collect(&c.root)
	sort.Slice(all, func(i, j int) bool {
		return cmp.Or(all[j].Torrents-all[i].Torrents, strings.Compare(all[i].Key, all[j].Key)) < 0
	})
	return all
}
