package mutant

import (
	"strconv"
	"strings"
)

// files are the entries of info.files.
func (m *maker) files() *node {
	if l := m.root.get("info").get("files"); l != nil && l.kind == 'l' {
		return l
	}
	return list()
}

// file changes a file of the list.
func (m *maker) file() {
	files := m.files()
	if len(files.items) == 0 {
		return
	}
	at := m.rng.IntN(len(files.items))
	f := files.items[at]
	if f.kind != 'd' {
		return
	}
	switch m.rng.IntN(9) {
	case 0:
		f.put("attr", str(one(m.rng, "l", "p", "x", "h", "lp", "", "L", "z")))
	case 1:
		f.put("path", one(m.rng, list(), list(str("")), list(str(m.text())), list(str("."), str(m.text())), list(str("cover")), list(str("a.flac"), str("x")), list(str(m.text()), str(m.text()))))
	case 2:
		f.put("path.utf-8", one(m.rng, list(), list(str(m.text())), str(m.text()), list(number(1)), list(str("a"), list())))
	case 3:
		f.put("length", digits(m.digits()))
	case 4:
		link(f, one(m.rng, "a.flac", "..", "nowhere", "latest", "cover", ""))
	case 5:
		files.items = append(files.items, f.clone())
	case 6:
		other := m.rng.IntN(len(files.items))
		files.items[at], files.items[other] = files.items[other], f
	case 7:
		files.items = append(files.items[:at:at], files.items[at+1:]...)
	case 8:
		if path := f.get("path"); path != nil && len(path.items) > 0 {
			path.items[len(path.items)-1].text += one(m.rng, "/", `\`, "\x00", "\u200e", " ", ".", "x")
		}
	}
}

// pad adds padding, or changes what is there.
func (m *maker) pad() {
	files := m.files()
	n := one[int64](m.rng, 0, 1, 50, piece, 2*piece, 12768, 16284, 16334, 1<<40)
	p := attr(entry(n, ".pad", strconv.FormatInt(n, 10)), "p")
	switch m.rng.IntN(6) {
	case 0: // BitComet's
		p = entry(n, "_____padding_file_0_in the way_____")
	case 1: // without a name
		p = attr(dict("length", number(n)), "p")
	}
	at := m.rng.IntN(len(files.items) + 1)
	var pads []int
	for i, f := range files.items {
		if a := f.get("attr"); a != nil && strings.Contains(a.text, "p") {
			pads = append(pads, i)
		}
	}
	if len(pads) > 0 && m.rng.IntN(3) > 0 {
		at = pads[m.rng.IntN(len(pads))]
	}
	switch m.rng.IntN(5) {
	case 0, 1:
		files.items = append(files.items[:at:at], append([]*node{p}, files.items[at:]...)...)
	case 2:
		if at < len(files.items) {
			files.items[at] = p
		}
	case 3:
		if at < len(files.items) {
			files.items = append(files.items[:at:at], files.items[at+1:]...)
		}
	case 4: // split into two
		if at < len(files.items) && files.items[at].get("length") != nil {
			if whole, _ := strconv.Atoi(files.items[at].get("length").text); whole > 1 {
				files.items[at].put("length", number(int64(whole-1)))
				files.items = append(files.items[:at+1:at+1], append([]*node{attr(entry(1, ".pad", "1"), "p")}, files.items[at+1:]...)...)
			}
		}
	}
}

// leaf changes something in the file tree.
func (m *maker) leaf() {
	t := m.root.get("info").get("file tree")
	if t == nil {
		return
	}
	var folders []*node
	t.walk(func(n *node) {
		if n.kind == 'd' && len(n.items) > 0 {
			folders = append(folders, n)
		}
	})
	if len(folders) == 0 {
		return
	}
	f := folders[m.rng.IntN(len(folders))]
	switch m.rng.IntN(7) {
	case 0:
		f.put("length", digits(m.digits()))
	case 1:
		f.put("pieces root", one(m.rng, str(""), str(strings.Repeat("\x00", 32)), str(hash("y")), str(hash("y")+"x"), number(3), str(hash("y")[:31])))
	case 2:
		f.put("attr", str(one(m.rng, "l", "p", "x", "lp")))
	case 3:
		f.put(m.text(), one(m.rng, leaf(10, hash("new")), leaf(0, ""), dict(), dict("", dict()), leaf(0, hash("empty")), leafLink("a.flac"), dict("", str("x"))))
	case 4:
		f.put("", m.value())
	case 5:
		f.items[0].text = m.text()
	case 6:
		f.items = nil
	}
}

// allEmpty takes all content away.
func (m *maker) allEmpty() {
	m.root.walk(func(n *node) {
		if l := n.get("length"); l != nil && l.kind == 'i' {
			l.text = "0"
		}
	})
}

// hybridPart adds or takes one of the two parts.
func (m *maker) hybridPart() {
	info := m.root.get("info")
	if info == nil || info.kind != 'd' {
		return
	}
	t, layers := tree()
	switch m.rng.IntN(6) {
	case 0:
		info.put("file tree", t)
		info.put("meta version", digits(one(m.rng, "2", "1", "3", "0", "-2", "4294967298")))
		m.root.put("piece layers", layers)
	case 1:
		info.put("length", number(20000))
	case 2:
		info.put("files", one(m.rng, list(), list(entry(20000, "a.flac")), str("x")))
	case 3:
		info.put("pieces", one(m.rng, str(""), pieces(1), pieces(2), pieces(4), str("short"), number(1)))
	case 4:
		info.put("meta version", one(m.rng, digits(m.digits()), str("2"), number(2), number(1)))
	case 5:
		info.put("name.utf-8", one(m.rng, str(m.text()), number(1)))
	}
}

// layers changes the piece layers.
func (m *maker) layers() {
	l := m.root.get("piece layers")
	if l == nil || l.kind != 'd' {
		m.root.put("piece layers", m.value())
		return
	}
	switch m.rng.IntN(4) {
	case 0:
		l.put(one(m.rng, hash("stray"), "short", "", hash("stray")+"x"), one(m.rng, str(hash("1")), str(""), str("short"), list(), number(1)))
	case 1:
		if len(l.items) == 2 {
			l.items[1] = one(m.rng, str(""), str(hash("1")), str(hash("1")+hash("2")), str(hash("1")+hash("2")+hash("3")), str("short"), list())
		}
	case 2:
		l.items = nil
	case 3:
		*l = *m.value()
	}
}

// refit gives the torrent as many hashes of pieces as its content wants, where
// that can be told: a fault that was made is not hidden behind this one.
func (m *maker) refit() {
	info := m.root.get("info")
	length, hashes := info.get("piece length"), info.get("pieces")
	if length == nil || hashes == nil {
		return
	}
	size, _ := strconv.ParseInt(length.text, 10, 64)
	var total int64
	count := func(n *node) {
		if l := n.get("length"); l != nil {
			v, _ := strconv.ParseInt(l.text, 10, 64)
			if a := n.get("attr"); v > 0 && (a == nil || !strings.Contains(a.text, "l")) {
				total += v
			}
		}
	}
	if files := info.get("files"); files != nil {
		for _, f := range files.items {
			count(f)
		}
	} else {
		count(info)
	}
	if size > 0 && total >= 0 && total/size < 1000 { // a sum may run over
		*hashes = *pieces(int(total/size + min(total%size, 1)))
	}
}
