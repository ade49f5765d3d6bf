package metainfo

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// odd is a document and what must be said of it: every problem as "severity id
// key", in order. The first of them must be at the offset of what is marked.
type odd struct {
	name string
	doc  any
	want string
}

func TestProblems(t *testing.T) {
	for _, group := range [][]odd{structure(), names(), v1Files(), sizes(), v2Trees(), layers(), hybrids(), outside()} {
		for _, tt := range group {
			t.Run(tt.name, func(t *testing.T) { tt.check(t) })
		}
	}
}

func (tt odd) check(t *testing.T) {
	doc, mark := build(tt.doc)
	m, problems := Read(doc)
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%v %s %s", p.Severity, p.ID, p.Path))
		if p.Message == "" || strings.ContainsAny(p.Error(), "\x00\x1b\n") {
			t.Errorf("message %q", p.Error())
		}
	}
	if s := strings.Join(got, "; "); s != tt.want {
		t.Fatalf("problems: %s\nwant:     %s\nof %q", s, tt.want, doc)
	}
	if mark >= 0 && len(problems) > 0 && problems[0].Offset != mark {
		t.Errorf("%v: offset %d, want %d", problems[0], problems[0].Offset, mark)
	}
	if mark < 0 && tt.want != "" {
		t.Error("the test does not say where the problem is")
	}
	if m != nil {
		readable(t, m, doc)
	}
	parsed, err := Parse(doc)
	if bad := slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity == Error && !renamed(p) && !agreed(p) }); bad != (err != nil) && m.StoredPaths(Libtorrent) != nil {
		t.Errorf("Parse: %v", err)
	}
	if err != nil {
		var p Problem
		if !errors.As(err, &p) || p.Severity != Error {
			t.Errorf("Parse fails with %#v, not with a Problem", err)
		}
		return
	}
	consistent(t, parsed)
}

// renamed tells whether a problem is one of names that clients replace.
func renamed(p Problem) bool {
	return p.ID == "path-escapes" || p.ID == "duplicate-path" || p.ID == "bad-name" && (p.Message == "empty" && !strings.HasPrefix(p.Path, "info.file tree") || strings.Contains(p.Message, "NUL"))
}

// agreed tells whether a problem is one of which clients agree what to make of it.
func agreed(p Problem) bool {
	switch p.ID {
	case "duplicate-info", "piece-layers", "link-length":
		return true
	}
	return strings.Contains(p.Message, "counts, as in") || strings.Contains(p.Message, "only the v2 part is read")
}

// readable checks what must hold of everything that Read makes a torrent of.
func readable(t *testing.T, m *Torrent, doc []byte) {
	t.Helper()
	front, behind := m.Around()
	if string(m.Raw()) != string(doc[front:len(doc)-behind]) {
		t.Error("raw bytes have changed")
	}
	if m.Hashes().IsZero() || m.Format == 0 || m.Size() < 0 || m.NumPieces() < 0 {
		t.Errorf("a torrent of %d bytes in %d pieces with the infohash %v", m.Size(), m.NumPieces(), m.Hashes())
	}
	for i := range m.Files {
		first, end := m.FilePieces(i)
		if first < 0 || end < first || end > m.NumPieces() || m.Files[i].Length < 0 {
			t.Errorf("file %d lies in pieces %d to %d", i, first, end)
		}
		m.FileKey(i)
	}
}

// consistent checks what must hold of everything that Parse lets through.
func consistent(t *testing.T, m *Torrent) {
	t.Helper()
	l := m.Layout()
	if l == nil || int(l.NumFiles()) != len(m.Files) || m.Name == "" || checkName(m.Name) != "" {
		t.Fatalf("a torrent named %q of %d files with the layout %+v", m.Name, len(m.Files), l)
	}
	var total, pieces int64
	for i := range l.NumFiles() {
		f := &m.Files[i]
		if f.Length < 0 || l.File(i).Length != f.Length || l.File(i).Pad != f.Pad() {
			t.Fatalf("file %d is %+v, in the layout %+v", i, f, l.File(i))
		}
		if !f.Pad() {
			total += f.Length
		}
		if (f.Path == "") != (m.Single && len(m.Files) == 1) {
			t.Fatalf("path %q of %d, single %v", f.Path, len(m.Files), m.Single)
		}
	}
	if m.written != nil {
		paths := map[string]bool{}
		for _, f := range m.Content() {
			if paths[f.Path] {
				t.Fatalf("%q stands there twice", f.Path)
			}
			paths[f.Path] = true
		}
	}
	if total != l.TotalLength() || total < 0 {
		t.Fatalf("total length %d, files sum up to %d", l.TotalLength(), total)
	}
	for i := range min(l.NumPieces(), 5000) {
		p := l.Piece(i)
		if sha := m.PieceSHA1(i); p.SHA1 != (len(sha) == 20) || !p.SHA1 && sha != nil {
			t.Fatalf("piece %d: %d bytes of SHA-1, wanted %v", i, len(sha), p.SHA1)
		}
		if root := m.PieceRoot(i); root != nil && (len(root) != 32 || p.Leaves == 0) {
			t.Fatalf("piece %d: %d bytes of root, %d leaves", i, len(root), p.Leaves)
		}
		if p.Length <= 0 || p.Length > m.PieceLength {
			t.Fatalf("piece %d has %d bytes", i, p.Length)
		}
		var covered int64
		for s := range l.Spans(i) {
			covered += s.Length
		}
		if covered != p.Length {
			t.Fatalf("the spans of piece %d cover %d of %d bytes", i, covered, p.Length)
		}
		pieces += l.ContentLength(i)
		m.Check(i, [20]byte{}, [32]byte{})
	}
	if l.NumPieces() <= 5000 && pieces != total {
		t.Fatalf("pieces hold %d bytes of content, want %d", pieces, total)
	}
}

func structure() []odd {
	return []odd{
		{"nothing", here{raw("")}, "error bencode "},
		{"not bencode", here{raw("<b>")}, "error bencode "},
		{"a page", here{raw("<html>")}, "error not-a-torrent "},
		{"a list", here{list{}}, "error not-a-torrent "},
		{"a string", here{"torrent"}, "error not-a-torrent "},
		{"an integer", here{5}, "error not-a-torrent "},
		{"no info", here{dict{}}, "error no-info info"},
		{"info is a string", torrent(here{"x"}), "error no-info info"},
		{"info is a list", torrent(here{list{}}), "error no-info info"},
		{"empty info", torrent(here{dict{}}), "error no-pieces info.pieces; error bad-name info.name; error piece-length info.piece length; error files info"},
		{"two infos", dict{"info", single(), here{"info"}, single()}, "error duplicate-info info"},
		{"trailing newline", seq{torrent(single()), here{raw("\n")}}, "warning trailing-data "},
		{"line feeds in front", seq{here{raw("\n\r\n")}, torrent(single())}, "warning leading-data "},
		{"byte order mark", seq{here{raw("\xef\xbb\xbf")}, torrent(single())}, "warning leading-data "},
		{"malformed integer that nobody needs", torrent(single()).with("x", here{raw("i1.5e")}), "warning bad-integer x"},
		{"malformed integer in info", torrent(single().with("x", here{raw("i--1e")})), "warning bad-integer info.x"},
		{"truncated string", torrent(dict{"name", here{raw("9:abc")}}), "error bencode info.name"},
		{"string longer than 64 bits", torrent(dict{"name", here{raw("99999999999999999999:abc")}}), "error bencode info.name"},
		{"negative string length", torrent(dict{"name", here{raw("-1:a")}}), "error bencode info.name"},
		{"malformed integer", torrent(single().with("length", here{raw("i1.5e")})), "warning bad-integer info.length; error length info.length"},
		{"exponent", torrent(dict{"length", raw("i1e"), here{raw("5e")}}), "error bencode info"},
		{"key that is no string", dict{here{1}, 2, "info", single()}, "warning bad-key "},
		{"key without a value", seq{raw("d4:infod4:name"), here{raw("ee")}}, "error bencode info.name"},
		{"nested too deep", seq{raw("d1:a" + strings.Repeat("l", 98)), here{raw("le")}}, "error bencode a" + strings.Repeat("[0]", 98)},
		{"info out of order", torrent(dict{"name", "n", here{"length"}, 10, "piece length", leaf, "pieces", sums(1)}),
			"warning unsorted-keys info.length"},
		{"top out of order", dict{"info", single(), here{"comment"}, "c"}, "warning unsorted-keys comment"},
		{"name twice", torrent(dict{"length", 10, "name", "n", here{"name"}, "..", "piece length", leaf, "pieces", sums(1)}),
			"warning duplicate-key info.name"},
		{"leading zero", torrent(single().with("length", here{raw("i010e")})), "warning leading-zero info.length"},
		{"leading zero of a string", torrent(single().with("name", here{raw("01:n")})), "warning leading-zero info.name"},
		{"negative zero", torrent(single().with("private", here{raw("i-0e")})), "warning negative-zero info.private"},
		{"huge unknown integer", torrent(single().with("x", here{raw("i99999999999999999999e")})), "warning big-integer info.x"},
	}
}

func names() []odd {
	name := func(v any) any { return torrent(single().with("name", v)) }
	utf8 := func(v any) any { return torrent(single().with("name.utf-8", v)) }
	return []odd{
		{"no name", torrent(here{single().without("name")}), "error bad-name info.name"},
		{"name is an integer", name(here{3}), "error bad-name info.name"},
		{"name is a list", name(here{list{"n"}}), "error bad-name info.name"},
		{"empty name", name(here{""}), "error bad-name info.name"},
		{"name ..", name(here{".."}), "error path-escapes info.name"},
		{"name .", name(here{"."}), "error path-escapes info.name"},
		{"absolute name", name(here{"/etc/passwd"}), "error path-escapes info.name"},
		{"name with a slash", name(here{"a/b"}), "error path-escapes info.name"},
		{"name with NUL", name(here{"a\x00b"}), "error bad-name info.name"},
		{"name with ANSI", name("\x1b[31mred"), ""},
		{"name with DEL", name("a\x7f"), ""},
		{"name with C1", name("a\u009bb"), ""},
		{"name with bidi", name("gpj\u202eexe"), ""},
		{"name not UTF-8", name("caf\xe9"), ""},
		{"name of 256 bytes", name(here{strings.Repeat("n", 256)}), ""},
		{"name of 255 bytes", name(strings.Repeat("n", 255)), ""},
		{"name in Japanese", name("日本語"), ""},
		{"name.utf-8", utf8("ñ"), ""},
		{"name.utf-8 ..", utf8(here{".."}), "error path-escapes info.name.utf-8"},
		{"name.utf-8 not UTF-8", utf8("\xff"), ""},
		{"name.utf-8 is an integer", utf8(here{1}), "warning mistyped info.name.utf-8"},
	}
}

func v1Files() []odd {
	of := func(files ...any) any { return torrent(many(1, files...)) }
	component := func(c any) any { return of(file(10, "ok"), file(10, "a", c)) }
	bad := dict{"length", 1, "path", list{"."}}
	cases := []odd{
		{"neither length nor files", torrent(here{single().without("length")}), "error files info"},
		{"length and files", torrent(many(1, file(10, "a")).with("length", 10).with("files", here{list{file(10, "a")}})), "error files info.files"},
		{"length and files that is text", torrent(single().with("files", here{"x"})), "error files info.files"},
		{"files is a dictionary", torrent(many(1).with("files", here{dict{}})), "error files info.files"},
		{"no files", torrent(many(0).with("files", here{list{}})), "error files info.files"},
		{"file is a string", of(file(10, "a"), here{"b"}), "error files info.files[1]"},
		{"no path", of(here{dict{"length", 10}}), "error bad-path info.files[0].path"},
		{"path is a string", of(dict{"length", 10, "path", here{"a/b"}}), "error bad-path info.files[0].path"},
		{"empty path", of(dict{"length", 10, "path", here{list{}}}), "error bad-path info.files[0].path"},
		{"component is an integer", component(here{7}), "error bad-path info.files[1].path[1]"},
		{"component is a list", component(here{list{}}), "error bad-path info.files[1].path[1]"},
		{"empty component", component(here{""}), "error bad-name info.files[1].path[1]"},
		{"component ..", component(here{".."}), "error path-escapes info.files[1].path[1]"},
		{"component .", component(here{"."}), "error path-escapes info.files[1].path[1]"},
		{"component with a slash", component(here{"../../x"}), "error path-escapes info.files[1].path[1]"},
		{"absolute component", component(here{"/x"}), "error path-escapes info.files[1].path[1]"},
		{"component with NUL", component(here{"x\x00"}), "error bad-name info.files[1].path[1]"},
		{"component with ANSI", component("\x1b]0;x\a"), ""},
		{"component with bidi", component("a\u2066b"), ""},
		{"path.utf-8 ..", of(file(10, "a").with("path.utf-8", list{here{".."}})), "error path-escapes info.files[0].path.utf-8[0]"},
		{"path.utf-8 is a string", of(file(10, "a").with("path.utf-8", here{"a"})), "warning mistyped info.files[0].path.utf-8"},
		{"path.utf-8 is empty", of(file(10, "a").with("path.utf-8", here{list{}})), "warning mistyped info.files[0].path.utf-8"},
		{"one path twice", of(file(5, "a"), here{file(5, "a")}), "error duplicate-path info.files[1]"},
		{"one path twice, far apart", of(file(5, "a"), file(1, "b"), file(1, "c"), here{file(5, "a")}), "error duplicate-path info.files[3]"},
		{"one path.utf-8 twice", of(file(5, "a").with("path.utf-8", list{"x"}), here{file(5, "b").with("path.utf-8", list{"x"})}), "error duplicate-path info.files[1]"},
		{"file, then folder", of(file(5, "a"), here{file(5, "a", "b")}), "error duplicate-path info.files[1]"},
		{"folder, then file", of(file(5, "a", "b", "c"), file(1, "a-b"), here{file(5, "a")}), "error duplicate-path info.files[2]"},
		{"prefix that is no folder", of(file(5, "a"), file(5, "a-b"), file(2, "a.b", "c")), ""},
		{"paths that differ in case", of(file(5, "A"), file(5, "a")), ""},
		{"pad file without a path", torrent(many(1, file(10, "a"), here{dict{"attr", "p", "length", leaf - 10}})), "warning bad-path info.files[1].path"},
		{"attr is an integer", of(file(10, "a").with("attr", here{1})), "warning mistyped info.files[0].attr"},
		{"attr of unknown letters", of(file(10, "a").with("attr", "xhz")), ""},
		{"BitComet padding", of(file(5, "a"), file(leaf-10, "_____padding_file_0_if you see this file_____"), file(5, "b")), ""},
		{"two pad files of one path", torrent(many(3, file(10, "a"), pad(leaf-10), file(10, "b"), pad(leaf-10), file(1, "c"))), ""},
		{"pad file beside a file of its name", torrent(many(2, file(10, ".pad", "16374"), pad(leaf-10), file(10, "c"))), ""},
		{"symbolic link", of(file(10, "a"), dict{"attr", "l", "length", 0, "path", list{"b"}, "symlink path", list{"a"}}), ""},
		{"symbolic link without length", of(file(10, "a"), dict{"attr", "lx", "path", list{"b"}, "symlink path", list{"a"}}), ""},
		{"symbolic link to nowhere said", of(file(10, "a"), here{dict{"attr", "l", "length", 0, "path", list{"b"}}}), "warning link-target info.files[1].symlink path"},
		{"symbolic link that escapes", of(file(10, "a"), dict{"attr", "l", "length", 0, "path", list{"b"}, "symlink path", list{here{".."}, "x"}}),
			"error path-escapes info.files[1].symlink path[0]"},
		{"symbolic link to a string", of(file(10, "a"), dict{"attr", "l", "length", 0, "path", list{"b"}, "symlink path", here{"a"}}),
			"warning link-target info.files[1].symlink path"},
		{"symbolic link with a length", of(file(10, "a"), here{dict{"attr", "l", "length", 7, "path", list{"b"}, "symlink path", list{"a"}}}), "error link-length info.files[1]"},
		{"symbolic link with a negative length", of(file(10, "a"), dict{"attr", "l", "length", here{-7}, "path", list{"b"}, "symlink path", list{"a"}}), "error link-length info.files[1].length"},
		{"symbolic link whose length is text", of(file(10, "a"), dict{"attr", "l", "length", here{"7"}, "path", list{"b"}, "symlink path", list{"a"}}), "error link-length info.files[1].length"},
		{"a hundred bad files", of(dict{"length", 1, "path", list{here{"."}}}, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad),
			strings.TrimSuffix(repeat(24, "error path-escapes info.files[%d].path[0]; "), "; ")},
	}
	return cases
}

func sizes() []odd {
	const most int64 = 1<<63 - 1
	field := func(key string, v any) any { return torrent(single().with(key, v)) }
	return []odd{
		{"no length", torrent(many(1, here{dict{"path", list{"a"}}})), "error length info.files[0].length"},
		{"length is a string", field("length", here{"10"}), "error length info.length"},
		{"negative length", field("length", here{-1}), "error length info.length"},
		{"most negative length", field("length", here{-most - 1}), "error length info.length"},
		{"length over 64 bits", field("length", here{raw("i9223372036854775808e")}), "warning big-integer info.length; error length info.length"},
		{"negative length of one of many", torrent(many(1, file(10, "a"), file(here{-10}, "b"))), "error length info.files[1].length"},
		{"sum over 63 bits", torrent(many(1, file(most-5, "a"), here{file(6, "b")})), "error layout info.files[1]"},
		{"sum over 64 bits", torrent(many(1, file(most, "a"), here{file(most, "b")}, file(12, "c"))), "error layout info.files[1]"},
		{"sum of 63 bits", torrent(many(1, file(most-5, "a"), file(5, "b")).with("piece length", most)), ""},
		{"one piece of 63 bits", torrent(single().with("length", most).with("piece length", most)), ""},
		{"two pieces of 62 bits", torrent(single().with("length", most).with("piece length", int64(1<<62)).with("pieces", sums(2))), ""},
		{"no piece of 63 bits", torrent(single().with("length", most).with("piece length", most).with("pieces", here{""})), "error pieces info.pieces"},
		{"more pieces than 31 bits", torrent(here{single().with("length", int64(1<<40)).with("piece length", 1)}), "error layout info"},
		{"empty file", torrent(single().with("length", 0).with("pieces", "")), ""},
		{"empty files only", torrent(many(0, file(0, "a"), file(0, "b"))), ""},
		{"a piece for an empty file", torrent(single().with("length", 0).with("pieces", here{sums(1)})), "error pieces info.pieces"},
		{"exact multiple", torrent(single().with("length", 2*leaf).with("pieces", sums(2))), ""},
		{"exact multiple and one hash more", torrent(single().with("length", 2*leaf).with("pieces", here{sums(3)})), "error pieces info.pieces"},
		{"one hash too few", torrent(single().with("length", 2*leaf+1).with("pieces", here{sums(2)})), "error pieces info.pieces"},
		{"half a hash", field("pieces", here{sums(1)[:19]}), "error pieces info.pieces"},
		{"pieces is a list", field("pieces", here{list{sums(1)}}), "error pieces info.pieces"},
		{"no pieces", torrent(here{single().without("pieces")}), "error no-pieces info.pieces"},
		{"no piece length", torrent(here{single().without("piece length")}), "error piece-length info.piece length"},
		{"piece length is a string", field("piece length", here{"16384"}), "error piece-length info.piece length"},
		{"piece length 0", field("piece length", here{0}), "error piece-length info.piece length"},
		{"negative piece length", field("piece length", here{-leaf}), "error piece-length info.piece length"},
		{"piece length over 64 bits", field("piece length", here{raw("i99999999999999999999e")}), "warning big-integer info.piece length; error piece-length info.piece length"},
		{"piece length 10", field("piece length", 10), ""},
		{"piece length 11", field("piece length", 11), ""},
		{"piece length 9", torrent(single().with("piece length", 9).with("pieces", sums(2))), ""},
		{"pad file of half the universe", torrent(many(1, file(1, "a"), dict{"attr", "p", "length", here{int64(1 << 61)}, "path", list{".pad", "x"}}).with("piece length", int64(1<<62))), "error pad-file info.files[1].length"},
		{"pad file of 512 MiB", torrent(many(1, file(1, "a"), pad(512<<20)).with("piece length", int64(1<<62))), ""},
	}
}

func v2Trees() []odd {
	tree := func(t any) any { return torrent(v2(t)) }
	leafOf := func(d any) any { return tree(dict{"a", dict{"", d}}) }
	whole := small(10)[1].(dict)
	plain := dict{"a", small(10), "d", dict{"b", small(0)[:0].with("", dict{"length", 0})}}
	return []odd{
		{"v2", tree(plain), ""},
		{"single file in v2", tree(dict{"n", small(10)}), ""},
		{"meta version 1 with a tree", torrent(single().with("file tree", here{plain})), "warning meta-version-ignored info.file tree"},
		{"meta version 3 beside v1", torrent(single().with("meta version", here{3})), "warning meta-version-ignored info.meta version"},
		{"meta version 0 beside v1", torrent(single().with("meta version", here{0})), "warning meta-version-ignored info.meta version"},
		{"meta version is a string beside v1", torrent(single().with("meta version", here{"2"})), "warning meta-version-ignored info.meta version"},
		{"meta version 3", torrent(v2(plain).with("meta version", here{3})), "error meta-version info.meta version"},
		{"meta version 0", torrent(v2(plain).with("meta version", here{0})), "error meta-version info.meta version; error no-pieces info.pieces"},
		{"meta version is a string", torrent(v2(plain).with("meta version", here{"2"})), "error meta-version info.meta version"},
		{"meta version 2 without a tree", torrent(here{single().with("meta version", 2)}), "error meta-version info.file tree"},
		{"tree is a list", tree(here{list{}}), "error file-tree info.file tree"},
		{"tree is empty", tree(here{dict{}}), "error file-tree info.file tree"},
		{"tree of empty folders", tree(here{dict{"a", dict{}, "b", dict{"c", dict{}}}}), "error file-tree info.file tree"},
		{"file is a string", tree(dict{"a", here{"x"}}), "error file-tree info.file tree.a"},
		{"file without a name", tree(dict{here{""}, dict{"length", 1}}), "error bad-name info.file tree.\"\""},
		{"leaf is a list", leafOf(here{list{}}), "error file-tree info.file tree.a.\"\""},
		{"file and folder", tree(dict{"a", dict{"", here{whole}, "b", small(10)}}), "error file-tree info.file tree.a.\"\""},
		{"folder and file", tree(dict{"a", dict{"b", small(10), here{""}, whole}}), "warning unsorted-keys info.file tree.a.\"\"; error file-tree info.file tree.a.\"\""},
		{"name ..", tree(dict{here{".."}, small(10)}), "error path-escapes info.file tree.\"..\""},
		{"name with a slash", tree(dict{"a", dict{here{"b/c"}, small(10)}}), "error path-escapes info.file tree.a.\"b/c\""},
		{"name with NUL", tree(dict{"a", dict{here{"b\x00c"}, small(10)}}), "error bad-name info.file tree.a.\"b\\x00c\""},
		{"name with ANSI", tree(dict{"\x1b[1m", small(10)}), ""},
		{"one name twice", tree(dict{"a", small(10), here{"a"}, dict{"", whole}}), "warning duplicate-key info.file tree.a; error duplicate-path info.file tree.a"},
		{"file once, folder once", tree(dict{"a", small(10), here{"a"}, dict{"b", small(10)}}), "warning duplicate-key info.file tree.a; error duplicate-path info.file tree.a.b"},
		{"names out of order", tree(dict{"b", small(10), here{"a"}, small(10)}), "warning unsorted-keys info.file tree.a"},
		{"no length", leafOf(here{whole.without("length")}), "error length info.file tree.a.\"\".length"},
		{"negative length", leafOf(whole.with("length", here{-5})), "error length info.file tree.a.\"\".length"},
		{"length is a string", leafOf(whole.with("length", here{"5"})), "error length info.file tree.a.\"\".length"},
		{"no pieces root", leafOf(here{whole.without("pieces root")}), "error pieces-root info.file tree.a.\"\".pieces root"},
		{"pieces root of 31 bytes", leafOf(whole.with("pieces root", here{hash32("r")[:31]})), "error pieces-root info.file tree.a.\"\".pieces root"},
		{"pieces root of zeros", leafOf(whole.with("pieces root", here{strings.Repeat("\x00", 32)})), "error pieces-root info.file tree.a.\"\".pieces root"},
		{"pieces root is a list", leafOf(whole.with("pieces root", here{list{}})), "error pieces-root info.file tree.a.\"\".pieces root"},
		{"pieces root of an empty file", leafOf(dict{"length", 0, "pieces root", here{hash32("r")}}), "warning empty-pieces-root info.file tree.a.\"\".pieces root"},
		{"symbolic link", tree(dict{"a", dict{"", dict{"attr", "l", "symlink path", list{"b"}}}, "b", small(10)}), ""},
		{"symbolic link that escapes", leafOf(dict{"attr", "l", "length", 0, "symlink path", list{here{".."}}}), "error path-escapes info.file tree.a.\"\".symlink path[0]"},
		{"piece length 8192", torrent(v2(plain).with("piece length", here{8192})), "error piece-length info.piece length"},
		{"piece length 24576", torrent(v2(plain).with("piece length", here{24576})), "error piece-length info.piece length"},
		{"piece length 512 MiB", torrent(v2(plain).with("piece length", 512<<20)), ""},
		{"piece length 1 GiB", torrent(v2(plain).with("piece length", here{1 << 30})), "error piece-length info.piece length"},
		{"piece length of 62 bits", torrent(v2(plain).with("piece length", here{int64(1 << 62)})), "error piece-length info.piece length"},
		{"lengths that overflow when aligned", tree(dict{"a", large(hash32("x")), "b", dict{"", here{dict{"length", int64(1<<63 - 1), "pieces root", hash32("r")}}}}), "error layout info.file tree.b"},
		{"pad file", leafOf(whole.with("attr", here{"p"})), "error file-tree info.file tree.a.\"\".attr"},
	}
}

func layers() []odd {
	root, layer := twoPieces()
	with := func(tree, layers any) any { return dict{"info", v2(tree), "piece layers", layers} }
	at := func(key string) string { return "piece layers." + strconv.QuoteToASCII(key) }
	one := dict{"a", large(root)}
	three := tree(0, hash32("1"), hash32("2"), hash32("3"))
	wide := tree(1, hash32("1"), hash32("2"), hash32("3"))
	return []odd{
		{"layer", with(one, dict{root, layer}), ""},
		{"three pieces", with(dict{"a", dict{"", dict{"length", 2*leaf + 1, "pieces root", three}}},
			dict{three, hash32("1") + hash32("2") + hash32("3")}), ""},
		{"three pieces of two blocks", dict{"info", v2(dict{"a", dict{"", dict{"length", 4*leaf + 1, "pieces root", wide}}}).with("piece length", 2*leaf),
			"piece layers", dict{wide, hash32("1") + hash32("2") + hash32("3")}}, ""},
		{"three pieces padded like leaves", dict{"info", v2(dict{"a", dict{"", dict{"length", 4*leaf + 1, "pieces root", three}}}).with("piece length", 2*leaf),
			"piece layers", dict{three, here{hash32("1") + hash32("2") + hash32("3")}}}, "error piece-layers " + at(three)},
		{"two files of one content", with(dict{"a", large(root), "b", large(root)}, dict{root, layer}), ""},
		{"no layers", here{torrent(v2(one))}, "warning no-piece-layer piece layers"},
		{"layers are a list", with(one, here{list{}}), "error piece-layers piece layers; warning no-piece-layer piece layers"},
		{"layers without the file's", with(one, here{dict{}}), "warning no-piece-layer piece layers"},
		{"layer does not hash to the root", with(one, dict{root, here{hash32("b") + hash32("a")}}), "error piece-layers " + at(root)},
		{"layer too short", with(one, dict{root, here{hash32("a")}}), "error piece-layers " + at(root)},
		{"layer too long", with(one, dict{root, here{layer + hash32("c")}}), "error piece-layers " + at(root)},
		{"layer is an integer", with(one, dict{root, here{5}}), "error piece-layers " + at(root)},
		{"key of 31 bytes", with(one, dict{hash32("\x00")[1:], here{layer}, root, layer}), "error piece-layers " + at(hash32("\x00")[1:])},
		{"layer of no file", with(one, dict{root, layer, hash32("\xff"), here{layer}}), "warning stray-piece-layer " + at(hash32("\xff"))},
		{"layer of a small file", with(dict{"a", small(10)}, dict{hash32("r"), here{layer}}), "warning stray-piece-layer piece layers." + hash32("r")},
		{"one root, two lengths", with(dict{"a", large(root), "b", dict{"", here{dict{"length", leaf + 2, "pieces root", root}}}}, dict{root, layer}),
			"error pieces-root info.file tree"},
		{"a billion pieces without a hash", here{torrent(v2(dict{"a", dict{"", dict{"length", int64(leaf << 30), "pieces root", root}}}))}, "warning no-piece-layer piece layers"},
	}
}

func hybrids() []odd {
	h := hybrid()
	v1, v2 := func(files ...any) any { return torrent(h.with("files", list(files))) }, func(t any) any { return torrent(h.with("file tree", t)) }
	return []odd{
		{"hybrid", torrent(h), ""},
		{"hybrid with a pad at the end", torrent(h.with("files", list{file(10, "a"), pad(leaf - 10), file(20, "b"), pad(leaf - 20)})), ""},
		{"hybrid of one file", torrent(dict{"file tree", dict{"n", small(10)}, "length", 10, "meta version", 2, "name", "n", "piece length", leaf, "pieces", sums(1)}), ""},
		{"hybrid with an empty file", torrent(h.with("files", list{file(10, "a"), file(0, "a0"), pad(leaf - 10), file(20, "b")}).
			with("file tree", dict{"a", small(10), "a0", dict{"", dict{"length", 0}}, "b", small(20)})), ""},
		{"without padding", v1(file(10, "a"), here{file(20, "b")}), "error hybrid-disagrees info.files[1]"},
		{"pad too short", v1(file(10, "a"), pad(leaf-11), here{file(20, "b")}), "error hybrid-disagrees info.files[2]"},
		{"pad of a piece more", v1(file(10, "a"), pad(2*leaf-10), here{file(20, "b")}), "error hybrid-disagrees info.files[2]"},
		{"pad of a piece more behind the last", v1(file(10, "a"), pad(leaf-10), file(20, "b"), here{pad(2*leaf - 20)}), "error hybrid-disagrees info.files[3]"},
		{"part of a pad behind the last", v1(file(10, "a"), pad(leaf-10), file(20, "b"), here{pad(100)}), "error hybrid-disagrees info.files[3]"},
		{"pad in front", v1(pad(leaf), here{file(10, "a")}, pad(leaf-10), file(20, "b")), "error hybrid-disagrees info.files[1]"},
		{"empty pad in front", v1(pad(0), here{file(10, "a")}, pad(leaf-10), file(20, "b")), "error hybrid-disagrees info.files[1]"},
		{"empty pad", v1(file(10, "a"), pad(leaf-10), pad(0), here{file(20, "b")}), "error hybrid-disagrees info.files[3]"},
		{"empty pad behind the last", v1(file(10, "a"), pad(leaf-10), file(20, "b"), here{pad(0)}), "error hybrid-disagrees info.files[3]"},
		{"two pads in place of one", v1(file(10, "a"), pad(leaf-11), pad(1), here{file(20, "b")}), "error hybrid-disagrees info.files[3]"},
		{"two pads behind the last", v1(file(10, "a"), pad(leaf-10), file(20, "b"), pad(leaf-21), here{pad(1)}), "error hybrid-disagrees info.files[4]"},
		{"another path", v1(file(10, "a"), pad(leaf-10), here{file(20, "c")}), "error hybrid-disagrees info.files[2]"},
		{"another length", v1(file(10, "a"), pad(leaf-10), here{file(21, "b")}), "error hybrid-disagrees info.files[2]"},
		{"another order", v1(here{file(20, "b")}, pad(leaf-20), file(10, "a")), "error hybrid-disagrees info.files[0]"},
		{"one more in v1", v1(file(10, "a"), pad(leaf-10), file(20, "b"), here{file(0, "c")}), "error hybrid-disagrees info.files[3]"},
		{"one more in v2", v2(dict{"a", small(10), "b", small(20), "c", dict{"", here{dict{"length", 0}}}}), "error hybrid-disagrees info.file tree"},
		{"another name of one file", torrent(dict{"file tree", dict{"m", small(10)}, "length", here{10}, "meta version", 2, "name", "n", "piece length", leaf, "pieces", sums(1)}),
			"error hybrid-disagrees info.length"},
		{"v1 length without v1 pieces", torrent(h.without("pieces").without("files").with("length", here{10})), "warning hybrid-disagrees info.length"},
		{"v1 files without v1 pieces", torrent(h.without("pieces").with("files", here{list{}})), "warning hybrid-disagrees info.files"},
		{"name.utf-8 of one file", torrent(dict{"file tree", dict{"n", small(10)}, "length", here{10}, "meta version", 2, "name", "n", "name.utf-8", "m", "piece length", leaf, "pieces", sums(1)}),
			"error hybrid-disagrees info.length"},
		{"hybrid without v1 files", torrent(here{h.without("files")}), "error files info"},
		{"hybrid whose files is text", torrent(h.with("files", here{"x"})), "error files info.files"},
		{"hybrid whose pieces is a number", torrent(h.with("pieces", here{5})), "error pieces info.pieces; warning hybrid-disagrees info.files"},
		{"hybrid with bad v1 pieces", torrent(h.with("pieces", here{sums(3)})), "error pieces info.pieces"},
		{"hybrid with an odd piece length", torrent(h.with("piece length", here{30000})), "error piece-length info.piece length"},
	}
}

func outside() []odd {
	with := func(key string, v any) any { return torrent(single()).with(key, v) }
	inside := func(key string, v any) any { return torrent(single().with(key, v)) }
	return []odd{
		{"announce is a list", with("announce", here{list{"http://a"}}), "warning mistyped announce"},
		{"announce-list is a string", with("announce-list", here{"http://a"}), "warning mistyped announce-list"},
		{"flat announce-list", with("announce-list", list{here{"http://a"}}), "warning mistyped announce-list[0]"},
		{"tier is an integer", with("announce-list", list{list{"http://a"}, here{4}}), "warning mistyped announce-list[1]"},
		{"URL is an integer", with("announce-list", list{list{"http://a", here{4}}}), "warning mistyped announce-list[0][1]"},
		{"empty tiers", with("announce-list", list{list{}, list{""}, list{"http://a"}}), ""},
		{"url-list is an integer", with("url-list", here{1}), "warning mistyped url-list"},
		{"url-list is empty", with("url-list", ""), ""},
		{"url-list of lists", with("url-list", list{here{list{}}}), "warning mistyped url-list[0]"},
		{"httpseeds is a dictionary", with("httpseeds", here{dict{}}), "warning mistyped httpseeds"},
		{"nodes is a string", with("nodes", here{"x"}), "warning mistyped nodes"},
		{"node of three", with("nodes", list{here{list{"h", 1, 2}}}), "warning mistyped nodes[0]"},
		{"node with port 0", with("nodes", list{here{list{"h", 0}}}), "warning mistyped nodes[0]"},
		{"node with port 65536", with("nodes", list{list{"h", 1}, here{list{"h", 65536}}}), "warning mistyped nodes[1]"},
		{"node is a string", with("nodes", list{here{"h:1"}}), "warning mistyped nodes[0]"},
		{"comment is a list", with("comment", here{list{}}), "warning mistyped comment"},
		{"creation date is a string", with("creation date", here{"yesterday"}), "warning creation-date creation date"},
		{"negative creation date", with("creation date", here{-1}), "warning creation-date creation date"},
		{"creation date in milliseconds", with("creation date", here{int64(1700000000000)}), "warning creation-date creation date"},
		{"creation date after the year 9999", with("creation date", here{int64(253402300800)}), "warning creation-date creation date"},
		{"private 0", inside("private", 0), ""},
		{"private 1", inside("private", 1), ""},
		{"private 2", inside("private", here{2}), "warning mistyped info.private"},
		{"private -1", inside("private", here{-1}), "warning mistyped info.private"},
		{"private is a string", inside("private", here{"1"}), "warning mistyped info.private"},
		{"private outside of info", with("private", 1), ""},
		{"source is an integer", inside("source", here{1}), "warning mistyped info.source"},
		{"source outside of info", with("source", "S"), ""},
	}
}

// repeat puts the numbers from 0 into a text, once each.
func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
