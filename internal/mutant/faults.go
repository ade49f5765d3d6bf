package mutant

import (
	"math/rand/v2"
	"strings"
)

type maker struct {
	rng  *rand.Rand
	root *node
}

// mutate makes one fault.
func (m *maker) mutate() {
	faults := []func(){m.retype, m.renumber, m.renumber, m.retext, m.retext, m.lie, m.twice, m.drop, m.swap, m.rekey, m.insert, m.insert,
		m.graft, m.deepen, m.file, m.file, m.file, m.pad, m.pad, m.leaf, m.leaf, m.allEmpty, m.hybridPart, m.layers}
	faults[m.rng.IntN(len(faults))]()
}

func one[T any](rng *rand.Rand, of ...T) T { return of[rng.IntN(len(of))] }

// nodes are all values and keys, those of info more often than the others.
func (m *maker) nodes(kinds string) []*node {
	from := m.root
	if info := m.root.get("info"); info != nil && m.rng.IntN(4) > 0 {
		from = info
	}
	var all []*node
	from.walk(func(n *node) {
		if strings.IndexByte(kinds, n.kind) >= 0 {
			all = append(all, n)
		}
	})
	return all
}

// some is one of them, or a new one where there is none.
func (m *maker) some(kinds string) *node {
	all := m.nodes(kinds)
	if len(all) == 0 {
		return list()
	}
	return all[m.rng.IntN(len(all))]
}

// value is any value.
func (m *maker) value() *node {
	return one(m.rng, list, func(...*node) *node { return dict() }, func(...*node) *node { return list(str("a")) }, func(...*node) *node { return list(number(1)) },
		func(...*node) *node { return dict("length", number(1)) }, func(...*node) *node { return str("") }, func(...*node) *node { return str(m.text()) },
		func(...*node) *node { return digits(m.digits()) }, func(...*node) *node { return dict("", dict("length", number(1))) })()
}

func (m *maker) digits() string {
	if m.rng.IntN(4) == 0 { // what is no number or an odd one
		return one(m.rng, "007", "00", "-0", "-01", "016384", "", "-", "+1", "1.5", "1e3", " 1", "0x10", strings.Repeat("9", 400))
	}
	return one(m.rng, "0", "1", "-1", "2", "3", "16384", "20000", "20001", "32768", "65536", "4294967298", "2147483648", "1073741824", "1073741823", "536870912",
		"1099511627776", "17592186044416", "17592186028032", "17592186028031", "281474976710655", "281474976710656", "9223372036854775807",
		"9223372036854775808", "-9223372036854775808", "18446744073709551617", "99999999999999999999", "123456789012345678901")
}

func (m *maker) text() string {
	return one(m.rng, "", ".", "..", "...", "a", "a.flac", "A.FLAC", "film.mkv", "/", "//", "a/b", "/a", "../../etc/passwd", `a\b`, `C:\x`, "nul\x00byte", "\x1b[31mred", "\r\n::error::x",
		"\xff\xfe", "caf\xe9", "\xfc\x80\x80\x80x", "\xf5\x80\x80\x80", "\xed\xa0\x80", "e\u0301", "\u00e9", "\u202egpj.exe", "\u200f", "con", "con.txt", "dot.", " ", "_", "_____padding_file_0_x", ".pad",
		"lx", "p", "l", "h", "0123456789abcdefghij", hash("x"), strings.Repeat("\x00", 32), strings.Repeat("n", 239)+".ext", strings.Repeat("n", 300), strings.Repeat("é", 130)+".flac",
		strings.Repeat("n", 5000), "http://x", "udp://tracker.example.org", "magnet:?xt=urn:btih:x")
}

// retype makes a value one of another type.
func (m *maker) retype() { *m.some("ilsd") = *m.value() }

func (m *maker) renumber() {
	if n := m.some("i"); n.kind == 'i' {
		n.text = m.digits()
	}
}

// retext changes a string: a value or a key.
func (m *maker) retext() {
	n := m.some("s")
	if n.kind != 's' {
		return
	}
	switch m.rng.IntN(5) {
	case 0:
		n.text = n.text[:len(n.text)/2]
	case 1:
		n.text += one(m.rng, "x", "/", " ", "\x00", n.text, strings.Repeat("0", 20), strings.Repeat("0", 32))
	case 2:
		n.text = strings.Repeat("\x00", len(n.text))
	default:
		n.text = m.text()
	}
}

// lie gives a string another length than it has, or one that is written otherwise.
func (m *maker) lie() {
	if n := m.some("s"); n.kind == 's' {
		*n = *bytesAsTheyAre(one(m.rng, "0", "00", "000000000000000000", "9", "1", "-", "+", "99999999999999999999999", " ") + string(n.encode(nil)))
	}
}

// place is a list or dictionary with something in it, where the second of a pair
// stands behind the first.
func (m *maker) place() (parent *node, at, step int) {
	var all []*node
	for _, n := range m.nodes("ld") {
		if len(n.items) > 1 {
			all = append(all, n)
		}
	}
	if len(all) == 0 {
		return nil, 0, 1
	}
	parent, step = all[m.rng.IntN(len(all))], 1
	if parent.kind == 'd' {
		step = 2
	}
	return parent, m.rng.IntN(len(parent.items)/step) * step, step
}

func (m *maker) twice() {
	p, at, step := m.place()
	if p == nil || at+step > len(p.items) {
		return
	}
	again := make([]*node, 0, 2)
	for _, n := range p.items[at : at+step] {
		again = append(again, n.clone())
	}
	if m.rng.IntN(2) == 0 {
		again[step-1] = m.value()
	}
	p.items = append(p.items[:at:at], append(again, p.items[at:]...)...)
}

func (m *maker) drop() {
	p, at, step := m.place()
	if p == nil || at+step > len(p.items) {
		return
	}
	if m.rng.IntN(20) == 0 {
		step = 1 // a key without a value
	}
	p.items = append(p.items[:at:at], p.items[at+step:]...)
}

// swap changes the order of neighbours.
func (m *maker) swap() {
	p, at, step := m.place()
	if p == nil || at+2*step > len(p.items) {
		return
	}
	for i := range step {
		p.items[at+i], p.items[at+step+i] = p.items[at+step+i], p.items[at+i]
	}
}

func (m *maker) key() string {
	return one(m.rng, "info", "announce", "announce-list", "url-list", "httpseeds", "nodes", "comment", "comment.utf-8", "created by", "creation date", "encoding", "piece layers",
		"name", "name.utf-8", "path", "path.utf-8", "length", "files", "attr", "symlink path", "file tree", "meta version", "piece length", "pieces", "pieces root", "private",
		"source", "collections", "similar", "ssl-cert", "magnet-uri", "mtime", "sha1", "x_client", "", "\x1b[0m")
}

func (m *maker) rekey() {
	if p, at, step := m.place(); p != nil && step == 2 {
		p.items[at].text = m.key()
	}
}

// insert adds a key, in its order or at the end.
func (m *maker) insert() {
	d := m.some("d")
	switch {
	case d.kind != 'd':
	case m.rng.IntN(4) > 0:
		d.put(m.key(), m.value())
	default:
		d.items = append(d.items, str(m.key()), m.value())
	}
}

// graft puts a part of one place into another.
func (m *maker) graft() {
	from := m.some("ilsd").clone()
	*m.some("ilsd") = *from
}

// deepen nests a value.
func (m *maker) deepen() {
	n := m.some("ilsd")
	inner := n.clone()
	for range one(m.rng, 1, 2, 50, 64, 95, 96, 97, 98, 99, 100, 101, 200) {
		if m.rng.IntN(2) == 0 {
			inner = list(inner)
		} else {
			inner = dict("d", inner)
		}
	}
	*n = *inner
}

// around adds bytes in front or behind, or cuts some off.
func (m *maker) around(doc []byte) []byte {
	switch m.rng.IntN(30) {
	case 0:
		return append([]byte(one(m.rng, "\n", "\r\n", "\xef\xbb\xbf", " ", "x", "0:")), doc...)
	case 1:
		return append(doc, one(m.rng, "\n", "\r\n", "\x00", "e", "d", "xyz", string(doc))...)
	case 2:
		return doc[:m.rng.IntN(len(doc)+1)]
	}
	return doc
}
