package diskname

import "testing"

// Where WebTorrent 2.8.5 put files on Linux.
func TestWebTorrent(t *testing.T) {
	for name, want := range map[string]struct{ file, folder string }{
		"film.mkv": {"film.mkv", "film.mkv"}, "What? Yes: no*.mkv": {"What Yes no.mkv", "What? Yes: no*.mkv"}, "../esc": {"esc", "esc"}, "sub/esc?": {"sub/esc", "sub/esc?"},
		"..": {"", ""}, "??": {"", "??"}, " x. ": {" x. ", " x. "}, "con": {"con", "con"}, "tab\tbell\x07": {"tabbell", "tab\tbell\x07"}, "\x7f\u202e": {"\x7f\u202e", "\x7f\u202e"},
		"latin\xe9": {"latin\ufffd", "latin\ufffd"}, "\xe2\x82x\xf0\x9f\x98": {"\ufffdx\ufffd", "\ufffdx\ufffd"}, "\xed\xa0\x80\xff": {"\ufffd\ufffd\ufffd\ufffd", "\ufffd\ufffd\ufffd\ufffd"},
	} {
		if file, folder := WebTorrent(name, true), WebTorrent(name, false); file != want.file || folder != want.folder {
			t.Errorf("%q is stored as %q, and a folder as %q; want %q", name, file, folder, want)
		}
	}
	for _, c := range []struct{ name, path, want string }{
		{"n", "a/b", "a/b"}, {"n", "fol:der?/in:side", "fol:der?/inside"}, {"n", "trail /dir./x", "trail /dir./x"}, {"n", "e//./f", "e/f"}, {"n", "a/../b", "b"},
		{"n", "../up", ""}, {"n", "../n/back", "back"}, {"n", "..", ""}, {"n", "??", ""}, {"n", "", ""}, {"..", "a", "a"}, {"n", "../nn/x", ""}, {"a/b", "../b/c", "c"},
	} {
		if got := WebTorrentPath(c.name, c.path); got != c.want {
			t.Errorf("%q of %q is stored as %q, want %q", c.path, c.name, got, c.want)
		}
	}
}
