package metainfo

import (
	"fmt"
	"slices"
	"testing"
)

func TestStoredPaths(t *testing.T) {
	many := func(paths ...string) []byte {
		files := ""
		for _, p := range paths {
			files += fmt.Sprintf("d6:lengthi1e4:pathl1:d%d:%see", len(p), p)
		}
		return []byte("d4:infod5:filesl" + files + "e4:name1:n12:piece lengthi16384e6:pieces20:hhhhhhhhhhhhhhhhhhhhee")
	}
	pieces := "12:piece lengthi16384e6:pieces20:hhhhhhhhhhhhhhhhhhhh"
	one := func(name string) []byte {
		return fmt.Appendf(nil, "d4:infod6:lengthi1e4:name%d:%s%see", len(name), name, pieces)
	}
	for _, c := range []struct {
		doc  []byte
		want []string // nil where libtorrent refuses it
	}{
		{many("a", "A", "b\x01", "c"), []string{"d/a", "d/A.1", "d/b_", "d/c"}},
		{many("..", "a"), []string{"d.1", "d/a"}},
		{one(`a\b`), []string{"ab"}}, {one(".."), nil}, {one(""), nil},
	} {
		m, _ := Read(c.doc)
		if got := m.StoredPaths(Libtorrent); !slices.Equal(got, c.want) {
			t.Errorf("%q are stored as %q, want %q", c.doc, got, c.want)
		}
	}
}

// Parse gives content the names that libtorrent gives it, where its own are none.
func TestParseRenames(t *testing.T) {
	tree := func(t dict) any { return torrent(v2(t)) }
	for _, c := range []struct {
		doc   any
		name  string
		paths []string // nil where Parse refuses it
		key   string   // of the second file
	}{
		{torrent(many(1, file(1, "readme.txt"), file(2, "readme.txt"))), "n", []string{"readme.txt", "readme.1.txt"}, "info.files[1]"},
		{torrent(many(1, file(1, "..", "x"), file(2, ".", ""), file(3, "a/b", "c"), file(4, "nul\x00"))), "n", []string{"x", "_", "ab/c", "nul"}, "info.files[1]"},
		{torrent(many(1, file(1, "a"), file(2, "a", "b"))), "n", []string{"a.1", "a/b"}, "info.files[1]"},
		{torrent(many(1, file(1, "b\x01"), file(2, "c")).with("name", "../etc")), "..etc", []string{"b_", "c"}, "info.files[1]"},
		{torrent(many(1, file(1, "a"), file(2, "c")).with("name", "")), "_", []string{"a", "c"}, "info.files[1]"},
		{torrent(single().with("name", "/etc/passwd")), "etcpasswd", []string{""}, ""},
		{torrent(single().with("name", "..")), "", nil, ""},
		{torrent(single().with("name", "")), "", nil, ""},
		{torrent(single().without("name")), "", nil, ""},
		{tree(dict{"..", small(10), "a/b", dict{"c/d", small(20)}}), "n", []string{"_", "ab/cd"}, `info.file tree."a/b"."c/d"`},
		{tree(dict{"a", small(10), "a", small(20)}), "n", []string{"a", "a.1"}, "info.file tree.a"},
		{tree(dict{"", small(10)}), "", nil, ""},
	} {
		doc, _ := build(c.doc)
		m, err := Parse(doc)
		if c.paths == nil || err != nil {
			if c.paths != nil || err == nil {
				t.Errorf("%q: %v", doc, err)
			}
			continue
		}
		var paths []string
		for _, f := range m.Files {
			paths = append(paths, f.Path)
		}
		if m.Name != c.name || !slices.Equal(paths, c.paths) {
			t.Errorf("%q has the files %q in %q, want %q in %q", doc, paths, m.Name, c.paths, c.name)
		}
		if len(paths) > 1 {
			if key, _ := m.FileKey(1); key != c.key {
				t.Errorf("the second file stands at %s, not at %s", key, c.key)
			}
		}
		read, _ := Read(doc)
		if stored := m.StoredPaths(Libtorrent); !slices.Equal(stored, read.StoredPaths(Libtorrent)) || !m.Single && !slices.Equal(stored, paths) {
			t.Errorf("%q is stored as %q", doc, stored)
		}
		if again := m.StoredPaths(Transmission); !slices.Equal(again, read.StoredPaths(Transmission)) {
			t.Errorf("%q is stored by Transmission as %q", doc, again)
		}
	}
	m, err := Parse([]byte(bencoded(torrent(many(1, file(1, "a"), dict{"attr", "l", "path", list{"b"}, "symlink path", list{"..", "..", "etc", "passwd"}})))))
	if err != nil || m.Files[1].Link() != "etc/passwd" {
		t.Errorf("%v: a link leads to %q", err, m.Files[1].Link())
	}
	m, err = Parse([]byte(bencoded(torrent(many(1, file(1, "a")).with("name", "..")))))
	if err != nil || m.Name != m.Hashes().V1.String() {
		t.Errorf("%v: the folder is called %q", err, m.Name)
	}
}
