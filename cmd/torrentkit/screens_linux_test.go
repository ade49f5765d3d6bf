package main

import (
	"crypto/sha1"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/internal/indextest"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/internal/trackertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// seasonOf makes a season of 13 files, its torrent, and a copy of it that is damaged in four ways.
func seasonOf(t *testing.T, dir string) {
	t.Helper()
	const name = "The.Wonderful.Adventures.of.Nils.Holgersson.S01.1080p.BluRay.x264-EXAMPLE"
	write := func(folder, file string, data []byte) {
		path := filepath.Join(dir, folder, name, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for i := range uint64(13) {
		file := strings.Replace(name, "S01", fmt.Sprintf("S01E%02d", i+1), 1) + ".mkv"
		data := seededBytes(70_000, i)
		write("good", file, data)
		bad := append([]byte(nil), data...)
		switch i + 1 {
		case 3:
			bad[30_000] ^= 0xff
		case 5:
			bad = bad[:40_000]
		case 8:
			continue
		case 11:
			bad = append(bad, "more"...)
		}
		write("bad", file, bad)
	}
	subtitle := "Subs/日本語の字幕ファイルの名前.S01E01.srt"
	write("good", subtitle, []byte("hi"))
	write("bad", subtitle, []byte("hi"))
	program := program(t, "torrentkit", "create", "-q", "--no-date", "--no-created-by", "-t", "https://tracker.example/announce", "-o", "season.torrent", "good/"+name)
	program.Dir = dir
	if out, err := program.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// mayBeLong are lines that people copy, which stand alone.
var mayBeLong = regexp.MustCompile(`^(magnet:\S+|\S+://\S+|/\S+|[0-9a-f]{40,}|curl .*)$`)

// drawn is what a run of more than half a second drew, and took away.
var drawn = regexp.MustCompile(`[^\n]*\r\x1b\[K`)

// Screens are what people get, colours and all, on terminals of three widths: go test ./cmd/torrentkit -run TestScreens -update
// writes them into testdata/screens.
func TestScreens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seasonOf(t, dir)
	const url = "https://seed.example/files/"
	const here = "/proc/self/cwd" // dir of the program, by a name that is the same each time
	at := screenServers(t, filepath.Join(dir, "bad"), filepath.Join(dir, "season.torrent"))
	index := "publish --to " + at.index + " "
	screens := []struct{ name, line string }{
		{"verify", "verify season.torrent bad"},
		{"verify-good", "verify season.torrent good"},
		{"verify-nothing", "verify season.torrent empty"},
		{"verify-search", "verify season.torrent bad --search " + here + "/good"},
		{"inspect", "inspect season.torrent"},
		{"inspect-tree", "inspect --tree season.torrent"},
		{"inspect-tree-deep", "inspect --tree deep.torrent"},
		{"inspect-files", "inspect --files season.torrent"},
		{"lint", "lint season.torrent"},
		{"create", "create --force --no-date -w " + url + " -o made.torrent good"},
		{"create-plan", "create --plan good"},
		{"create-dry-run", "create --dry-run good"},
		{"create-list", "create --list good"},
		{"lint-many", "lint torrents"},
		{"edit-many", "edit --recursive --comment one --dry-run torrents"},
		{"announce-refused", "announce udp://127.0.0.1:1 " + screenHash + " --timeout 1m --retries 0"},
		{"announce-explain", "announce --explain " + at.udp + " " + screenHash},
		{"announce-curl", "announce --explain " + at.http + " " + screenHash},
		{"announce-count", "announce --count 3 --interval 1ms " + at.http + " " + screenHash},
		{"announce-count-many", "announce --count 2 --interval 1ms " + at.closed + " " + at.udp + " " + screenHash},
		{"scrape", "scrape " + at.udp + " " + screenHash},
		{"scrape-many", "scrape " + at.http + " " + at.closed + " torrents/one.torrent torrents/two.torrent"},
		{"doctor", "doctor --only http " + at.bad},
		{"doctor-list", "doctor --list-checks"},
		{"web-seed", "verify season.torrent --full --web-seed " + at.files},
		{"web-seed-missing", "verify season.torrent --full --web-seed " + at.files + "nope/"},
		{"verify-verbose", "verify --verbose season.torrent bad"},
		{"edit-many-verbose", "edit --recursive --no-comment --dry-run --verbose torrents"},
		{"inspect-stats", "inspect --stats season.torrent"},
		{"inspect-many", "inspect torrents/one.torrent season.torrent"},
		{"diff", "diff season.torrent torrents/one.torrent"},
		{"lint-rules", "lint --list-rules"},
		{"magnet", "magnet season.torrent"},
		{"magnet-link", "magnet magnet:?xt=urn:btih:" + screenHash + "&dn=A+name&tr=" + at.http},
		{"magnet-fetch", "magnet fetch --force --no-dht -o fetched.torrent --peer " + at.peer + " " + at.season},
		{"magnet-fetch-nobody", "magnet fetch --no-dht --peer 127.0.0.1:1 " + screenHash},
		{"magnet-why", "magnet --why --no-dht --allow-private magnet:?xt=urn:btih:" + at.season + "&x.pe=" + at.peer},
		{"magnet-why-not", "magnet --why --no-dht --allow-private magnet:?xt=urn:btih:" + screenHash + "&x.pe=127.0.0.1:1&tr=http%3A%2F%2F127.0.0.1:1%2Fannounce"},
		{"announce-by", "announce --by tracker -t " + at.http + " -t " + at.closed + " torrents/one.torrent torrents/two.torrent"},
		{"announce-by-torrent", "announce --by torrent -t " + at.http + " torrents/one.torrent torrents/two.torrent"},
		{"publish-guest", index + "--category software season.torrent"},
		{"publish-dry-run", index + "--category software --dry-run season.torrent"},
		{"publish", index + "--category software --token-file token --skip-existing season.torrent"},
		{"publish-list", index + "--list"},
		{"publish-delete", index + "--token-file token --delete " + screenHash},
		{"publish-season-away", index + "--token-file token --delete " + at.season},
		{"publish-login", "publish login --to " + at.index + " --user ann --password-file password"},
		{"completion-install", "completion install fish"},
		{"no-such-file", "verify a.torrent.with.a.name.that.is.rather.long.so.that.it.does.not.fit.anywhere.torrent"},
	}
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "torrents"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "two"} {
		d := "d4:infod6:lengthi1e4:name3:" + name + "12:piece lengthi16384e6:pieces20:" + strings.Repeat("x", 20) + "ee"
		if err := os.WriteFile(filepath.Join(dir, "torrents", name+".torrent"), []byte(d), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	path, levels := "", ""
	for i := range 25 {
		path += fmt.Sprintf("8:folder%02d", i)
		levels = path[:i/3*10] // of the other file
	}
	deep := "d4:infod5:filesld6:lengthi20000e4:pathl" + path + "10:bottom.dateed6:lengthi7e4:pathl" + levels + "9:other.dateee4:name4:deep12:piece lengthi16384e6:pieces40:" + strings.Repeat("x", 40) + "ee"
	if err := os.WriteFile(filepath.Join(dir, "deep.torrent"), []byte(deep), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"torrents/wrong.torrent": "none", "token": at.token, "password": "correct horse battery"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, columns := range []uint16{50, 80, 120} {
		for _, s := range screens {
			t.Run(fmt.Sprintf("%s-%d", s.name, columns), func(t *testing.T) {
				cmd := program(t, append([]string{"torrentkit"}, strings.Fields(s.line)...)...)
				cmd.Dir = dir
				config := here
				if s.name == "publish-login" {
					config += "/login" // so that others are guests
				}
				cmd.Env = append(cmd.Environ(), "TERM=xterm", "PAGER=cat", "LC_ALL=C.UTF-8", "NO_COLOR=", "HOME="+here, "TORRENTKIT_TEST_TOOK=3.5ms", "XDG_CONFIG_HOME="+config, "XDG_DATA_HOME=")
				text, _ := onTerminal(t, cmd, columns, 200).end()
				text = drawn.ReplaceAllString(text, "")
				text = inOrder(at.masked(text))
				holdsToWidth(t, text, int(columns))
				tellsApart(t, text)
				golden(t, filepath.Join("testdata", "screens", fmt.Sprintf("%s-%d.txt", s.name, columns)), text)
			})
		}
	}
}

// answer is a line of an answer among others, with those that go on from it.
var answer = regexp.MustCompile(`(?m)^\x1b\[32mok {14}\x1b\[0m.*\n(?:  .*\n)*`)

// inOrder sorts answers that stand first on a screen: who is asked at once answers in any order.
func inOrder(screen string) string {
	answers := answer.FindAllString(screen, -1)
	head := strings.Join(answers, "")
	if !strings.HasPrefix(screen, head) {
		return screen
	}
	slices.Sort(answers)
	return strings.Join(answers, "") + screen[len(head):]
}

// holdsToWidth demands that a terminal breaks no line of a screen, but those that people copy.
func holdsToWidth(t *testing.T, screen string, columns int) {
	t.Helper()
	for line := range strings.Lines(screen) {
		plain := sequence.ReplaceAllString(strings.TrimSuffix(line, "\n"), "")
		if n := console.DisplayWidth(plain); n > columns && !mayBeLong.MatchString(plain) {
			t.Errorf("a line of %d columns: %s", n, plain)
		}
	}
}

// tellsApart demands that no two lines that were shortened look alike.
func tellsApart(t *testing.T, screen string) {
	t.Helper()
	seen := make(map[string]bool)
	for line := range strings.Lines(screen) {
		if plain := sequence.ReplaceAllString(line, ""); strings.Contains(plain, "…") {
			if seen[plain] {
				t.Errorf("two lines look alike: %s", plain)
			}
			seen[plain] = true
		}
	}
}

const screenHash = "5a7399982742b61a70287833f982e3d9fa9fe873"

// servers are what screens ask. Their ports have five digits, so that lines are as long whichever they are.
type servers struct{ http, udp, bad, closed, files, index, token, peer, season string }

func screenServers(t *testing.T, content, torrent string) servers {
	t.Helper()
	tracker := func(faults ...trackertest.Fault) *trackertest.Tracker {
		for range 100 {
			if tr := trackertest.Start(t, faults...); len(tr.HTTP()) == len("http://127.0.0.1:12345/announce") && len(tr.UDP()) == len("udp://127.0.0.1:12345/announce") {
				return tr
			}
		}
		t.Fatal("no port of five digits is free")
		return nil
	}
	good := tracker()
	s := servers{http: good.HTTP(), udp: good.UDP(), closed: tracker("scrape-closed").HTTP()}
	s.bad = tracker("peers-length", "numwant-ignored").HTTP()
	s.files = fiveDigits(t, func() string {
		web := httptest.NewServer(http.FileServer(http.Dir(content)))
		t.Cleanup(web.Close)
		return web.URL
	}) + "/"
	s.index = fiveDigits(t, func() string {
		x := indextest.Start(t)
		s.token = x.Token()
		return x.URL
	})
	raw, err := os.ReadFile(torrent)
	if err != nil {
		t.Fatal(err)
	}
	m, err := metainfo.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	s.season = fmt.Sprintf("%x", sha1.Sum(m.RawInfo()))
	s.peer = strings.TrimPrefix(fiveDigits(t, func() string { return "http://" + peertest.Seed(t, "127.0.0.1", m.RawInfo()).String() }), "http://")
	return s
}

// fiveDigits starts servers until one has such a port.
func fiveDigits(t *testing.T, start func() string) string {
	t.Helper()
	for range 100 {
		if u := start(); len(u) == len("http://127.0.0.1:12345") {
			return u
		}
	}
	t.Fatal("no port of five digits is free")
	return ""
}

var (
	randomPort  = regexp.MustCompile(`(127\.0\.0\.1:|%3A)[0-9]{5}\b`)
	randomBytes = regexp.MustCompile(`\b([0-9a-f]{2}|[0-9a-f]{8}|[0-9a-f]{16})\b`)
	randomID    = regexp.MustCompile(`-tk[0-9]{4}-[0-9A-Z]{12}`)
	randomKey   = regexp.MustCompile(`&key=[0-9a-f]{8}`)
	someAsked   = regexp.MustCompile(`(?m)^(requests: +)[0-9]+$`) // two pieces of a file may both ask for it
	randomDate  = regexp.MustCompile(`(?m)^(Date: ).*$`)
)

// masked is a screen without what is another each time.
func (s servers) masked(screen string) string {
	screen = randomPort.ReplaceAllString(screen, "${1}12345")
	screen = randomKey.ReplaceAllString(screen, "&key=01234567")
	screen = randomDate.ReplaceAllString(screen, "${1}today")
	screen = someAsked.ReplaceAllString(screen, "${1}10")
	screen = randomID.ReplaceAllString(screen, "-tk0000-ABCDEFGHIJKL")
	if strings.Contains(screen, "transaction id: ") {
		screen = randomBytes.ReplaceAllStringFunc(screen, func(hex string) string { return strings.Repeat("0", len(hex)) })
	}
	return screen
}

func golden(t *testing.T, name, text string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("the screen is not %s any more: run go test ./cmd/torrentkit -run TestScreens -update, and look at it. It is\n%s", name, text)
	}
}
