package inspect

import (
	"math"
	"strings"
)

// judged is a pair of torrents for one rule.
type judged struct {
	rule     string
	accepted any
	refused  any
	target   Target
	large    bool // made anew in each test, and not committed
}

// judgements has a pair for each rule.
func judgements() []judged {
	all := append(encodingCases(), structureCases()...)
	all = append(all, v2Cases()...)
	all = append(all, nameCases()...)
	all = append(all, trackerCases()...)
	all = append(all, targetCases()...)
	episode := func(names ...string) dict {
		var files []dict
		for _, name := range names {
			files = append(files, file(1, name))
		}
		return torrent(multi(files...))
	}
	return append(all, pair("season-gap", episode("a.S01E02.mkv", "a.S01E03.mkv", "a.S01E04.mkv"), episode("a.S01E02.mkv", "a.S01E04.mkv")))
}

func pair(rule string, accepted, refused any) judged {
	return judged{rule: rule, accepted: accepted, refused: refused}
}

func encodingCases() []judged {
	good := torrent(single())
	return []judged{
		pair("bencode", good, raw("d4:infod6:lengthi10e4:name99:short")),
		pair("trailing-data", good, raw(string(encode(good))+"\n")),
		pair("leading-data", good, raw("\n"+string(encode(good)))),
		pair("bad-integer", good.with("x", 5), good.with("x", raw("i1.5e"))),
		pair("bad-key", good, append(good, 5, 5)),
		pair("unsorted-keys", torrent(single().with("source", "x")), torrent(append(dict{"source", "x"}, single()...))),
		pair("duplicate-key", good, torrent(append(single(), "pieces", sums(1)))),
		pair("duplicate-info", good, append(torrent(single()), "info", single())),
		pair("leading-zero", good, torrent(single().with("length", raw("i010e")))),
		pair("negative-zero", torrent(single().with("private", 0)), torrent(single().with("private", raw("i-0e")))),
		pair("big-integer", good.with("x", 5), good.with("x", raw("i18446744073709551616e"))),
		pair("not-utf8", torrent(single().with("name", "ä")), torrent(single().with("name", "\xe4"))),
		pair("mistyped", good.with("comment", "5"), good.with("comment", 5)),
		pair("misplaced-key", torrent(single().with("private", 0)), torrent(single()).with("private", 1)),
		pair("encoding", good.with("encoding", "UTF-8"), good.with("encoding", "GBK")),
	}
}

func structureCases() []judged {
	good := torrent(single())
	pad := func(n any) dict { return dict{"attr", "p", "length", n, "path", list{".pad", "1"}} }
	padded := func(files ...dict) dict { return torrent(multi(files...)) }
	return []judged{
		pair("not-a-torrent", good, list{good}),
		pair("no-info", good, dict{"announce", goodTracker}),
		pair("no-pieces", good, torrent(single().with("pieces", nil))),
		pair("piece-length", good, torrent(single().with("piece length", 0))),
		pair("odd-piece-length", good, torrent(single().with("piece length", 20000))),
		pair("pieces", good, torrent(single().with("pieces", sums(2)))),
		pair("files", good, torrent(single().with("length", nil))),
		pair("length", good, torrent(single().with("length", -1))),
		pair("layout", good, torrent(multi(file(10, "a")).with("files", list{file(int64(math.MaxInt64), "a"), file(10, "b")}))),
		pair("no-content", good, torrent(single().with("length", 0, "pieces", ""))),
		pair("creation-date", good.with("creation date", 1700000000), good.with("creation date", "today")),
		pair("date-future", good.with("creation date", 1700000000), good.with("creation date", int64(4000000000))),
		pair("pad-file", padded(file(10, "a"), pad(leaf-10), file(10, "b")), torrent(multi(file(10, "a")).with("files", list{file(10, "a"), pad(int64(1 << 40))}))),
		pair("tail-padding", padded(file(10, "a"), pad(leaf-10), file(10, "b")), padded(file(10, "a"), pad(leaf-10))),
		pair("stray-padding", padded(file(10, "a"), pad(leaf-10), file(10, "b")), padded(file(10, "a"), pad(5), file(10, "b"))),
		pair("link-target",
			torrent(multi(file(10, "a")).with("files", list{file(10, "a"), dict{"attr", "l", "length", 0, "path", list{"b"}, "symlink path", list{"a"}}})),
			torrent(multi(file(10, "a")).with("files", list{file(10, "a"), dict{"attr", "l", "length", 0, "path", list{"b"}}}))),
		pair("link-circle", linked(link("b", "a")), linked(link("b", "c"), link("c", "b"))),
		pair("link-length", linked(link("b", "a")), linked(link("b", "a").with("length", 5))),
	}
}

// linked is a torrent of a file and links.
func linked(links ...dict) dict {
	files := list{file(10, "a")}
	for _, l := range links {
		files = append(files, l)
	}
	return torrent(multi(file(10, "a")).with("files", files))
}

// link is a symbolic link.
func link(name, target string) dict {
	return dict{"attr", "l", "length", 0, "path", list{name}, "symlink path", list{target}}
}

// hybridOfTwo is a hybrid of two files with so much padding between them.
func hybridOfTwo(pad int) dict {
	files := list{file(10, "a"), dict{"attr", "p", "length", pad, "path", list{".pad", "1"}}, file(10, "b")}
	return dict{"file tree", dict{"a", leafFile(10, hashOf("a")), "b", leafFile(10, hashOf("b"))}, "files", files,
		"meta version", 2, "name", "album", "piece length", leaf, "pieces", sums((20 + pad + leaf - 1) / leaf)}
}

func v2Cases() []judged {
	good := torrent(v2(dict{"a", leafFile(10, hashOf("a"))}))
	layer := hashOf("1") + hashOf("2")
	return []judged{
		pair("meta-version", good, torrent(v2(dict{"a", leafFile(10, hashOf("a"))}).with("meta version", 3))),
		pair("meta-version-ignored", torrent(hybrid()), torrent(hybrid().with("meta version", 3))),
		pair("file-tree", good, torrent(v2(dict{"a", 5}))),
		pair("pieces-root", good, torrent(v2(dict{"a", leafFile(10, "short")}))),
		pair("empty-pieces-root", torrent(v2(dict{"a", leafFile(10, hashOf("a")), "b", leafFile(0, "")})),
			torrent(v2(dict{"a", leafFile(10, hashOf("a")), "b", leafFile(0, hashOf("b"))}))),
		pair("piece-layers", twoPieces(layer), torrent(v2(dict{"a", leafFile(2*leaf, hashOf("a"))})).with("piece layers", dict{hashOf("a"), layer})),
		pair("no-piece-layer", twoPieces(layer), twoPieces(layer).with("piece layers", dict{})),
		pair("stray-piece-layer", twoPieces(layer), good.with("piece layers", dict{hashOf("b"), layer})),
		pair("hybrid-disagrees", torrent(hybridOfTwo(leaf-10)), torrent(hybridOfTwo(5))),
	}
}

func nameCases() []judged {
	named := func(names ...string) dict {
		files := []dict{}
		for _, n := range names {
			var path []any
			for part := range strings.SplitSeq(n, "/") {
				path = append(path, part)
			}
			files = append(files, file(10, path...))
		}
		return torrent(multi(files...))
	}
	good := named("a/b.txt")
	return []judged{
		pair("bad-name", good, torrent(single().with("name", nil))),
		pair("bad-path", good, torrent(multi(file(10)))),
		pair("path-escapes", named("a/b"), named("a/../../b")),
		pair("path-length", good, torrent(wideTree())),
		pair("duplicate-path", named("a/b", "a/c"), named("a/b", "a/b")),
		pair("name-collision", named("A/b", "C/d", "é", "ö"), named("A/b", "a/b", "é", "e\u0301")),
		pair("not-nfc", named("é"), named("e\u0301")),
		pair("reserved-name", named("console.txt", "a.b", "Com10"), named("con.txt")),
		pair("control-character", named("a b", "👩‍👩‍👧‍👦"), named("a\x1b[2Jb")),
		pair("bidi-character", named("שלום.mkv"), named("film\u202egpj.exe")),
		pair("long-name", named(strings.Repeat("n", 200)), named(strings.Repeat("n", 256))),
		pair("long-path", named(strings.Repeat("folder/", 30)+"x"), named(strings.Repeat("folder/", 40)+"x")),
	}
}

// wideTree is an info whose paths are thousands of times larger than itself.
func wideTree() dict {
	tree := dict{}
	for i := range 1200 {
		tree = append(tree, string([]byte{'a' + byte(i/26/26), 'a' + byte(i/26%26), 'a' + byte(i%26)}), leafFile(0, ""))
	}
	return v2(dict{strings.Repeat("long", 2000), tree})
}

func trackerCases() []judged {
	good := announced(goodTracker)
	tiers := func(urls ...string) dict {
		l := list{}
		for _, u := range urls {
			l = append(l, list{u})
		}
		return torrent(single()).with("announce", urls[0], "announce-list", l)
	}
	private := single().with("private", 1)
	return []judged{
		pair("tracker-url", good, announced("https:// tracker.example.org/announce")),
		pair("tracker-scheme", announced("wss://tracker.example.org"), announced("ftp://tracker.example.org/announce")),
		pair("tracker-port", announced("udp://tracker.example.org:6969"), announced("udp://tracker.example.org")),
		pair("tracker-loopback", good, announced("http://127.0.0.1:6969/announce")),
		pair("tracker-private-address", announced("http://203.0.113.5/announce"), announced("http://192.168.1.5/announce")),
		pair("tracker-duplicate", tiers(goodTracker, "udp://t.example.org:1"), tiers(goodTracker, goodTracker)),
		pair("announce-not-in-list", tiers(goodTracker), tiers(goodTracker).with("announce", "udp://t.example.org:1")),
		pair("empty-tier", tiers(goodTracker), tiers(goodTracker).with("announce-list", list{list{goodTracker}, list{}})),
		pair("private-nodes", torrent(private).with("announce", goodTracker),
			torrent(private).with("announce", goodTracker, "nodes", list{list{"dht.example.org", 6881}})),
		pair("private-trackers", torrent(private).with("announce", goodTracker),
			torrent(private).with("announce", goodTracker, "announce-list", list{list{goodTracker}, list{"udp://t.example.org:1"}})),
		pair("private-no-tracker", torrent(private).with("announce", goodTracker), torrent(private)),
		pair("passkey", torrent(private).with("announce", "https://tracker.example.org/announce?passkey=0123456789abcdef"),
			announced("https://tracker.example.org/0123456789abcdef0123456789abcdef/announce")),
		pair("web-seed-url", torrent(single()).with("url-list", "https://cdn.example.org/film.mkv"), torrent(single()).with("url-list", "cdn/film.mkv")),
		pair("web-seed-slash", torrent(multi(file(10, "a"))).with("url-list", "https://cdn.example.org/"),
			torrent(multi(file(10, "a"))).with("url-list", list{"https://cdn.example.org"})),
	}
}

func targetCases() []judged {
	good := announced(goodTracker)
	noise := func(n int) dict { return good.with("x", list{raw(strings.Repeat("le", n))}) }
	return []judged{
		{"target-size", good, good.with("comment", strings.Repeat("x", 10_000_000)), Libtorrent, true},
		{"target-tokens", noise(1_400_000), noise(1_600_000), Libtorrent, true},
		{"target-pieces", torrent(v2(dict{"a", leafFile(int64(0x200000*leaf), hashOf("a"))})), torrent(v2(dict{"a", leafFile(int64(0x200001*leaf), hashOf("a"))})), QBittorrent, false},
		{"target-piece-length", good, torrent(single().with("piece length", 1<<30)), RTorrent, false},
		{"target-format", torrent(hybrid()), torrent(v2(dict{"a", leafFile(10, hashOf("a"))})), Transmission, false},
		{"target-content", good, torrent(single().with("length", 0, "pieces", "")), RTorrent, false},
		{"target-padding", good, torrent(multi(file(10, "a"), file(leaf-10, ".pad", "x").with("attr", "p"), file(10, "b"))), Transmission, false},
		{"target-name", torrent(multi(file(10, "A"), file(10, "b"))), torrent(multi(file(10, "A"), file(10, "a"))), QBittorrent, false},
		{"target-tracker", announced("wss://tracker.example.org"), good, WebTorrent, false},
		{"index-infohash", good, torrent(single().with("x_cross_seed", "1")).with("announce", goodTracker), TorrustIndex, false},
		{"index-download", good, torrent(single().with("source", "X")), TorrustIndex, false},
		{"index-key", good, good.with("url-list", "https://cdn.example.org/film.mkv"), TorrustIndex, false},
		{"index-tracker", torrent(single()), good, TorrustIndex, false},
	}
}
