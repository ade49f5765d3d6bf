package metainfo

import (
	"crypto/sha1"
	"fmt"
	"testing"
)

// Of what can be read in two ways the reading is that of clients, and its content can be laid out.
func TestReadings(t *testing.T) {
	link := func(length any) dict {
		return dict{"attr", "l", "length", length, "path", list{"l"}, "symlink path", list{"a"}}
	}
	h := hybrid()
	for _, tt := range []struct {
		name, want string // paths, lengths, and l for a link
		doc        any
	}{
		{"two infos", "[ 10] v1", dict{"info", single(), "info", single().with("length", 5)}},
		{"files beside length", "[a 3] v1", torrent(many(1, file(3, "a")).with("length", 10))},
		{"text beside length", "[ 10] v1", torrent(single().with("files", "x"))},
		{"a link has a length", "[a 10] [l 0 l] v1", torrent(many(1, file(10, "a"), link(7)))},
		{"a link has the length of the earth", "[a 10] [l 0 l] v1", torrent(many(1, file(10, "a"), link(int64(1<<62))))},
		{"a link has pieces", "[a 10] [l 16384] v1", torrent(many(2, file(10, "a"), link(leaf)))},
		{"a link leads nowhere", "[a 10] [l 0] v1", torrent(many(1, file(10, "a"), link(0).without("symlink path")))},
		{"a link leads to no name", "[a 10] [l 0] v1", torrent(many(1, file(10, "a"), link(0).with("symlink path", list{})))},
		{"a link in a tree has a length", "[a 10] [l 0 l] v2", torrent(v2(dict{"a", small(10), "l", dict{"", link(7).without("path")}}))},
		{"a path of another key only", "[b 10] v1", torrent(many(1, dict{"length", 10, "path.utf-8", list{"b"}}))},
		{"a pad file has a path that is text", "[a 10] [.pad/5 5] v1", torrent(many(1, file(10, "a"), pad(5).with("path", "x")))},
		{"no v1 files", "[a 10] [b 20] v2", torrent(h.without("files"))},
		{"files is text", "[a 10] [b 20] v2", torrent(h.with("files", "x"))},
		{"files is empty", "[a 10] [b 20] hybrid", torrent(h.with("files", list{}))},
		{"pieces is a number", "[a 10] [b 20] hybrid", torrent(h.with("pieces", 5))},
		{"an empty file has two names", "[a 10] [.pad/16374 16374] [b 20] [e 0] hybrid", torrent(h.
			with("files", list{file(10, "a"), pad(leaf - 10), file(20, "b"), file(0, "f")}).
			with("file tree", dict{"a", small(10), "b", small(20), "e", dict{"", dict{"length", 0}}}))},
		{"a name that is stored as another", "[a\u200e 10] [.pad/16374 16374] [b 20] hybrid", torrent(h.with("files", list{file(10, "a\u200e"), pad(leaf - 10), file(20, "b")}))},
		{"one file that the torrent names otherwise", "[m 10] v2", torrent(v2(dict{"m", small(10)}))},
		{"one file that name.utf-8 names otherwise", "[n 10] v2", torrent(v2(dict{"n", small(10)}).with("name.utf-8", "m"))},
		{"one file beside an empty folder", "[n 10] v2", torrent(v2(dict{"n", small(10), "x", dict{}}))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, _ := build(tt.doc)
			m, err := Parse(doc)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, f := range m.Files {
				if got += fmt.Sprintf("[%s %d", f.Path, f.Length); f.IsLink() {
					got += " l"
				}
				got += "] "
			}
			format := Format(0) // which infohashes there are
			if !m.Hashes().V1.IsZero() {
				format |= V1
			}
			if !m.Hashes().V2.IsZero() {
				format |= V2
			}
			if got += format.String(); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if m.Layout() == nil {
				t.Error("no layout")
			}
		})
	}
}

// A folder without a usable name is stored under the SHA-1 of info, also where there is no v1 part.
func TestStoredNameOfV2(t *testing.T) {
	doc, _ := build(torrent(v2(dict{"a", small(10), "b", small(20)}).with("name", "..")))
	m, err := Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%x", sha1.Sum(m.RawInfo())); m.Name != want {
		t.Errorf("%q, want %q", m.Name, want)
	}
}
