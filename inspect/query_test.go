package inspect

import (
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

func TestQuery(t *testing.T) {
	doc := encode(torrent(multi(file(10, "a"), file(5, "b", "c"))).with("a/b", 1, "m~n", list{"x"}))
	for _, tt := range []struct{ pointer, want string }{
		{"info/files/1/length", "i5e"}, {"/info/files/1/path/0", "1:b"}, {"info/name", "5:album"}, {"a~1b", "i1e"}, {"m~0n/0", "1:x"},
		{"m~0n", "l1:xe"}, {"", string(doc)}, {"info/files/2", ""}, {"info/files/-1", ""}, {"info/name/0", ""}, {"nothing", ""}, {"a/b", ""},
	} {
		got, offset, ok, err := Query(doc, tt.pointer)
		if err != nil || string(got) != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %q, %v, %v, want %q", tt.pointer, got, ok, err, tt.want)
		}
		if ok && string(doc[offset:offset+len(got)]) != tt.want {
			t.Errorf("%s: offset %d", tt.pointer, offset)
		}
	}
	if _, _, _, err := Query([]byte("d3:abc"), "abc"); err == nil {
		t.Error("reads what is broken")
	}
	for value, want := range map[string]string{"3:abc": "abc", "i-5e": "-5", "le": "", "x": ""} {
		if got, ok := Text([]byte(value)); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", value, got, ok)
		}
	}
}

func TestStats(t *testing.T) {
	s := NewStats()
	for name, doc := range map[string]dict{
		"a": announced("http://T.example.org:80/announce"),
		"b": torrent(single().with("name", "other", "private", 1)),
		"c": torrent(single().with("length", 11)),
		"d": torrent(v2(dict{"x", leafFile(10, hashOf("x"))})),
		"e": torrent(v2(dict{"y", leafFile(10, hashOf("x"))}).with("piece length", 2*leaf)),
	} {
		m, err := metainfo.Parse(encode(doc))
		if err != nil {
			t.Fatal(name, err)
		}
		s.Add(name, m)
	}
	if s.Torrents != 5 || s.Private != 1 || s.Size != 51 || s.Files != 5 || s.Formats[metainfo.V1] != 3 || s.PieceLengths[leaf] != 4 || s.Trackers["t.example.org:80"] != 1 {
		t.Errorf("%+v", s)
	}
	dups := s.Duplicates()
	for _, names := range dups {
		slices.Sort(names)
	}
	if len(dups) != 2 || !slices.ContainsFunc(dups, func(n []string) bool { return strings.Join(n, "") == "ab" }) ||
		!slices.ContainsFunc(dups, func(n []string) bool { return strings.Join(n, "") == "de" }) {
		t.Errorf("duplicates %v, want a b and d e", dups)
	}
}
