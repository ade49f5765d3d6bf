package diskname

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
)

func of(size int64, names ...string) File {
	f := File{Path: strings.Join(names, "/"), Size: size}
	if strings.Count(f.Path, "/") >= len(names) {
		f.Names = func() []string { return names }
	}
	return f
}

// What libtorrent 2.0.8 makes of files whose paths are, or become, the same.
func TestLibtorrentPaths(t *testing.T) {
	file := func(path string) File { return of(1, strings.Split(path, "|")...) }
	pad := of(5, ".pad", "5")
	pad.Pad = true
	other := pad
	other.Size = 6
	for _, c := range []struct {
		files []File
		want  []string
	}{
		{[]File{file("readme.txt"), file("README.TXT"), file("readme.txt")}, []string{"readme.txt", "README.1.TXT", "readme.2.txt"}},
		{[]File{file("a.1.x"), file("a.x"), file("A.x"), file("a.X")}, []string{"a.1.x", "a.x", "A.2.x", "a.3.X"}},
		{[]File{file("a|b"), file("A")}, []string{"a/b", "A.1"}},
		{[]File{file("x|.hidden"), file("x|.Hidden"), file("x|y.z|n"), file("x|y.z|N")}, []string{"x/.hidden", "x/.1.Hidden", "x/y.z/n", "x/y.z/N.1"}},
		{[]File{pad, file("b"), pad, other}, []string{".pad/5", "b", ".pad/5", ".pad/5.1"}},
		{[]File{file("..|.."), file("a/b|c"), file("ab|c"), file(""), file("É"), file("é")}, []string{"_", "ab/c", "ab/c.1", "_.1", "É", "é"}},
	} {
		if got := Unix.LibtorrentPaths("n", c.files); !slices.Equal(got, c.want) {
			t.Errorf("%v are stored as %q, want %q", c.files, got, c.want)
		}
	}
}

// name makes names that clients store under others.
func name(rng *rand.Rand) string {
	parts := []string{
		"a", "A", "b", "ab", ".", "..", "txt", ".txt", ".TXT", "1", ".1", " ", "_", "/", `\`, ":", "?", "*", "con", "nul", "\x00", "\x01", "\x1f", "\x7f",
		"é", "É", "e\u0301", "ß", "日本", "\u202e", "\u200f", "\u200b", "\xe9", "\xff", "\xc3", "\xed\xa0\x80", "\xf8\x88", "😀", strings.Repeat("n", 100), strings.Repeat("é", 60),
		"_____padding_file_",
	}
	var b strings.Builder
	for range rng.IntN(5) {
		b.WriteString(parts[rng.IntN(len(parts))])
	}
	return b.String()
}

// Names are stored as libtorrent stores them.
func TestAgainstLibtorrent(t *testing.T) {
	t.Parallel()
	oracle := peertest.Libtorrent(t)
	const files = 50
	path := filepath.Join(t.TempDir(), "x.torrent")
	names := 0
	for seed := range uint64(longtest.Rounds(5, 600)) {
		rng := rand.New(rand.NewPCG(18, seed))
		list := make([]File, files)
		var info strings.Builder
		for i := range list {
			f := &list[i]
			var path []string
			attr, raw := "", ""
			for range 1 + rng.IntN(3) {
				n := name(rng)
				names++
				path = append(path, n)
				raw += fmt.Sprintf("%d:%s", len(n), n)
			}
			*f = of(1+rng.Int64N(2), path...)
			if f.Pad = rng.IntN(15) == 0; f.Pad {
				attr = "4:attr1:p"
			}
			fmt.Fprintf(&info, "d%s6:lengthi%de4:pathl%see", attr, f.Size, raw)
		}
		raw := fmt.Sprintf("d4:infod5:filesl%se4:name1:n12:piece lengthi16384e6:pieces20:%see", info.String(), strings.Repeat("h", 20))
		if err := os.WriteFile(path, []byte(raw), 0o666); err != nil {
			t.Fatal(err)
		}
		answer := oracle.Ask(t, peertest.Question{Do: "inspect", Torrent: path})
		for i, got := range Unix.LibtorrentPaths("n", list) {
			if want := answer.Files[i].Path; "n/"+got != want {
				t.Fatalf("seed %d: file %d, %q, is stored as %q, and by libtorrent as %q", seed, i, list[i].Path, "n/"+got, want)
			}
		}
	}
	if longtest.Whole() && names < 20_000 {
		t.Errorf("only %d names were compared", names)
	}
}

// Names are stored as Transmission 3.00 stores them.
func TestAgainstTransmission3(t *testing.T) {
	t.Parallel()
	show := peertest.Need(t, "transmission-show")
	const files = 99
	line := regexp.MustCompile(`(?m)^  n/(.*) \(([0-9]+)\.00 kB\)$`)
	path := filepath.Join(t.TempDir(), "x.torrent")
	names := 0
	for seed := range uint64(longtest.Rounds(3, 105)) {
		rng := rand.New(rand.NewPCG(19, seed))
		var info strings.Builder
		want := make([]string, files)
		for i := range want {
			list := []string{"p"} // what is left of nothing is refused
			raw := ""
			for range 1 + rng.IntN(3) {
				list = append(list, name(rng))
				names++
			}
			for _, n := range list {
				raw += fmt.Sprintf("%d:%s", len(n), n)
			}
			want[i] = Transmission3Path(slices.Values(list))
			fmt.Fprintf(&info, "d6:lengthi%de4:pathl%see", (i+1)*1000, raw)
		}
		raw := fmt.Sprintf("d4:infod5:filesl%se4:name1:n12:piece lengthi%de6:pieces20:%see", info.String(), 1<<30, strings.Repeat("h", 20))
		if err := os.WriteFile(path, []byte(raw), 0o666); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(show, path).Output()
		if err != nil {
			t.Fatal(err)
		}
		shown := line.FindAllStringSubmatch(string(out), -1)
		if len(shown) != files {
			t.Fatalf("seed %d: %d of %d files shown", seed, len(shown), files)
		}
		for _, s := range shown {
			k, _ := strconv.Atoi(s[2])
			if want[k-1] != s[1] {
				t.Fatalf("seed %d: file %d is stored as %q, and by Transmission as %q", seed, k, want[k-1], s[1])
			}
		}
	}
	if longtest.Whole() && names < 20_000 {
		t.Errorf("only %d names were compared", names)
	}
}

// What libtorrent 2 makes of names on Windows (src/torrent_info.cpp, TORRENT_WINDOWS).
func TestLibtorrentOnWindows(t *testing.T) {
	for element, want := range map[string]string{
		"film.mkv": "film.mkv", "a:b": "ab", `a?b<c>d"e|f*g`: "a_b_c_d_e_f_g", "x. . ": "x", ". a": ". a", "con": "con", "\x01": "_", "": "_", `a/b\c`: "abc",
		" ": "", "..": "", "...": "", ":": "", "é?": "é_", "é ": "é",
	} {
		if got, ok := Windows.Libtorrent(element); ok != (want != "") || ok && got != want {
			t.Errorf("%q is stored as %q, %v, want %q", element, got, ok, want)
		}
	}
	got := Windows.LibtorrentPaths("n", []File{of(1, "a", "x?"), of(1, "a.", "x_"), of(1, "a ", "X*")})
	if want := []string{"a/x_", "a/x_.1", "a/X_.2"}; !slices.Equal(got, want) {
		t.Errorf("stored as %q, want %q", got, want)
	}
}

// What Transmission 4.0 makes of names.
func TestTransmission(t *testing.T) {
	for element, want := range map[string]string{
		"film.mkv": "film.mkv", "": "", ".": "", "..": "", " a ": "a", "a. .": "a. ", "a..": "a", `a:b?*"<>|\`: "a_b" + strings.Repeat("_", 7), "\xff?": "\xff_", "con": "_con", "Com1.txt": "_Com1.txt",
		"com0": "com0", "console": "console", "a/../b": "a/b", "/x": "x", "é": "é", "...x": "...x",
	} {
		if got := Transmission(element); got != want {
			t.Errorf("%q is stored as %q, want %q", element, got, want)
		}
	}
}
