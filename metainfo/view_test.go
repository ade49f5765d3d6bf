package metainfo

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"
)

func parse(t *testing.T, doc any) *Torrent {
	t.Helper()
	raw, _ := build(doc)
	m, err := Parse(raw)
	if err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	return m
}

func (m *Torrent) list() string {
	s := ""
	for i := range m.Files {
		f := &m.Files[i]
		s += fmt.Sprintf("%q %d", f.Path, f.Length)
		if f.Pad() {
			s += " pad"
		}
		if f.IsLink() {
			s += fmt.Sprintf(" -> %q", f.Link())
		}
		s += "; "
	}
	return s
}

func TestFields(t *testing.T) {
	m := parse(t, dict{
		"announce", "http://first", "announce-list", list{list{"http://a", "http://b"}, list{}, list{"udp://c:1"}},
		"comment", "plain", "comment.utf-8", "schön", "created by", "me", "creation date", 1700000000, "encoding", "UTF-8",
		"httpseeds", list{"http://h"}, "info", single().with("private", 1).with("source", "SRC"),
		"nodes", list{list{"1.2.3.4", 5}, list{"::1", 6}, list{"host", 65535}}, "url-list", list{"http://w,1", "ftp://w2"},
	})
	want := Fields{
		Trackers: [][]string{{"http://a", "http://b"}, {"udp://c:1"}}, WebSeeds: []string{"http://w,1", "ftp://w2"},
		HTTPSeeds: []string{"http://h"}, Nodes: []string{"1.2.3.4:5", "[::1]:6", "host:65535"}, Comment: "schön", CreatedBy: "me",
		CreationDate: time.Unix(1700000000, 0).UTC(), Private: true, Source: "SRC",
	}
	if got, want := fmt.Sprintf("%+v", m.Fields), fmt.Sprintf("%+v", want); got != want {
		t.Errorf("fields are\n%s\nwant\n%s", got, want)
	}
	if len(m.Unknown) > 0 {
		t.Errorf("unknown: %v", m.Unknown)
	}
}

func TestTrackers(t *testing.T) {
	for _, tt := range []struct {
		doc  dict
		want string
	}{
		{dict{}, "[]"},
		{dict{"announce", "http://a"}, "[[http://a]]"},
		{dict{"announce", ""}, "[]"},
		{dict{"announce", "http://a", "announce-list", list{}}, "[[http://a]]"},
		{dict{"announce", "http://a", "announce-list", list{list{}, list{""}}}, "[[http://a]]"},
		{dict{"announce", "http://a", "announce-list", list{list{"http://b"}}}, "[[http://b]]"},
		{dict{"announce-list", list{"http://a", "http://b"}}, "[[http://a] [http://b]]"},
		{dict{"announce-list", list{list{"http://a", 1, list{}, "http://b"}}}, "[[http://a http://b]]"},
		{dict{"announce-list", list{""}}, "[]"},
	} {
		doc := append(tt.doc, "info", single())
		if got := fmt.Sprint(parse(t, doc).Trackers); got != tt.want {
			t.Errorf("trackers of %v are %s, want %s", tt.doc, got, tt.want)
		}
	}
}

func TestPrivate(t *testing.T) {
	for value, want := range map[any]bool{0: false, 1: true, 2: true, -1: true, "1": false, raw("le"): false, raw("i01e"): true} {
		if got := parse(t, torrent(single().with("private", value))).Private; got != want {
			t.Errorf("private is %v for %v", got, value)
		}
	}
	if m := parse(t, dict{"info", single(), "private", 1, "source", "S"}); m.Private || m.Source != "" || len(m.Unknown) != 2 {
		t.Errorf("keys of info are believed outside of it: %+v", m)
	}
}

func TestFileViews(t *testing.T) {
	root, layer := twoPieces()
	for _, tt := range []struct {
		name   string
		doc    any
		format Format
		single bool
		title  string
		want   string
	}{
		{"single", torrent(single()), V1, true, "n", `"" 10; `},
		{"one of many", torrent(many(1, file(10, "n"))), V1, false, "n", `"n" 10; `},
		{"utf-8 names", torrent(many(1, file(10, "caf\xe9").with("path.utf-8", list{"café"})).with("name", "\xe9").with("name.utf-8", "é")),
			V1, false, "é", `"café" 10; `},
		{"padding", torrent(many(2, file(10, "a"), pad(leaf-10), file(0, "b"), file(5, "c"))), V1, false, "n",
			`"a" 10; ".pad/16374" 16374 pad; "b" 0; "c" 5; `},
		{"BitComet padding", torrent(many(2, file(10, "a"), file(leaf-10, "d", "_____padding_file_0_if you see this"), file(5, "c"))), V1, false, "n",
			`"a" 10; "d/_____padding_file_0_if you see this" 16374 pad; "c" 5; `},
		{"no padding", torrent(many(1, file(10, "_____padding", "a"), file(5, ".pad", "6"))), V1, false, "n", `"_____padding/a" 10; ".pad/6" 5; `},
		{"link", torrent(many(1, file(10, "a"), dict{"attr", "lx", "path", list{"d", "b"}, "symlink path", list{"d", "a"}})), V1, false, "n",
			`"a" 10; "d/b" 0 -> "d/a"; `},
		{"v2 single", torrent(v2(dict{"n", small(10)})), V2, true, "n", `"" 10; `},
		{"v2 of one", torrent(v2(dict{"m", small(10)})), V2, false, "n", `"m" 10; `},
		{"v2 below a folder of its name", torrent(v2(dict{"n", dict{"n", small(10)}})), V2, false, "n", `"n/n" 10; `},
		{"v2", dict{"info", v2(dict{"a", dict{"x", small(1)}, "a-b", small(2), "z", dict{"", dict{"length", 0}}, "zz", large(root)}), "piece layers", dict{root, layer}},
			V2, false, "n", `"a/x" 1; "a-b" 2; "z" 0; "zz" 16385; `},
		{"hybrid", torrent(hybrid()), Hybrid, false, "n", `"a" 10; ".pad/16374" 16374 pad; "b" 20; `},
		{"v1 of version 3", torrent(single().with("meta version", 3)), V1, true, "n", `"" 10; `},
		{"v1 with a tree", torrent(single().with("file tree", dict{"x", small(1)})), V1, true, "n", `"" 10; `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := parse(t, tt.doc)
			if m.Format != tt.format || m.Single != tt.single || m.Name != tt.title || m.list() != tt.want {
				t.Errorf("%v, single %v, name %q, files %s\nwant %v, %v, %q, %s", m.Format, m.Single, m.Name, m.list(), tt.format, tt.single, tt.title, tt.want)
			}
			consistent(t, m)
		})
	}
}

// The infohash is that of the bytes in the file, whatever is odd about them, and unknown keys stay what they are.
func TestInfoHashOfRawBytes(t *testing.T) {
	for _, info := range []dict{
		single(),
		{"pieces", sums(1), "piece length", leaf, "name", "n", "length", 10}, // unsorted
		single().with("length", raw("i010e")),
		{"length", 10, "name", "n", "name", "m", "piece length", leaf, "pieces", sums(1)},
		single().with("x", dict{"b", 1, "a", list{raw("i-0e")}}).with("zz", "\x00\xff"),
	} {
		text, _ := build(info)
		m := parse(t, dict{"zz", 1, "info", info, "a", dict{"x", 0}})
		if h := m.Hashes(); h != (Hashes{V1: sha1.Sum(text)}) || string(m.RawInfo()) != string(text) {
			t.Errorf("infohash of %q is %v", text, h)
		}
	}
	text, _ := build(v2(dict{"a", small(1)}).with("x", 1))
	m := parse(t, torrent(raw(text)))
	if h := m.Hashes(); h != (Hashes{V2: sha256.Sum256(text)}) {
		t.Errorf("v2 infohash of %q is %v", text, h)
	}
}

func TestUnknownKeys(t *testing.T) {
	m := parse(t, dict{"a b", list{1}, "info", single().with("x_cross_seed", "\x00"), "\x1b[m", dict{"k", "v"}})
	got := ""
	for _, k := range m.Unknown {
		if string(m.Raw()[k.Offset:k.Offset+len(k.Raw)]) != string(k.Raw) {
			t.Errorf("%s is not at byte %d", k.Path, k.Offset)
		}
		got += fmt.Sprintf("%s=%q ", k.Path, k.Raw)
	}
	if want := `a b="li1ee" "\x1b[m"="d1:k1:ve" info.x_cross_seed="1:\x00" `; got != want {
		t.Errorf("unknown keys %s\nwant %s", got, want)
	}
}

// Hashes are found for the piece they belong to.
func TestPieceHashes(t *testing.T) {
	root, layer := twoPieces()
	m := parse(t, dict{"info", v2(dict{"a", small(10), "b", large(root), "c", dict{"", dict{"length", 0}}, "d", large(root), "e", small(7)}), "piece layers", dict{root, layer}})
	want := []string{hash32("r"), layer[:32], layer[32:], layer[:32], layer[32:], hash32("r")}
	if n := m.Layout().NumPieces(); n != len(want) {
		t.Fatalf("%d pieces", n)
	}
	for i, w := range want {
		if got := string(m.PieceRoot(i)); got != w || m.PieceSHA1(i) != nil {
			t.Errorf("piece %d has the root %x, want %x", i, got, w)
		}
	}
	bare := parse(t, torrent(v2(dict{"a", small(10), "b", large(root)})))
	if bare.PieceRoot(0) == nil || bare.PieceRoot(1) != nil || bare.PieceRoot(2) != nil {
		t.Error("roots of a torrent without piece layers")
	}
}

func TestCheck(t *testing.T) {
	h := parse(t, torrent(hybrid()))
	only1 := parse(t, torrent(single()))
	only2 := parse(t, torrent(v2(dict{"a", small(10)})))
	bare := parse(t, torrent(v2(dict{"a", large(hash32("q"))})))
	sha, root := [20]byte([]byte(sums(1))), [32]byte([]byte(hash32("r")))
	var no1 [20]byte
	var no2 [32]byte
	for _, tt := range []struct {
		name string
		m    *Torrent
		sha  [20]byte
		root [32]byte
		want Verdict
	}{
		{"hybrid, both", h, sha, root, Good}, {"hybrid, none", h, no1, no2, Bad}, {"hybrid, v1", h, sha, no2, OnlySHA1}, {"hybrid, v2", h, no1, root, OnlyRoot},
		{"v1", only1, sha, no2, Good}, {"v1, bad", only1, no1, no2, Bad},
		{"v2", only2, no1, root, Good}, {"v2, bad", only2, no1, no2, Bad},
		{"no layer", bare, no1, no2, Unknown},
	} {
		if got := tt.m.Check(0, tt.sha, tt.root); got != tt.want {
			t.Errorf("%s: verdict %d, want %d", tt.name, got, tt.want)
		}
	}
	// A piece may be padding only.
	padded := parse(t, torrent(many(2, pad(leaf), file(10, "a"))))
	if v := padded.Check(0, sha, no2); v != Good {
		t.Errorf("padding: verdict %d", v)
	}
	if v := padded.Check(0, no1, no2); v != Bad {
		t.Errorf("bad padding: verdict %d", v)
	}
}

// Content is what is on a disk, by the places in Files, and stops when it is told to.
func TestContent(t *testing.T) {
	m := parse(t, torrent(hybrid()))
	var got []string
	for i, f := range m.Content() {
		if f != &m.Files[i] {
			t.Errorf("file %d is another", i)
		}
		got = append(got, fmt.Sprint(i, f.Path))
	}
	if fmt.Sprint(got) != "[0a 2b]" {
		t.Errorf("got %v", got)
	}
	for range m.Content() {
		break
	}
}
