package diskname

import (
	"strings"
	"testing"
)

// What libtorrent 2.0.8 makes of names (torrent_info.files().file_path).
func TestLibtorrent(t *testing.T) {
	n := func(k int) string { return strings.Repeat("n", k) }
	for element, want := range map[string]string{
		"film.mkv": "film.mkv", "": "_", "...": "...", "a/b": "ab", `a\b`: "ab", "../../etc": "....etc",
		"nul\x00byte": "nulbyte", "\x01\x1f\x7f": "__\x7f", "caf\xe9": "caf_", "caf\xe9.mp3x": "caf_p3x", "\xf8\x80\x80\x80\x80x": "_x",
		"\xed\xa0\x80z": "_z", "\xc0\x80z": "_z", "\u202egpj.exe": "gpj.exe", "e\u0301": "e\u0301", "con": "con", "dot. ": "dot. ",
		n(239) + ".ext": n(239) + ".", n(300) + ".ext": n(240) + ".ext", n(300) + ".longextension": n(240),
		n(300): n(240), strings.Repeat("é", 130) + ".flac": strings.Repeat("é", 120) + ".flac", strings.Repeat(".", 300): strings.Repeat(".", 241),
	} {
		if got, ok := Unix.Libtorrent(element); got != want || !ok {
			t.Errorf("%q is stored as %q, %v, want %q", element, got, ok, want)
		}
	}
	for _, element := range []string{".", "..", "/", "//", "/.", "./.", "\u200f", "\x00"} {
		if got, ok := Unix.Libtorrent(element); ok {
			t.Errorf("%q is stored as %q, want nothing", element, got)
		}
	}
}
