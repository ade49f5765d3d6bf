package mutant

import (
	"crypto/sha256"
	"math/rand/v2"
	"strings"
)

const piece = 16384

// Files of two pieces have a layer whose root is one hash.
func layer(name string) (layer, root string) {
	layer = hash(name+"0") + hash(name+"1")
	return layer, hash(layer)
}

func hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return string(h[:])
}

func pieces(n int) *node { return str(strings.Repeat("0123456789abcdefghij", n)) }

// entry is a file of a list.
func entry(length int64, path ...string) *node {
	names := list()
	for _, p := range path {
		names.items = append(names.items, str(p))
	}
	return dict("length", number(length), "path", names)
}

func attr(e *node, a string) *node {
	e.put("attr", str(a))
	return e
}

func link(e *node, target ...string) *node {
	e.put("attr", str("l"))
	names := list()
	for _, p := range target {
		names.items = append(names.items, str(p))
	}
	e.put("symlink path", names)
	return e
}

// leaf is a file of a tree.
func leaf(length int64, root string) *node {
	file := dict("length", number(length))
	if root != "" {
		file.put("pieces root", str(root))
	}
	return dict("", file)
}

func leafLink(target ...string) *node {
	return dict("", link(dict(), target...))
}

// base returns a torrent that is good.
func base(rng *rand.Rand) *node {
	bases := []func() *node{single, folder, padded, linked, outer, v2Single, v2Folder, hybridSingle,
		func() *node { return hybridFolder(false) }, func() *node { return hybridFolder(true) }, magnetOnly}
	return bases[rng.IntN(len(bases))]()
}

func single() *node {
	return dict("announce", str("https://tracker.example.org/announce"),
		"info", dict("length", number(20000), "name", str("film.mkv"), "piece length", number(piece), "pieces", pieces(2)))
}

func v1(name string, n int, files ...*node) *node {
	return dict("info", dict("files", list(files...), "name", str(name), "piece length", number(piece), "pieces", pieces(n)))
}

func folder() *node {
	return v1("album", 3, entry(20000, "a.flac"), entry(0, "cover", "empty"), attr(entry(100, "cover", "front.jpg"), "x"), entry(20000, "z.flac"))
}

func padded() *node {
	return v1("album", 3, entry(20000, "a.flac"), attr(entry(12768, ".pad", "12768"), "p"), entry(5, "b"))
}

func linked() *node {
	return v1("album", 2, entry(20000, "a.flac"), link(entry(0, "latest"), "a.flac"), link(entry(0, "sub", "here"), "sub"))
}

func outer() *node {
	t := folder()
	for key, v := range map[string]*node{
		"announce-list": list(list(str("udp://tracker.example.org:6969/announce")), list(str("https://other.example.org/announce"))),
		"comment":       str("a comment"), "created by": str("somebody"), "creation date": number(1700000000), "encoding": str("UTF-8"),
		"nodes": list(list(str("router.example.org"), number(6881))), "url-list": list(str("https://seed.example.org/")), "httpseeds": list(str("https://old.example.org/seed")),
	} {
		t.put(key, v)
	}
	info := t.get("info")
	info.put("private", number(1))
	info.put("source", str("SRC"))
	info.put("collections", list(str("c")))
	return t
}

func v2(name string, tree *node) *node {
	return dict("file tree", tree, "meta version", number(2), "name", str(name), "piece length", number(piece))
}

func v2Single() *node {
	layer, root := layer("film")
	return dict("info", v2("film.mkv", dict("film.mkv", leaf(20000, root))), "piece layers", dict(root, str(layer)))
}

func tree() (t *node, layers *node) {
	layer, root := layer("a")
	t = dict("a.flac", leaf(20000, root), "cover", dict("empty", leaf(0, ""), "front.jpg", leaf(100, hash("front"))), "z.flac", leaf(50, hash("z")))
	return t, dict(root, str(layer))
}

func v2Folder() *node {
	t, layers := tree()
	t.put("latest", leafLink("a.flac"))
	return dict("info", v2("album", t), "piece layers", layers)
}

func hybridSingle() *node {
	t := v2Single()
	t.get("info").put("length", number(20000))
	t.get("info").put("pieces", pieces(2))
	return t
}

// hybridFolder is a hybrid, whose last file is padded too where tail is set: as
// libtorrent makes it.
func hybridFolder(tail bool) *node {
	t, layers := tree()
	files := list(entry(20000, "a.flac"), attr(entry(12768, ".pad", "12768"), "p"), entry(0, "cover", "empty"), entry(100, "cover", "front.jpg"),
		attr(entry(16284, ".pad", "16284"), "p"), entry(50, "z.flac"))
	if tail {
		files.items = append(files.items, attr(entry(16334, ".pad", "16334"), "p"))
	}
	info := v2("album", t)
	info.put("files", files)
	info.put("pieces", pieces(4))
	return dict("info", info, "piece layers", layers)
}

func magnetOnly() *node {
	return dict("magnet-uri", str("magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567"))
}
