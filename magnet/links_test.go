package magnet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// generated makes links as programs and people write them: values escaped once, in part, twice or not at all, keys
// numbered or in upper case, white space where there should be none.
func generated(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	escapes := []func(string) string{
		func(s string) string { return escape(s, "") },
		func(s string) string { return s },
		url.QueryEscape,
		url.PathEscape,
		func(s string) string { return escape(s, ":/") },
		func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
		func(s string) string { return strings.ReplaceAll(s, " ", "%20") },
		strings.ToUpper,
	}
	value := func(s string) string { return escapes[max(0, r.IntN(2*len(escapes))-len(escapes))](s) }
	params := []string{"xt=" + pick("urn:btih:", "urn:btih:", "urn:btih:", "URN:BTIH:", "urn%3Abtih%3A") + pick(hashH, strings.ToUpper(hashH), hashG)}
	if r.IntN(3) == 0 {
		params[0] = "xt=urn:btmh:1220" + hashW
	}
	if r.IntN(4) == 0 {
		params = append(params, "xt=urn:btmh:1220"+pick(hashW, hashX))
	}
	if r.IntN(2) == 0 {
		params = append(params, "dn="+value(pick("Ubuntu 22.04", "c++ in depth", "100% done", "Ж✓", "a&b=c", "x/../y", "#1")))
	}
	for range r.IntN(4) {
		params = append(params, pick("tr=", "tr=", "tr=", "tr=", "tr=", "tr=", "tr.1=", "TR=")+value(pick("udp://a.example:80", "http://b.example/announce", "http://b.example/announce?passkey=abc&uid=5",
			"https://c.example/my announce", "wss://d.example/", "http://[2001:db8::1]:80/a+b", "*udp://e.example:1", "dht://", " http://f.example/a ", "http://g.example/%41")))
	}
	for range r.IntN(3) {
		params = append(params, "ws="+value(pick("http://h.example/my file.iso", "http://h.example/my%20file.iso", "https://h.example/a+b/", "ftp://h.example/x", "http://h.example/Ж")))
	}
	for range r.IntN(3) {
		params = append(params, "x.pe="+value(pick("1.2.3.4:6881", "1.2.3.4:6882", "[2001:db8::1]:6881", "[2001:db8::2]:6881", "peer.example:51413", "5.6.7.8:1", "1.2.3.4:0")))
	}
	if r.IntN(5) == 0 {
		params = append(params, pick("xl=12345", "so=0-2,5", "x.custom=1", "kt=a+b", "foo", ""))
	}
	if r.IntN(5) == 0 {
		r.Shuffle(len(params), func(i, j int) { params[i], params[j] = params[j], params[i] })
	}
	return pick("magnet:?", "magnet:?", "magnet:?", "magnet:?", "magnet:?", "MAGNET:?") + strings.Join(params, pick("&", "&", "&", "&", "&", "&amp;"))
}

// differences are what libtorrent 2.0.8 or Go's net/url reads otherwise in links in which Parse finds nothing unusual.
var differences = []struct {
	reason string
	undo   func(own, other string) (string, string) // makes both alike where the reason explains it
}{
	{"a plus sign in a URL that is not escaped is itself in a URL (RFC 3986), and a blank to them",
		func(own, other string) (string, string) { return strings.ReplaceAll(own, "+", " "), other }},
	{"libtorrent has no peers by host name (BEP 9 has)",
		func(own, other string) (string, string) {
			return strings.Join(slices.DeleteFunc(strings.Split(own, "|"), func(s string) bool { return strings.HasPrefix(s, "peer.example") }), "|"), other
		}},
}

// TestOthersReadLinks holds that libtorrent and net/url read of links, 10,000 in a long run, what Parse reads: of all that
// were repaired, and of those in which nothing was unusual as they stand.
func TestOthersReadLinks(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var uris []string
	var want []Link
	plain := 0
	for range longtest.Rounds(500, 10000) {
		in := generated(r)
		l, issues, err := Parse(in)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if len(issues) == 0 {
			uris, want, plain = append(uris, in), append(want, l), plain+1
		}
		uris, want = append(uris, l.String()), append(want, l)
	}
	if plain < len(uris)/20 {
		t.Errorf("only %d of %d links have nothing unusual", plain, len(uris))
	}
	for i, a := range askLibtorrent(t, uris) {
		if a.Error != "" {
			t.Fatalf("%s: libtorrent: %s", uris[i], a.Error)
		}
		compareReading(t, "libtorrent", uris[i], want[i], a)
		u, err := url.Parse(uris[i])
		if err != nil {
			t.Fatalf("%s: net/url: %v", uris[i], err)
		}
		q := u.Query()
		peers := q["x.pe"]
		for j, p := range peers {
			peers[j] = plainPeer(p)
		}
		compareReading(t, "net/url", uris[i], want[i], oracleAnswer{V1: want[i].V1.String(), V2: want[i].V2.String(), Name: q.Get("dn"), Trackers: q["tr"], WS: q["ws"], Peers: peers})
	}
}

// plainPeer writes HOST:PORT as host/port.
func plainPeer(p string) string {
	k := strings.LastIndexByte(p, ':')
	return strings.ToLower(strings.Trim(p[:k], "[]")) + "/" + p[k+1:]
}

func compareReading(t *testing.T, who, uri string, l Link, a oracleAnswer) {
	t.Helper()
	var peers []string
	for _, p := range l.Peers {
		peers = append(peers, plainPeer(p))
	}
	hash := func(s string) string { return strings.Trim(s, "0") } // none is zeros to one, and nothing to the other
	for _, c := range [][2]string{
		{hash(l.V1.String()), hash(a.V1)}, {hash(l.V2.String()), hash(a.V2)}, {l.Name, a.Name},
		{strings.Join(l.Trackers, "|"), strings.Join(unique(a.Trackers), "|")},
		{strings.Join(l.WebSeeds, "|"), strings.Join(unique(a.WS), "|")},
		{strings.Join(unique(peers), "|"), strings.ReplaceAll(strings.Join(unique(a.Peers), "|"), " ", "/")},
	} {
		own, other := c[0], c[1]
		for _, d := range differences {
			if own != other {
				own, other = d.undo(own, other)
			}
		}
		if own != other {
			t.Errorf("%s\n %s reads %q,\n we read %q", uri, who, other, own)
		}
	}
}

const selectScript = `
import sys, json, libtorrent as lt
for line in sys.stdin:
    path, link = json.loads(line)
    f = lt.torrent_info(path).files()
    chosen = [i for i, p in enumerate(lt.parse_magnet_uri(link).file_priorities) if p > 0]
    print(json.dumps([f.file_path(i).split("/", 1)[1] for i in chosen if not f.file_flags(i) & lt.file_flags_t.flag_pad_file]))
`

// TestLibtorrentSelects holds that the files that a link selects are those that libtorrent downloads for it: it counts pad
// files that v2 does not have.
func TestLibtorrentSelects(t *testing.T) {
	t.Parallel()
	var in bytes.Buffer
	var want []string
	folder := t.TempDir()
	for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
		m := torrentWith(t, format, metainfo.Fields{}, "a", "b", "c/d", "c/e", "f")
		file := filepath.Join(folder, format.String()+".torrent")
		if err := os.WriteFile(file, m.Raw(), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, globs := range [][]string{{"a"}, {"b"}, {"f"}, {"c/*"}, {"a", "c/d", "f"}, {"*"}} {
			l, _, err := FromTorrent(m, LinkOptions{SelectGlobs: globs})
			if err != nil {
				t.Fatal(err)
			}
			if err := json.NewEncoder(&in).Encode([]string{file, l.String()}); err != nil {
				t.Fatal(err)
			}
			var paths []string
			for _, f := range m.Content() {
				if slices.ContainsFunc(globs, func(g string) bool { ok, _ := path.Match(g, f.Path); return ok || g == "*" }) {
					paths = append(paths, f.Path)
				}
			}
			want = append(want, fmt.Sprint(format, globs, paths))
		}
	}
	for i, line := range askPython(t, selectScript, &in) {
		var got []string
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(want[i], fmt.Sprint(got)) {
			t.Errorf("libtorrent selects %v, want %s", got, want[i])
		}
	}
}
