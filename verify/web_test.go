package verify

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/dialtest"
	"github.com/torrentkit/torrentkit/internal/memnet"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

func webOptions() WebOptions {
	return WebOptions{WebAccess: WebAccess{AllowPrivate: true, Pause: time.Millisecond, Retries: 2, Stall: time.Minute}}
}

// inMemory starts a server that is reached through a network in memory.
func inMemory(t *testing.T, n *memnet.Network, h http.Handler) *httptest.Server {
	l, err := n.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// webTree is a folder with names that need escaping, and the folder that holds it.
func webTree(t testing.TB) (tree files, parent string) {
	rng := mathrand.New(mathrand.NewPCG(6, 1))
	query := "e?f&g=h"
	if runtime.GOOS == "windows" {
		query = "e;f&g=h"
	}
	tree = files{
		"a b/c#d": noise(rng, 100000), "100%": noise(rng, 50000), query: noise(rng, 20), "日本/ü": noise(rng, 40000),
		"plain": noise(rng, 16384), "deep/er/still/x+y": noise(rng, 30000), "empty": nil, "%41;": noise(rng, 5),
	}
	parent = t.TempDir()
	tree.Write(t, filepath.Join(parent, "a tree"))
	return tree, parent
}

func webCheck(t testing.TB, torrent []byte, o WebOptions) *WebReport {
	t.Helper()
	reports, err := WebSeeds(context.Background(), torrent, o)
	if err != nil || len(reports) != 1 {
		t.Fatalf("%v, %d reports", err, len(reports))
	}
	return reports[0]
}

func faultKinds(w *WebReport) string {
	var kinds []string
	for _, f := range w.Faults {
		kinds = append(kinds, f.Kind)
	}
	slices.Sort(kinds)
	return strings.Join(slices.Compact(kinds), " ")
}

func TestWebSeed(t *testing.T) {
	t.Parallel()
	tree, parent := webTree(t)
	server := httptest.NewServer(http.FileServer(http.Dir(parent)))
	defer server.Close()
	for _, format := range formats() {
		torrent := makeTorrent(t, filepath.Join(parent, "a tree"), format, 32768, metainfo.Fields{WebSeeds: []string{server.URL + "/"}})
		if w := webCheck(t, torrent, webOptions()); !w.OK() || w.Report.GoodPieces != w.Report.Pieces {
			t.Errorf("%v: %+v %+v", format, w.Faults, w.Report.Files)
		}
		o := webOptions()
		o.Sample, o.Seed = 3, 1
		if w := webCheck(t, torrent, o); !w.OK() || w.Report.GoodPieces != 3 {
			t.Errorf("%v, sample: %+v", format, w.Faults)
		}
		o = webOptions()
		o.URLs = []string{server.URL} // no slash
		if w := webCheck(t, torrent, o); faultKinds(w) != "url" || !w.Report.OK() {
			t.Errorf("%v, no slash: %+v", format, w.Faults)
		}
	}
	single := makeTorrent(t, filepath.Join(parent, "a tree", "100%"), metainfo.V1, 16384, metainfo.Fields{})
	for _, url := range []string{server.URL + "/a%20tree/", server.URL + "/a%20tree/100%25"} {
		o := webOptions()
		o.URLs = []string{url}
		if w := webCheck(t, single, o); !w.OK() {
			t.Errorf("%s: %+v", url, w.Faults)
		}
	}
	put(t, filepath.Join(parent, "a tree", "plain"), flipAt(tree["plain"], 5))
	torrent := makeTorrent(t, tree.Write(t, filepath.Join(t.TempDir(), "a tree")), metainfo.V2, 32768, metainfo.Fields{WebSeeds: []string{server.URL + "/"}})
	if w := webCheck(t, torrent, webOptions()); w.OK() || w.Report.file(t, "plain").State != Damaged || w.Report.BadPieces != 1 {
		t.Errorf("damaged: %+v", w.Report.Files)
	}
}

// Every way in which a server can be wrong is found and named.
func TestWebFaults(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(6, 2))
	tree := files{"a": noise(rng, 50000), "b": noise(rng, 50000)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{})
	content := func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/tree/")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(tree[name]))
	}
	calls := 0
	tests := []struct {
		name    string
		handler http.HandlerFunc
		path    string
		want    string
	}{
		{"good", content, "/", ""},
		{"no range", func(w http.ResponseWriter, r *http.Request) { w.Write(tree["a"]) }, "/", "no-range"},
		{"stale", func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(make([]byte, 60000)))
		}, "/", "size"},
		{"short", func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(make([]byte, 40000)))
		}, "/", "size"},
		{"gone", http.NotFound, "/", "missing"},
		{"forbidden", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) }, "/", "status"},
		{"wrong base", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path = strings.Replace(r.URL.Path, "/data/", "/tree/", 1); strings.Count(r.URL.Path, "/tree/") != 1 || strings.Count(r.URL.Path, "/") != 2 {
				http.NotFound(w, r)
				return
			}
			content(w, r)
		}, "/data/", "base-folder missing"},
		{"compressed", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			content(w, r)
		}, "/", "encoding"},
		{"stalls", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", strings.Replace(r.Header.Get("Range"), "=", " ", 1)+"/50000")
			w.WriteHeader(206)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "/", "stall"},
		{"never answers", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "/", "stall"},
		{"lies about the range", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes 0-0/50000")
			w.WriteHeader(206)
			w.Write([]byte("x"))
		}, "/", "bad-range"},
		{"sends too much", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", strings.Replace(r.Header.Get("Range"), "=", " ", 1)+"/50000")
			w.WriteHeader(206)
			w.Write(make([]byte, 1<<20))
		}, "/", "bad-range"},
		{"redirects for ever", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) }, "/", "redirect"},
		{"closes", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }, "/", "connect"},
		{"busy at first", func(w http.ResponseWriter, r *http.Request) {
			if calls++; calls%2 == 1 {
				w.WriteHeader(503)
				return
			}
			content(w, r)
		}, "/", ""},
		{"always busy", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }, "/", "busy"},
		{"cut short", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", strings.Replace(r.Header.Get("Range"), "=", " ", 1)+"/50000")
			w.Header().Set("Transfer-Encoding", "chunked")
			w.WriteHeader(206)
		}, "/", "cut-short"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := new(memnet.Network)
				o := webOptions()
				o.URLs = []string{inMemory(t, n, tt.handler).URL + tt.path}
				o.Connections, o.network = 1, n
				start := time.Now()
				w := webCheck(t, torrent, o)
				if got := faultKinds(w); got != tt.want || w.OK() != (tt.want == "") {
					t.Errorf("faults %q, want %q: %+v", got, tt.want, w.Faults)
				}
				if d := time.Since(start); d > 7*o.Stall { // three tries, of two requests
					t.Errorf("took %v", d)
				}
				for _, f := range w.Faults {
					if strings.Contains(f.Message, "127.0.0.1") {
						t.Errorf("the message holds the URL: %s", f.Message)
					}
				}
			})
		})
	}
}

func TestWebAddresses(t *testing.T) {
	t.Parallel()
	_, parent := webTree(t)
	server := httptest.NewServer(http.FileServer(http.Dir(parent)))
	defer server.Close()
	torrent := makeTorrent(t, filepath.Join(parent, "a tree"), metainfo.V1, 32768, metainfo.Fields{WebSeeds: []string{server.URL + "/"}})
	o := webOptions()
	o.AllowPrivate = false
	if w := webCheck(t, torrent, o); faultKinds(w) != "address" || w.Requests != 0 {
		t.Errorf("the torrent's seed on loopback without leave: %+v", w.Faults)
	}
	o.URLs = []string{server.URL + "/"}
	if w := webCheck(t, torrent, o); !w.OK() {
		t.Errorf("the person's seed on loopback: %+v", w.Faults)
	}
	torrent = makeTorrent(t, filepath.Join(parent, "a tree"), metainfo.V1, 32768, metainfo.Fields{})
	for _, url := range []string{"ftp://example.org/", "http:///x", "file:///etc/passwd", "http://["} {
		o.URLs = []string{url}
		if w := webCheck(t, torrent, o); w.OK() || w.Requests != 0 {
			t.Errorf("%s: %+v", url, w.Faults)
		}
	}
	secure := httptest.NewTLSServer(http.FileServer(http.Dir(parent)))
	defer secure.Close()
	o = webOptions()
	o.URLs = []string{secure.URL + "/"}
	if w := webCheck(t, torrent, o); faultKinds(w) != "tls" {
		t.Errorf("self-signed: %+v", w.Faults)
	}
	if _, err := WebSeeds(context.Background(), torrent, WebOptions{}); err != ErrNoSeeds {
		t.Errorf("no seeds: %v", err)
	}
}

func TestBEP17(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(6, 3))
	tree := files{"a": noise(rng, 50000), "b": noise(rng, 50001)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	for _, format := range []metainfo.Format{metainfo.V1, metainfo.Hybrid} {
		stream := append(bytes.Clone(tree["a"]), tree["b"]...)
		if format == metainfo.Hybrid {
			stream = append(append(bytes.Clone(tree["a"]), make([]byte, 4*16384-50000)...), tree["b"]...)
		}
		var hash string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var piece int
			fmt.Sscan(r.URL.Query().Get("piece"), &piece)
			if r.URL.Query().Get("info_hash") != hash || r.URL.Query().Get("k") != "v" {
				w.WriteHeader(404)
				return
			}
			w.Write(stream[piece*16384 : min(len(stream), (piece+1)*16384)])
		}))
		torrent := makeTorrent(t, dir, format, 16384, metainfo.Fields{HTTPSeeds: []string{server.URL + "/seed?k=v"}})
		parsed, err := metainfo.Parse(torrent)
		if err != nil {
			t.Fatal(err)
		}
		sum := parsed.Hashes().V1
		hash = string(sum[:])
		if format == metainfo.Hybrid { // its last piece may be padded to the end
			stream = append(stream, make([]byte, parsed.Layout().PaddedLength()-int64(len(stream)))...)
		}
		w := webCheck(t, torrent, webOptions())
		if !w.OK() || w.Kind != "BEP 17" {
			t.Errorf("%v: %+v %+v", format, w.Faults, w.Report.pieces)
		}
		bad := files{"a": flipAt(tree["a"], 49999)}.Write(t, filepath.Join(t.TempDir(), "tree"))
		o := webOptions()
		if r, err := Repair(context.Background(), torrent, bad, RepairOptions{Web: &o.WebAccess}); err != nil || !r.Report.OK() || len(r.Created) != 1 || len(r.Faults) > 0 {
			t.Errorf("%v, repaired from it: %v, %+v", format, err, r)
		}
		if format == metainfo.Hybrid { // no byte of a file differs, but the piece that is sent does
			stream[50100] ^= 1
			if w := webCheck(t, torrent, webOptions()); faultKinds(w) != "padding" || w.Report.file(t, "a").State != Unreadable || w.Report.file(t, "b").State != OK {
				t.Errorf("padding: %+v %+v", w.Faults, w.Report.Files)
			}
			stream[50100] ^= 1
		}
		stream[20000] ^= 1
		if w := webCheck(t, torrent, webOptions()); w.OK() || w.Report.BadPieces != 1 {
			t.Errorf("%v: damaged and %+v", format, w.Report.pieces)
		}
		server.Close()
	}
}

func TestRepairFromWebSeeds(t *testing.T) {
	t.Parallel()
	tree, parent := webTree(t)
	server := httptest.NewServer(http.FileServer(http.Dir(parent)))
	defer server.Close()
	torrent := makeTorrent(t, filepath.Join(parent, "a tree"), metainfo.V1, 32768, metainfo.Fields{})
	dir := filepath.Join(t.TempDir(), "a tree")
	files{"a b/c#d": flipAt(tree["a b/c#d"], 70000), "plain": tree["plain"]}.Write(t, dir)
	o := webOptions()
	o.URLs = []string{server.URL + "/nothing/", server.URL + "/"}
	res, err := Repair(context.Background(), torrent, dir, RepairOptions{Web: &o.WebAccess})
	if err != nil || !res.Report.OK() || len(res.Failed) > 0 {
		t.Fatalf("%v, %+v", err, res)
	}
	if now := readBack(dir, tree.Paths()); !equalFiles(now, tree) {
		t.Error("not whole afterwards")
	}
}

// What is wrong with a seed is noted, and the next one asked: before it, and after
// it, whatever was written stays in the report.
func TestRepairPassesOverBadSeeds(t *testing.T) {
	t.Parallel()
	tree, parent := webTree(t)
	server := httptest.NewServer(http.FileServer(http.Dir(parent)))
	defer server.Close()
	half := filepath.Join(t.TempDir(), "half") // has some of the files
	files{"plain": tree["plain"], "100%": tree["100%"], "a b/c#d": tree["a b/c#d"]}.Write(t, filepath.Join(half, "a tree"))
	some := httptest.NewServer(http.FileServer(http.Dir(half)))
	defer some.Close()
	torrent := makeTorrent(t, filepath.Join(parent, "a tree"), metainfo.V2, 32768, metainfo.Fields{})
	for _, c := range []struct {
		urls   []string
		faults string
		failed bool
	}{
		{[]string{"ftp://example.org/", server.URL + "/"}, "scheme", false},
		{[]string{"http://[", "http:///x", server.URL + "/"}, "url url", false},
		{[]string{some.URL + "/", "ftp://example.org/", server.URL + "/"}, "missing scheme", false},
		{[]string{some.URL + "/", "ftp://example.org/"}, "missing scheme", true},
	} {
		dir := filepath.Join(t.TempDir(), "a tree")
		files{"a b/c#d": flipAt(tree["a b/c#d"], 70000)}.Write(t, dir)
		o := webOptions()
		o.URLs = c.urls
		dry, err := Repair(context.Background(), torrent, dir, RepairOptions{Web: &o.WebAccess, DryRun: true})
		if err != nil {
			t.Errorf("%v, dry: %v", c.urls, err)
			continue
		}
		res, err := Repair(context.Background(), torrent, dir, RepairOptions{Web: &o.WebAccess})
		if err != nil || res == nil {
			t.Errorf("%v: %v", c.urls, err)
			continue
		}
		if !slices.Equal(dry.Pieces, res.Pieces) || !slices.Equal(dry.Created, res.Created) || dry.Bytes != res.Bytes || len(dry.Failed) != len(res.Failed) {
			t.Errorf("%v: dry %v %v %d, real %v %v %d", c.urls, dry.Pieces, dry.Created, dry.Bytes, res.Pieces, res.Created, res.Bytes)
		}
		var kinds []string
		for _, f := range res.Faults {
			if !slices.Contains(kinds, f.Kind) || f.Kind == "url" {
				kinds = append(kinds, f.Kind)
			}
		}
		if strings.Join(kinds, " ") != c.faults || len(res.Failed) > 0 != c.failed || res.Report.OK() == c.failed || res.Bytes == 0 {
			t.Errorf("%v: faults %v, %d pieces failed, %d bytes written", c.urls, res.Faults, len(res.Failed), res.Bytes)
		}
		if now := readBack(dir, tree.Paths()); equalFiles(now, tree) == c.failed {
			t.Errorf("%v: whole afterwards: %v", c.urls, !c.failed)
		}
	}
	o := webOptions()
	o.URLs = []string{"ftp://example.org/"}
	if res, err := Repair(context.Background(), torrent, t.TempDir(), RepairOptions{Web: &o.WebAccess}); res != nil || err == nil || !strings.Contains(err.Error(), "only http and https") {
		t.Errorf("no seed that can be asked: %v %v", res, err)
	}
}

// A torrent's seeds at addresses that are not public, in every form, are not
// asked, nor what they redirect to; those that the person names are.
func TestWebSeedsStayOutside(t *testing.T) {
	t.Parallel()
	_, parent := webTree(t)
	asked := 0
	to := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		http.FileServer(http.Dir(parent)).ServeHTTP(w, r)
	}))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	resolver := new(dialtest.Resolver)
	resolver.Set("inside.example", []netip.Addr{netip.MustParseAddr("127.0.0.1")})
	resolver.Set("lan.example", []netip.Addr{netip.MustParseAddr("10.0.0.1")})
	for _, f := range append(dialtest.Private(), dialtest.Form{Host: "inside.example"}, dialtest.Form{Host: "lan.example"}) {
		if strings.Contains(f.Host, "%") { // its link may not be there
			continue
		}
		seed := "http://" + net.JoinHostPort(f.Host, port) + "/"
		o := webOptions()
		o.resolver, o.AllowPrivate, o.Connections, o.Retries = resolver, false, 1, -1
		torrent := makeTorrent(t, filepath.Join(parent, "a tree"), metainfo.V2, 65536, metainfo.Fields{WebSeeds: []string{seed}})
		asked, to = 0, ""
		if w := webCheck(t, torrent, o); faultKinds(w) != "address" || asked > 0 {
			t.Errorf("%s: %d requests, %+v", f.Host, asked, w.Faults)
		}
		if _, err := Repair(t.Context(), torrent, t.TempDir(), RepairOptions{Web: &o.WebAccess}); err != nil || asked > 0 {
			t.Errorf("%s: %d requests of a repair, %v", f.Host, asked, err)
		}
		o.URLs = []string{seed}
		if f.Addr == netip.MustParseAddr("127.0.0.1") || f.Host == "inside.example" {
			if w := webCheck(t, torrent, o); !w.OK() || asked == 0 {
				t.Errorf("%s, as the person named it: %d requests, %+v", f.Host, asked, w.Faults)
			}
			continue
		}
		if f.Addr.Unmap().IsLoopback() {
			continue
		}
		// From a host of the person's inside, to another one inside.
		o.URLs, asked, to = []string{server.URL + "/"}, 0, seed
		if w := webCheck(t, torrent, o); faultKinds(w) != "address" || asked == 0 {
			t.Errorf("redirected to %s: %d requests, %+v", f.Host, asked, w.Faults)
		}
	}
}

// serve starts a server program and waits until it listens.
func serve(t *testing.T, port string, cmd *exec.Cmd) string {
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			c.Close()
			return "http://127.0.0.1:" + port + "/"
		}
	}
	t.Fatal("the server does not listen")
	return ""
}

func TestPeerPythonHTTPServer(t *testing.T) {
	t.Parallel()
	python := peertest.Need(t, "python3")
	_, parent := webTree(t)
	torrent := makeTorrent(t, filepath.Join(parent, "a tree"), metainfo.V1, 32768, metainfo.Fields{})
	port := peertest.Port(t, "127.0.0.1")
	o := webOptions()
	o.URLs = []string{serve(t, port, exec.Command(python, "-m", "http.server", "--bind", "127.0.0.1", "-d", parent, port))}
	if w := webCheck(t, torrent, o); faultKinds(w) != "no-range" {
		t.Errorf("%+v", w.Faults)
	}
}

func TestPeerNginx(t *testing.T) {
	t.Parallel()
	nginx := peertest.Need(t, "nginx")
	tree, parent := webTree(t)
	big := make([]byte, 32<<20)
	rand.Read(big)
	put(t, filepath.Join(parent, "a tree", "big"), big)
	if err := os.Chmod(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	port, work := peertest.Port(t, "127.0.0.1"), t.TempDir()
	config := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error; events {}
http { access_log off; client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
server { listen 127.0.0.1:%[2]s; root "%[3]s"; } }`, work, port, parent)
	put(t, filepath.Join(work, "conf"), []byte(config))
	o := webOptions()
	o.URLs = []string{serve(t, port, exec.Command(nginx, "-c", filepath.Join(work, "conf")))}
	for _, format := range formats() {
		root := filepath.Join(parent, "a tree")
		torrent := makeTorrent(t, root, format, 1<<20, metainfo.Fields{})
		start := time.Now()
		w := webCheck(t, torrent, o)
		served := time.Since(start)
		start = time.Now()
		data(t, torrent, root, Options{})
		local := time.Since(start)
		if !w.OK() {
			t.Errorf("%v: %+v", format, w.Faults)
		}
		t.Logf("%v: %v over nginx, %v from the disk, %d requests", format, served, local, w.Requests)
	}
	age(t, filepath.Join(parent, "a tree"), append(tree.Paths(), "big"))
	o.Journals = []string{filepath.Join(work, "journal")}
	torrent := makeTorrent(t, filepath.Join(parent, "a tree"), metainfo.V1, 1<<20, metainfo.Fields{})
	for _, known := range []int{0, 33} {
		if w := webCheck(t, torrent, o); !w.OK() || w.Report.Pieces != 33 || w.Report.KnownPieces != known || w.Unremembered > 0 {
			t.Errorf("with a journal: %d of %d pieces known, %+v", w.Report.KnownPieces, w.Report.Pieces, w.Faults)
		}
	}
}
