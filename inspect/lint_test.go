package inspect

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

var update = flag.Bool("update", false, "write the torrents of the tests to testdata")

var lintNow = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ids are the rules that find something, in order, each once.
func ids(t *testing.T, doc []byte, o LintOptions) []string {
	t.Helper()
	if o.Now.IsZero() {
		o.Now = lintNow
	}
	r, err := Lint(doc, o)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range r.Findings {
		if f.Offset < 0 || f.Offset > len(doc) || f.Message == "" || strings.ContainsAny(f.Message+f.Key, "\x00\x1b\n") {
			t.Errorf("finding %+v", f)
		}
		if !slices.Contains(all, f.Rule.ID) {
			all = append(all, f.Rule.ID)
		}
	}
	return all
}

// Trackers that are nearly URLs.
func TestTrackerURLs(t *testing.T) {
	for url, want := range map[string]string{
		"udp://h.example:6969": "", "http://[2001:db8::1]:80/announce": "", "https://tracker.example.org./a": "", "http://xn--bcher-kva.example/": "",
		"http://bücher.example/announce": "", "http://my_tracker.example/announce": "", "udp://h:6969:6969/": "tracker-url", "http://http://x": "tracker-url",
		"http://http://x.example/announce": "tracker-url", "udp://2001:db8::1:80/": "tracker-url", "http://x,http://y": "tracker-url", "http://x.example,y.example/": "tracker-url",
		"http://x..y/": "tracker-url", "http://.x/": "tracker-url", "http://./": "tracker-url", "http:///announce": "tracker-url", "x.example/announce": "tracker-url",
		"http://x y/": "tracker-url", "dht://x.example/": "tracker-scheme", "udp://h.example": "tracker-port", "http://h.example:0/": "tracker-port", "http://h.example:70000/": "tracker-port",
	} {
		got := ids(t, encode(announced(url)), LintOptions{})
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %q", url, got, want)
		}
	}
}

// Links lead to files and folders of the torrent, over other links too.
func TestLinks(t *testing.T) {
	sub := dict{"length", 0, "path", list{"sub", "deep", "x"}}
	for _, tt := range []struct {
		links []dict
		want  string
	}{
		{[]dict{link("l", "a")}, ""},
		{[]dict{sub, link("l", "sub")}, ""},
		{[]dict{sub, link("l", "sub").with("symlink path", list{"sub", "deep", "x"})}, ""},
		{[]dict{sub, link("l", "sub"), link("m", "l").with("symlink path", list{"l", "deep"})}, ""},
		{[]dict{link("l", "nothing")}, "link-target"},
		{[]dict{link("l", "a").with("symlink path", list{"a", "b"})}, "link-target"},
		{[]dict{link("l", "l")}, "link-circle"},
		{[]dict{link("l", "m"), link("m", "n"), link("n", "l")}, "link-circle"},
		{[]dict{link("l", "l").with("symlink path", list{"l", "x"})}, "link-circle"},
	} {
		if got := ids(t, encode(linked(tt.links...)), LintOptions{}); strings.Join(got, " ") != tt.want {
			t.Errorf("%q: %v, want %q", encode(linked(tt.links...)), got, tt.want)
		}
	}
}

// A secret is found wherever it lies outside of info.
func TestSecretsElsewhere(t *testing.T) {
	const key = "https://tracker.example.org/0123456789abcdef0123456789abcdef/announce"
	for _, doc := range []dict{announced(goodTracker).with("comment", "from "+key), announced(goodTracker).with("publisher-url", key),
		announced(goodTracker).with("azureus_properties", dict{"x", key})} {
		if got := ids(t, encode(doc), LintOptions{}); !slices.Equal(got, []string{"passkey"}) {
			t.Errorf("%q: %v", encode(doc), got)
		}
		private := append(dict{"info", single().with("private", 1)}, doc[:0]...)
		for i := 0; i < len(doc); i += 2 {
			if doc[i] != "info" {
				private = private.with(doc[i], doc[i+1])
			}
		}
		if got := ids(t, encode(private), LintOptions{}); slices.Contains(got, "passkey") {
			t.Errorf("private, %q: %v", encode(private), got)
		}
	}
}

func TestEachRule(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range judgements() {
		seen[c.rule] = true
		t.Run(c.rule, func(t *testing.T) {
			o := LintOptions{}
			if c.target != "" {
				o.Targets = []Target{c.target}
			}
			if ruleNamed(t, c.rule).Scope == WhenDenied {
				o.Deny = []string{c.rule}
			}
			accepted, refused := encode(c.accepted), encode(c.refused)
			if !c.large {
				committed(t, c.rule+".accepted.torrent", accepted)
				committed(t, c.rule+".refused.torrent", refused)
			}
			if got := ids(t, accepted, o); slices.Contains(got, c.rule) {
				t.Errorf("refuses what it should accept: %v", got)
			}
			if got := ids(t, refused, o); !slices.Contains(got, c.rule) {
				t.Errorf("accepts what it should refuse: %v", got)
			}
			o.Allow = []string{c.rule}
			if got := ids(t, refused, o); slices.Contains(got, c.rule) {
				t.Errorf("finds what is allowed: %v", got)
			}
		})
	}
	for _, r := range Rules() {
		if !seen[r.ID] {
			t.Errorf("rule %s has no torrents: add a pair to judgements", r.ID)
		}
		if r.Section == "" || r.Summary == "" || !strings.HasSuffix(r.Advice, ".") || strings.ContainsFunc(r.ID, func(c rune) bool { return c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') }) {
			t.Errorf("rule %+v is not complete", r)
		}
	}
}

func ruleNamed(t *testing.T, id string) Rule {
	t.Helper()
	i := slices.IndexFunc(Rules(), func(r Rule) bool { return r.ID == id })
	if i < 0 {
		t.Fatalf("no rule %s", id)
	}
	return Rules()[i]
}

// committed holds a torrent against the one in testdata.
func committed(t *testing.T, name string, doc []byte) {
	t.Helper()
	path := filepath.Join("testdata", "lint", name)
	if *update {
		if err := os.WriteFile(path, doc, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, doc) {
		t.Errorf("%s differs from what the test makes (%v): go test ./inspect -run TestEachRule -update", path, err)
	}
}

func TestLintFindsNothing(t *testing.T) {
	for _, doc := range []dict{torrent(single()), torrent(hybrid()), torrent(v2(dict{"a", leafFile(10, hashOf("a"))})),
		twoPieces(hashOf("1") + hashOf("2")), torrent(multi(file(10, "a", "b"), file(5, "ä"))).with("announce", goodTracker)} {
		if got := ids(t, encode(doc), LintOptions{}); got != nil {
			t.Errorf("%v in %q", got, encode(doc))
		}
	}
}

// An address is judged as everywhere, however it is written.
func TestLintAddresses(t *testing.T) {
	for host, want := range map[string]string{
		"127.0.0.2": "tracker-loopback", "0.0.0.0": "tracker-loopback", "[::1]": "tracker-loopback", "[::ffff:127.0.0.1]": "tracker-loopback",
		"[2002:7f00:1::]": "tracker-loopback", "[64:ff9b::7f00:1]": "tracker-loopback", "tracker.localhost": "tracker-loopback",
		"100.64.0.1": "tracker-private-address", "169.254.1.1": "tracker-private-address", "[fec0::1]": "tracker-private-address",
		"[fe80::1]": "tracker-private-address", "[64:ff9b::a00:1]": "tracker-private-address",
		"203.0.113.5": "", "[2001:db8::1]": "", "t.example": "",
	} {
		found := ""
		for _, id := range ids(t, encode(torrent(single()).with("announce", "http://"+host+":80/announce")), LintOptions{}) {
			found += id
		}
		if found != want {
			t.Errorf("%s: %q, want %q", host, found, want)
		}
	}
}

func TestLintGoesOn(t *testing.T) {
	info := multi(file(10, "..", "x"), file(10, "con"), file(10, "a")).with("piece length", 0)
	doc := encode(torrent(info).with("announce", "ftp://x", "encoding", "latin"))
	got := ids(t, doc, LintOptions{})
	for _, want := range []string{"path-escapes", "reserved-name", "piece-length", "tracker-scheme", "encoding"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing in %v", want, got)
		}
	}
}

func TestLintSeverities(t *testing.T) {
	doc := encode(announced("http://192.168.1.5/announce"))
	r, err := Lint(doc, LintOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if e, w := r.Count(); e != 0 || w != 1 {
		t.Errorf("%d errors, %d warnings, want 0, 1", e, w)
	}
	r, err = Lint(doc, LintOptions{Deny: []string{"tracker-private-address"}})
	if err != nil {
		t.Fatal(err)
	}
	if e, w := r.Count(); e != 1 || w != 0 {
		t.Errorf("denied: %d errors, %d warnings, want 1, 0", e, w)
	}
	if _, err := Lint(doc, LintOptions{Allow: []string{"nonsense"}}); err == nil {
		t.Error("a rule that does not exist is accepted")
	}
	if _, err := ParseTarget("nonsense"); err == nil {
		t.Error("a target that does not exist is accepted")
	}
}

func TestLintCounts(t *testing.T) {
	files := list{}
	for range 250 {
		files = append(files, file(1, "con"), file(1, "Con", "x"))
	}
	r, err := Lint(encode(torrent(multi(file(500, "x")).with("files", files))), LintOptions{Allow: []string{"duplicate-path", "name-collision"}})
	if err != nil {
		t.Fatal(err)
	}
	if e, w := r.Count(); e != 0 || w != 500 || len(r.Findings) != 100 || r.Omitted["reserved-name"] != 400 {
		t.Errorf("%d errors, %d warnings, %d findings, %v omitted", e, w, len(r.Findings), r.Omitted)
	}
}

// TestPredictIndexVector uses an infohash that the index's own tests have.
func TestPredictIndexVector(t *testing.T) {
	pieces := "\xd4\x91\x58\x7f\x1c\x42\xdf\xf0\xcb\x0f\xf5\xc2\xb8\xce\xfe\x22\xb3\xad\x31\x0a"
	info := dict{"length", 11, "name", "sample.txt", "piece length", leaf, "pieces", pieces, "x_cross_seed", "1"}
	m, err := metainfo.Parse(encode(torrent(info)))
	if err != nil {
		t.Fatal(err)
	}
	up, err := PredictIndex(m.Raw())
	if err != nil {
		t.Fatal(err)
	}
	const want = "79fa9e4a2927804fe4feab488a76c8c2d3d1cdca"
	if up.InfoHash.String() != want || up.Same {
		t.Errorf("infohash %s, same: %v", up.InfoHash, up.Same)
	}
	r, err := Lint(m.Raw(), LintOptions{Targets: []Target{TorrustIndex}})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Rule.ID == "index-infohash" })
	if message := "stored as " + want + ", not as " + m.Hashes().String(); i < 0 || r.Findings[i].Message != message {
		t.Errorf("no finding says %q: %v", message, r.Findings)
	}
}

func FuzzLint(f *testing.F) {
	for _, c := range judgements() {
		if !c.large {
			f.Add(encode(c.refused))
		}
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, err := Lint(doc, LintOptions{Now: lintNow, Targets: Targets()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := metainfo.Parse(doc); err != nil {
			if e, _ := r.Count(); e == 0 {
				t.Fatalf("no error, though it cannot be parsed: %v", err)
			}
		}
	})
}

// targetLimits are torrents at and over the limits of targets.
func targetLimits() []judged {
	good := announced(goodTracker)
	nested := func(n int) any { return raw(strings.Repeat("l", n) + strings.Repeat("e", n)) }
	folders := func(n int) []any { return slices.Repeat([]any{"d"}, n) }
	return []judged{
		{"target-content", good, torrent(single().with("length", 0, "pieces", "")), Transmission, false},
		{"target-content", good, torrent(single().with("length", 0, "pieces", "")), Transmission3, false},
		{"target-content", good.with("x", nested(30)), good.with("x", nested(31)), Transmission, false},
		{"target-content", good.with("x", nested(49)), good.with("x", nested(50)), Aria2, false},
		{"target-content", torrent(multi(file(10, "a", "b"))), torrent(multi(file(10, "..", "b"))), Aria2, false},
		{"target-content", torrent(multi(file(10, folders(100)...))), torrent(multi(file(10, folders(101)...))), Libtorrent, true},
		{"target-content", twoPieces(hashOf("1") + hashOf("2")), torrent(v2(dict{"a", leafFile(10, hashOf("a"))})).with("piece layers", dict{hashOf("b"), hashOf("1") + hashOf("2")}), Libtorrent21, true},
		{"target-piece-length", torrent(single().with("piece length", 3*leaf)), torrent(single().with("piece length", leaf+1)), Transmission3, false},
		{"target-piece-length", torrent(single().with("piece length", raw("i2147483648e"))), torrent(single().with("piece length", raw("i4294967296e"))), Transmission3, false},
		{"target-format", torrent(hybrid()), torrent(v2(dict{"a", leafFile(10, hashOf("a"))})), Aria2, false},
		{"target-format", good, torrent(hybrid()), Transmission3, false},
		{"target-piece-length", torrent(single().with("piece length", raw("i2147483648e"))), torrent(single().with("piece length", raw("i4294967296e"))), Transmission, false},
		{"index-download", good, torrent(multi(file(10, "a"))), TorrustIndex, false},
		{"target-name", good, torrent(single().with("name", "a\nb")), TorrustIndex, false},
		{"target-content", good, good.with("comment", 5), TorrustIndex, false},
		{"index-tracker", torrent(single()).with("announce-list", list{list{goodTracker}, list{goodTracker + "2"}}), torrent(single()).with("announce-list", list{list{goodTracker, goodTracker + "2"}}), TorrustIndex, false},
	}
}

// Targets have versions, and limits of their own.
func TestTargetLimits(t *testing.T) {
	for _, c := range targetLimits() {
		for doc, want := range map[string]bool{string(encode(c.accepted)): false, string(encode(c.refused)): true} {
			r, err := Lint([]byte(doc), LintOptions{Targets: []Target{c.target}})
			if err != nil {
				t.Fatal(err)
			}
			if found := slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Rule.ID == c.rule }); found != want {
				t.Errorf("%s: %s is found: %v, in %.300q", c.target, c.rule, found, doc)
			}
		}
	}
	deep := torrent(multi(file(10, slices.Repeat([]any{"d"}, 101)...)))
	for target, loads := range map[Target]bool{Libtorrent: false, Libtorrent21: false, Libtorrent20: true, QBittorrent5: true} {
		r, err := Lint(encode(deep), LintOptions{Targets: []Target{target}})
		if err != nil {
			t.Fatal(err)
		}
		if found := slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Rule.ID == "target-content" }); found == loads {
			t.Errorf("%s loads 101 folders: %v, want %v", target, !found, loads)
		}
	}
}

// The programs that are targets have the limits that Lint knows of.
func TestTargetLimitsOfPrograms(t *testing.T) {
	t.Parallel()
	show, aria2 := peertest.Need(t, "transmission-show"), peertest.Need(t, "aria2c")
	loads := map[Target]func(file string) bool{
		Transmission3: func(file string) bool { return exec.Command(show, file).Run() == nil },
		Aria2: func(file string) bool {
			out, _ := exec.Command(aria2, "--show-files", file).CombinedOutput()
			return bytes.Contains(out, []byte("Info Hash:"))
		},
	}
	file := filepath.Join(t.TempDir(), "x.torrent")
	for _, c := range targetLimits() {
		if loads[c.target] == nil || c.rule == "target-padding" {
			continue
		}
		for doc, want := range map[string]bool{string(encode(c.accepted)): true, string(encode(c.refused)): false} {
			if err := os.WriteFile(file, []byte(doc), 0o600); err != nil {
				t.Fatal(err)
			}
			if loads[c.target](file) != want {
				t.Errorf("%s loads it: %v, in %.300q", c.target, !want, doc)
			}
		}
	}
}
