// Package mutant makes torrents that are wrong in their structure: types that
// are swapped, keys that stand twice, trees that are broken, lengths that are out
// of this world. A fuzzer of bytes finds few of them, as most of what it makes is
// no bencode.
//
// It is for tests only. The same seed makes the same torrent.
package mutant

import (
	"math/rand/v2"
	"strconv"
)

// Make returns a torrent with one to three faults. Some are none: what comes of
// them is another good torrent.
func Make(seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 0))
	m := &maker{rng: rng, root: base(rng)}
	for range 1 + rng.IntN(3) {
		m.mutate()
	}
	if rng.IntN(2) == 0 {
		m.refit()
	}
	return m.around(m.root.encode(nil))
}

// node is a value of bencode that may break its rules.
type node struct {
	kind  byte    // 'i', 's', 'l', 'd', or 'r' for raw bytes
	text  string  // digits, content or bytes
	items []*node // of a dictionary keys and values by turns
}

func str(s string) *node            { return &node{kind: 's', text: s} }
func number(n int64) *node          { return &node{kind: 'i', text: strconv.FormatInt(n, 10)} }
func digits(s string) *node         { return &node{kind: 'i', text: s} }
func bytesAsTheyAre(s string) *node { return &node{kind: 'r', text: s} }
func list(items ...*node) *node     { return &node{kind: 'l', items: items} }
func dict(items ...any) *node {
	d := &node{kind: 'd'}
	for i, item := range items {
		if i%2 == 0 {
			d.items = append(d.items, str(item.(string)))
		} else {
			d.items = append(d.items, item.(*node))
		}
	}
	return d
}

func (n *node) encode(b []byte) []byte {
	switch n.kind {
	case 'i':
		return append(append(append(b, 'i'), n.text...), 'e')
	case 's':
		return append(append(strconv.AppendInt(b, int64(len(n.text)), 10), ':'), n.text...)
	case 'r':
		return append(b, n.text...)
	}
	b = append(b, n.kind)
	for _, item := range n.items {
		b = item.encode(b)
	}
	return append(b, 'e')
}

// get returns the value of a key, nil where there is none.
func (n *node) get(key string) *node {
	if n == nil || n.kind != 'd' {
		return nil
	}
	for i := 0; i+1 < len(n.items); i += 2 {
		if n.items[i].text == key {
			return n.items[i+1]
		}
	}
	return nil
}

// put sets a key, where it stands or in front of the first that sorts behind it.
func (n *node) put(key string, v *node) {
	at := len(n.items)
	for i := 0; i+1 < len(n.items); i += 2 {
		if n.items[i].text == key {
			n.items[i+1] = v
			return
		}
		if n.items[i].text > key {
			at = i
			break
		}
	}
	n.items = append(n.items[:at:at], append([]*node{str(key), v}, n.items[at:]...)...)
}

func (n *node) clone() *node {
	c := *n
	c.items = make([]*node, len(n.items))
	for i, item := range n.items {
		c.items[i] = item.clone()
	}
	return &c
}

// walk calls f with n and all that is in it.
func (n *node) walk(f func(*node)) {
	f(n)
	for _, item := range n.items {
		item.walk(f)
	}
}
