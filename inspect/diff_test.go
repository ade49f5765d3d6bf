package inspect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

func parsed(t *testing.T, doc dict) *metainfo.Torrent {
	t.Helper()
	m, err := metainfo.Parse(encode(doc))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// words writes a difference down in one line.
func words(d *Difference) string {
	var s []string
	add := func(format string, args ...any) { s = append(s, fmt.Sprintf(format, args...)) }
	for _, k := range d.InfoKeys {
		add("%s", k.Key)
	}
	for _, k := range d.OtherKeys {
		add("%s", k.Key)
	}
	for _, f := range d.Fields {
		add("%s %s>%s", f.Field, f.A, f.B)
	}
	for _, l := range d.Lists {
		add("%s %s %v", l.List, l.Value, l.Added)
	}
	for _, f := range d.Files {
		add("%v %s>%s", f.Kind, f.A, f.B)
	}
	return strings.Join(s, ", ")
}

// aligned is a v1 torrent of files that fill whole pieces, whose hashes are letters.
func aligned(pieces string, names ...string) dict {
	files := []dict{}
	for _, n := range names {
		files = append(files, file(leaf, n))
	}
	sums := ""
	for _, c := range pieces {
		sums += strings.Repeat(string(c), 20)
	}
	return torrent(multi(files...).with("pieces", sums))
}

func tree(names ...string) dict {
	d := dict{}
	for i := 0; i < len(names); i += 2 {
		d = append(d, names[i], leafFile(100+int(names[i+1][0]), hashOf(names[i+1])))
	}
	return torrent(v2(d))
}

func TestDiff(t *testing.T) {
	small := func(a, b int) dict { return torrent(multi(file(a, "a"), file(b, "b"))) }
	for _, tt := range []struct {
		name string
		a, b dict
		want string
		same int // files
	}{
		{"the same", tree("a", "1"), tree("a", "1"), "", 1},
		{"another tracker", announced("http://a/"), announced("http://b/"), "announce, tracker http://a/ false, tracker http://b/ true", 1},
		{"another source", torrent(single()), torrent(single().with("source", "x")), "info.source, source >x", 1},
		{"v2, longer pieces", tree("a", "1"), torrent(tree("a", "1")[1].(dict).with("piece length", 2*leaf)), "info.piece length, piece length 16384>32768", 1},
		{"v2, renamed", tree("a", "1", "b", "2"), tree("b", "2", "c", "1"), "info.file tree, renamed a>c", 1},
		{"v2, swapped", tree("a", "1", "b", "2"), tree("a", "2", "b", "1"), "info.file tree, changed a>a, changed b>b", 0},
		{"v2, added and removed", tree("a", "1", "b", "2"), tree("b", "2", "c", "3"), "info.file tree, size 299>301, removed a>, added >c", 1},
		{"v1, aligned", aligned("xyz", "a", "b", "c"), aligned("xwz", "a", "b", "c"), "info.pieces, changed b>b", 2},
		{"v1, aligned, renamed", aligned("xy", "a", "b"), aligned("yx", "b", "c"), "info.files, info.pieces, renamed a>c", 1},
		{"v1, another name", torrent(single()), torrent(single().with("name", "x")), "info.name, name film.mkv>x", 1},
		{"v1, in one piece", small(10, 20), torrent(multi(file(10, "a"), file(20, "b")).with("pieces", strings.Repeat("x", 20))),
			"info.pieces, cannot tell a>a, cannot tell b>b", 0},
		{"v1, other lengths", small(10, 20), small(10, 21), "info.files, size 30>31, changed b>b", 1},
		{"v1, perhaps renamed", small(10, 20), torrent(multi(file(10, "a"), file(20, "c"))), "info.files, perhaps renamed b>c", 1},
		{"v1 and v2", torrent(multi(file(10, "a"))), torrent(v2(dict{"a", leafFile(10, hashOf("a"))})),
			"info.file tree, info.files, info.meta version, info.pieces, format v1>v2, cannot tell a>a", 0},
		{"hybrid and v2", torrent(hybridOfTwo(leaf - 10)), torrent(v2(dict{"a", leafFile(10, hashOf("a")), "b", leafFile(10, hashOf("b"))})),
			"info.files, info.pieces, format hybrid>v2", 2},
		{"tiers", torrent(single()).with("announce-list", list{list{"u", "w"}}), torrent(single()).with("announce-list", list{list{"w"}, list{"u"}}),
			"announce-list, tiers u w>w | u", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := Diff(parsed(t, tt.a), parsed(t, tt.b))
			if got := words(d); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
			if d.SameFiles != tt.same || d.Same() != (tt.want == "") || d.SameInfoHash != !strings.Contains(tt.want, "info.") {
				t.Errorf("%d files are the same, want %d; same: %v; same infohash: %v", d.SameFiles, tt.same, d.Same(), d.SameInfoHash)
			}
		})
	}
}

func TestCommon(t *testing.T) {
	shared := Common(slices.Values([]*metainfo.Torrent{
		parsed(t, tree("a", "1", "b", "2")), parsed(t, tree("x", "2", "y", "3")), parsed(t, aligned("pq", "m", "n")),
		parsed(t, aligned("rp", "o", "z")), parsed(t, torrent(multi(file(10, "a")))), parsed(t, tree("same", "9", "same too", "9")),
	}))
	var got []string
	for _, s := range shared {
		text := fmt.Sprint(s.Length)
		for _, p := range s.In {
			text += fmt.Sprintf(" %d:%s", p.Torrent, p.Path)
		}
		got = append(got, text)
	}
	if want := "16384 2:m 3:z, 150 0:b 1:x"; strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", strings.Join(got, ", "), want)
	}
}
