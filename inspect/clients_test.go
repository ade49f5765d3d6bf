package inspect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
)

// edge is a torrent at a limit of some client, or just over it.
type edge struct {
	name string
	doc  dict
}

// edges are torrents around all limits; of those on size and number of values, around these.
func edges(m limits) []edge {
	nested := func(n int) dict {
		return torrent(single()).with("x", raw(strings.Repeat("l", n-1)+strings.Repeat("e", n-1)))
	}
	deep := func(n int) dict {
		path := slices.Repeat([]any{"d"}, n)
		return torrent(multi(file(10, path...), file(10, "b")))
	}
	long := func(n int64) dict { return torrent(single().with("piece length", n)) }
	var list []edge
	// No two have one infohash: a torrent that is there already is refused.
	unique := func(name string, doc dict) dict {
		info := doc[slices.Index(doc, any("info"))+1].(dict)
		return doc.with("info", append(slices.Clone(info), "x-edge", name))
	}
	add := func(name string, doc dict) { list = append(list, edge{name, unique(name, doc)}) }
	add("v1", torrent(single()))
	add("v2", torrent(v2(dict{"a", leafFile(10, hashOf("a"))})))
	add("hybrid", torrent(hybrid()))
	add("no content", torrent(single().with("length", 0, "pieces", "")))
	add("no content, v2", torrent(v2(dict{"a", leafFile(0, "")})))
	add("keys of info out of order", torrent(dict{"name", "film.mkv", "length", 10, "piece length", leaf, "pieces", sums(1)}))
	add("a folder ..", torrent(multi(file(10, "..", "a"), file(10, "b"))))
	add("a folder .", torrent(multi(file(10, ".", "a"), file(10, "b"))))
	pad := file(10, ".pad", "10").with("attr", "p")
	add("two files of one name", torrent(multi(file(10, "a"), file(10, "a"))))
	add("two files of one name in a folder", torrent(multi(file(10, "d", "a"), file(10, "d", "a"))))
	add("two names that differ in case", torrent(multi(file(10, "a"), file(10, "A"))))
	add("a name of a file and a folder", torrent(multi(file(10, "a"), file(10, "a", "b"))))
	add("two pad files of one name", torrent(multi(file(leaf-10, "a"), pad, file(leaf-10, "b"), pad, file(1, "c"))))
	add("pieces of 1", torrent(single().with("piece length", 1, "pieces", sums(10))))
	add("pieces that cannot be halved to 16 KiB", long(32771))
	for _, n := range []int64{1024, 1025, 16384, 3 << 14, 536854528, 512 << 20, 512<<20 + leaf, 1 << 30, 3 << 30, 1 << 32} {
		add(fmt.Sprintf("pieces of %d", n), long(n))
	}
	depths := []int{31, 32, 49, 50, 51, 99}
	if m.rasterbar {
		depths = append(depths, 100) // others are not told apart from what cannot be read
	}
	for _, n := range depths {
		add(fmt.Sprintf("nested %d deep", n), nested(n))
	}
	for _, n := range []int{99, 100, 101} {
		add(fmt.Sprintf("a path of %d names", n), deep(n))
	}
	for _, n := range []int64{0x200000, 0x200001} {
		add(fmt.Sprintf("%d pieces", n), torrent(v2(dict{"a", leafFile(n*leaf, hashOf("a"))})))
	}
	if m.tokens > 0 {
		for _, n := range []int{m.tokens, m.tokens + 1} {
			const around = 17 // values and brackets of the torrent, and of the list
			add(fmt.Sprintf("%d values", n), torrent(single()).with("x", raw("l"+strings.Repeat("0:", n-around-1)+"e")))
		}
	}
	if m.size > 0 && m.size < 64<<20 { // more cannot be sent to qBittorrent
		for _, n := range []int{m.size, m.size + 1} {
			name := fmt.Sprintf("%d bytes", n)
			empty := len(encode(unique(name, torrent(single()).with("comment", "")))) + 6 // for a length of seven digits
			add(name, torrent(single()).with("comment", strings.Repeat("x", n-empty)))
		}
	}
	return list
}

// targetOf is what a client is called here: by its version, where limits differ.
func targetOf(c *peertest.Client) Target {
	name := map[string]Target{"qbittorrent-nox": QBittorrent, "transmission-daemon": Transmission, "aria2c": Aria2}[c.Name]
	if name == "" {
		name = Target(c.Name)
	}
	for _, target := range Targets() {
		if base, version, ok := strings.Cut(string(target), "-"); ok && base == string(name) && strings.HasPrefix(c.Version, version+".") {
			return target
		}
	}
	return name
}

// What lint says of a client is what it does: go test -v prints the table of what it loads, in the versions that are installed.
// (Of piece lengths, libtorrent 2.0.9 and later take fewer than 2.0.8: lint has the smaller.)
func TestLimitsOfClients(t *testing.T) {
	if !longtest.Whole() {
		t.Skip("TORRENTKIT_LONG_TESTS asks clients what they load")
	}
	clients := append(peertest.Libtorrents(t), peertest.QBittorrent(t), peertest.Transmission(t), peertest.RTorrent(t), peertest.Aria2(t), peertest.WebTorrent(t))
	for _, c := range clients {
		target := targetOf(c)
		m := limitsOf(target)
		for _, e := range edges(m) {
			doc, refused := encode(e.doc), ""
			for _, id := range ids(t, doc, LintOptions{Targets: []Target{target}}) {
				if strings.HasPrefix(id, "target-") && !oneOf(id, "target-tracker", "target-padding", "target-name") {
					refused = id
				}
			}
			says := c.Add(doc, t.TempDir())
			t.Logf("%-26s %-44s %-20s %s", c, e.name, refused, says)
			if newerRefuse := m.rasterbar && strings.HasPrefix(e.name, "pieces of ") && refused != ""; (says == "") != (refused == "") && !newerRefuse {
				t.Errorf("%s, %s: the client says %q, lint %q", c, e.name, says, refused)
			}
		}
	}
}
