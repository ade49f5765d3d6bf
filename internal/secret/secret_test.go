package secret

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
)

// table reads the lines of a file of testdata: what is judged, and how it is shown.
func table(t testing.TB, name string) [][2]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var list [][2]string
	for line := range strings.Lines(string(raw)) {
		in, want, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			if line != "\n" && line[0] != '#' {
				t.Fatalf("%s: no tab in %q", name, line)
			}
			continue
		}
		if want == "=" {
			want = in
		}
		list = append(list, [2]string{in, want})
	}
	return list
}

// fingerprints are what follows the stars.
var fingerprints = regexp.MustCompile(`\*\*\*[0-9a-f]{2}`)

func TestURL(t *testing.T) {
	cases := table(t, "urls.txt")
	if len(cases) < 120 {
		t.Errorf("only %d URLs", len(cases))
	}
	for _, c := range cases {
		got := URL(c[0])
		if plain := fingerprints.ReplaceAllString(got, hidden); plain != fingerprints.ReplaceAllString(c[1], hidden) {
			t.Errorf("URL(%q) = %q, want %q", c[0], plain, c[1])
		}
		if again := URL(got); again != got {
			t.Errorf("%q, hidden again: %q", got, again)
		}
		if secret := c[0] != c[1]; In(c[0]) != secret || In(got) {
			t.Errorf("In(%q) is %v", c[0], !secret)
		}
		stripped := StripURL(c[0])
		if In(stripped) || strings.Contains(stripped, hidden) && !strings.Contains(c[0], hidden) || StripURL(stripped) != stripped || c[0] == c[1] && stripped != c[0] {
			t.Errorf("StripURL(%q) = %q", c[0], stripped)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range table(t, "texts.txt") {
		got := Text(c[0])
		if plain := fingerprints.ReplaceAllString(got, hidden); plain != c[1] {
			t.Errorf("Text(%q) = %q, want %q", c[0], plain, c[1])
		}
		if again := Text(got); again != got {
			t.Errorf("%q, hidden again: %q", got, again)
		}
	}
}

// What is in public lists hides nothing. (One tracker has a key of zeros, which is a number.)
func TestOrdinary(t *testing.T) {
	raw, err := os.ReadFile("testdata/ordinary.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if n++; URL(line) != line || Text(line) != line || InText(line, "dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c", "1220caf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302e") {
			t.Errorf("%s: shown as %s", line, URL(line))
		}
	}
	if n < 100 {
		t.Errorf("only %d URLs", n)
	}
}

// A key may have words in it, and names may have long parts.
func TestPathParts(t *testing.T) {
	for part, secret := range map[string]bool{
		"SECRETPASSKEY0123456789abcdef":              true,
		"passkey12345678901234":                      true,
		"MyAuthKeyIs2024abcdefgh":                    true,
		"user1f2e3d4c5b6a79808":                      true,
		"torrent0123456789ABCDEF":                    true,
		"S01E01E02E03E04":                            false,
		"SecretGarden1993Remastered":                 false,
		"TokenOfAffection20190101":                   false,
		"passkey-explained":                          false,
		"TheDecadeOfTheFacade19801989":               false,
		"Show.Name.S01E01-E12.1080p.WEB-DL.x264-GRP": false,
		"ubuntu-26.04-desktop-amd64.iso":             false,
		"KeyboardLayouts20240101":                    false,
	} {
		if got := In("https://t.example/" + part + "/announce"); got != secret {
			t.Errorf("%s is taken for a secret: %v", part, got)
		}
	}
	for _, plain := range []string{
		"https://t.example/scrape?info_hash=%12%34%56%78%9a%bc%de%f1%23%45%67%89%ab%cd%ef%12%34%56%78%9a",
		"https://t.example/scrape?info_hash=abcdefghij0123456789",
	} {
		if In(plain) {
			t.Errorf("%s holds a secret", plain)
		}
	}
}

// Keys of every alphabet are found, the longer the surer.
func TestKeys(t *testing.T) {
	const small, capitals, digits = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	random := rand.New(rand.NewPCG(1, 2))
	const n = 4000
	for _, c := range []struct {
		name, alphabet string
		length, most   int // of n that are missed
	}{
		{"hexadecimal", digits + "abcdef", 16, 40}, {"hexadecimal", digits + "abcdef", 20, 10}, {"hexadecimal", digits + "abcdef", 32, 0},
		{"base36", digits + small, 16, 60}, {"base36", digits + small, 20, 20}, {"base36", digits + small, 32, 1},
		{"base32", capitals + "234567", 16, 80}, {"base32", capitals + "234567", 26, 20}, {"base32", capitals + "234567", 32, 1},
		{"base62", digits + small + capitals, 16, 60}, {"base62", digits + small + capitals, 20, 20}, {"base62", digits + small + capitals, 32, 1},
		{"base64url", digits + small + capitals + "-_", 22, 80}, {"base64url", digits + small + capitals + "-_", 43, 4},
		{"letters", small + capitals, 20, 80}, {"letters", small + capitals, 32, 1},
	} {
		missed := 0
		for range n {
			key := make([]byte, c.length)
			for i := range key {
				key[i] = c.alphabet[random.IntN(len(c.alphabet))]
			}
			if !In("https://t.example/" + string(key) + "/announce") {
				missed++
			}
		}
		t.Logf("%s of %d characters: %d of %d are missed", c.name, c.length, missed, n)
		if missed > c.most {
			t.Error("more than", c.most)
		}
	}
}

func TestMark(t *testing.T) {
	a, b := URL("http://h/announce?passkey=one"), URL("http://h/announce?passkey=two")
	if a == b {
		t.Errorf("both are %s", a)
	}
	if again := URL("http://other/announce?x=1&passkey=o%6ee"); !strings.HasSuffix(again, a[strings.Index(a, hidden):]) {
		t.Errorf("%s is marked in another way than %s", again, a)
	}
	if text := Of("http://h/announce?passkey=0123456789abcdef").Hide("no 0123456789abcdef here"); text != "no "+Mark("0123456789abcdef")+" here" {
		t.Error(text)
	}
}

func TestKnown(t *testing.T) {
	known := Of("https://bob:hunter22@t.example/0123456789abcdef0123456789abcdef/announce?passkey=secret&key=a%2Bb%2Bc1&pk=12345678&sid=https")
	for in, want := range map[string]string{
		"unknown passkey 0123456789abcdef0123456789abcdef":     "unknown passkey ***",
		"x0123456789abcdef0123456789abcdefx":                   "x***x",
		"wrong password hunter22 for bob":                      "wrong password *** for bob",
		"hunter223":                                            "hunter223",
		"00" + fmt.Sprintf("%x", "a+b+c1") + "ff":              "00***ff",
		"a+b+c1 and a%2Bb%2Bc1":                                "*** and ***",
		"http, https, ***, ws and wss: a secret of 12345678 B": "http, https, ***, ws and wss: a secret of 12345678 B",
	} {
		if got := fingerprints.ReplaceAllString(known.Hide(in), hidden); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
	if got := known.Remove("key 0123456789abcdef0123456789abcdef."); got != "key ." {
		t.Errorf("%q", got)
	}
}

func TestStrip(t *testing.T) {
	const key = "0123456789abcdef0123456789abcdef"
	for in, want := range map[string]string{
		"https://t.example/" + key + "/announce":                          "https://t.example/announce",
		"https://t.example/announce/" + key:                               "https://t.example/announce",
		"https://t.example/announce?passkey=x&uploads=1":                  "https://t.example/announce?uploads=1",
		"https://t.example/announce?uploads=1&passkey=x":                  "https://t.example/announce?uploads=1",
		"https://t.example/announce?a=1&passkey=x&authkey=y&b=2":          "https://t.example/announce?a=1&b=2",
		"https://t.example/announce.php?passkey=x&authkey=y":              "https://t.example/announce.php",
		"https://t.example/announce.php?passkey=x#" + key:                 "https://t.example/announce.php",
		"https://me:secret@t.example:444/announce":                        "https://t.example:444/announce",
		"https://t.example:" + key + "/announce":                          "https://t.example/announce",
		"https://s.example/get?url=https%3A%2F%2Ft%2F%3Fpasskey%3D" + key: "https://s.example/get?url=https%3A%2F%2Ft%2F",
		"magnet:?xt=urn:btih:x&tr=http%3A%2F%2Fu%3Ap%40h&dn=a":            "magnet:?xt=urn:btih:x&tr=http%3A%2F%2Fh&dn=a",
	} {
		if got := StripURL(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	const hash = "c12fe1c06bba254a9dc9f519b335aa7c1367a88a"
	for in, want := range map[string]string{
		"see http://t/" + key + "/x for http://a/b.": "see http://t/x for http://a/b.",
		"my key is " + key + ", keep it":             "my key is , keep it",
		"passkey=abc; of " + hash:                    "; of " + hash,
		"http://cache/" + hash + ".torrent":          "http://cache/" + hash + ".torrent",
		"t.example/" + key:                           "t.example",
	} {
		if got := StripText(in, hash); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// However long and strange a text is, it is judged in one pass: what goes over it again for each part would not end.
func TestLong(t *testing.T) {
	for _, piece := range []string{"a", "a=", "a=/", "://", "a://", "a://b@", "/", "?", "&", "%", "%25", "passkey=x&", "magnet:?", "magnet:?tr=", "-a", "a1B-", "a.", "+", ":@", "announce/", "token "} {
		s := strings.Repeat(piece, 1<<18/len(piece))
		if len(URL(s))+len(Text(s))+len(StripText(s)) == 0 && piece == "a" {
			t.Error("a word is taken for a secret")
		}
	}
}

func FuzzJudge(f *testing.F) {
	for _, name := range []string{"urls.txt", "texts.txt"} {
		for _, c := range table(f, name) {
			f.Add(c[0])
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, hide := range map[string]func(string) string{"URL": URL, "Text": Text} {
			once := hide(s)
			if twice := hide(once); twice != once {
				t.Errorf("%s(%q) = %q, and again %q", name, s, once, twice)
			}
		}
		if u := URL(s); In(u) || In(s) == (u == s) {
			t.Errorf("In(%q) is %v, and URL %q", s, In(s), u)
		}
		const key = "0123456789abcdef0123456789abcdef"
		for _, before := range []string{"https://t.example/announce/", "https://t.example/a?passkey=", "https://me:"} {
			if got := Text(before + key + "@h " + s); strings.Contains(got, key+"@") {
				t.Errorf("%q leaks", got)
			}
		}
		StripText(StripURL(s))
	})
}
