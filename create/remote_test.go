package create

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/memnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// server has the files of a tree.
type server struct {
	tree    fstest.MapFS
	whole   bool // it knows no ranges
	version func(r *http.Request) string
	asked   atomic.Int64 // bytes of content
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file := s.tree[strings.TrimPrefix(r.URL.Path, "/")]
	if file == nil {
		http.NotFound(w, r)
		return
	}
	if s.version != nil {
		w.Header().Set("ETag", s.version(r))
	}
	if s.whole {
		r.Header.Del("Range")
	}
	http.ServeContent(&counted{w, &s.asked}, r, "", time.Time{}, bytes.NewReader(file.Data))
}

type counted struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return c.ResponseWriter.Write(p)
}

// quick does not wait for servers that are in this process.
func quick() ServerOptions {
	return ServerOptions{Pause: time.Millisecond, Stall: time.Minute, Retries: 1}
}

func urlsOf(base string, tree fstest.MapFS) (urls []string) {
	for name := range tree {
		urls = append(urls, metainfoURL(base, name))
	}
	slices.Sort(urls)
	return urls
}

func metainfoURL(base, name string) string {
	return base + "/" + strings.ReplaceAll(strings.ReplaceAll(name, "%", "%25"), " ", "%20")
}

func kindOf(err error) string {
	var s *ServerError
	if !errors.As(err, &s) {
		return fmt.Sprint(err)
	}
	return s.Kind
}

// TestServers holds that files on a server, in an archive and in a folder are the same torrent in every format, whether
// the server knows ranges or not.
func TestServers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := rand.New(rand.NewPCG(7, 8))
	for round := range longtest.Rounds(6, 500) {
		tree := randomTree(r)
		tree["root/a name 100%"] = &fstest.MapFile{Data: []byte("odd"), Mode: 0o644}
		tree["root/also"] = &fstest.MapFile{Data: bytes.Repeat([]byte{byte(round)}, 50000), Mode: 0o644}
		s := &server{tree: tree, whole: round%3 == 2, version: func(*http.Request) string { return `"1"` }}
		h := httptest.NewServer(s)
		plain := tarOf(t, r, tree)
		for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
			folder, err := ScanFS(ctx, tree, "root", Selection{})
			if err != nil {
				t.Fatal(err)
			}
			o := Options{Format: format}
			if round%4 == 1 {
				o.Checksums = []metainfo.Checksum{metainfo.SHA256}
			}
			want := torrentOf(t, folder, o)
			archive, err := ArchiveFrom(ctx, bytes.NewReader(plain), Selection{})
			if err != nil {
				t.Fatal(err)
			}
			served, err := URLs(ctx, urlsOf(h.URL, tree), Selection{}, quick())
			if err != nil {
				t.Fatal(err)
			}
			for name, c := range map[string]*Content{"archive": archive, "server": served} {
				got := torrentOf(t, c, o)
				if got.Hashes != want.Hashes {
					t.Errorf("round %d, %v, %s: %v, want %v", round, format, name, got.Hashes, want.Hashes)
				}
				if parsed, err := metainfo.Parse(got.Raw()); name == "server" && (err != nil || !slices.Equal(parsed.WebSeeds, []string{h.URL + "/"})) {
					t.Errorf("round %d: web seeds %v, %v", round, parsed.WebSeeds, err)
				}
				if err := c.Close(); err != nil {
					t.Error(err)
				}
			}
		}
		h.Close()
	}
}

// A file that becomes another one between the first answer and the last is named, whatever tells it.
func TestServerChanges(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	for name, c := range map[string]struct {
		at      int64 // request that is answered by the new version
		version string
		data    []byte
	}{
		"version of a range":  {2, `"2"`, data},
		"version at the end":  {-1, `"2"`, data},
		"size":                {2, `"1"`, data[1:]},
		"no version any more": {2, "", data},
	} {
		var n, last atomic.Int64
		h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			now, etag := data, `"1"`
			if n.Add(1) >= c.at && c.at > 0 || last.Load() > 0 {
				now, etag = c.data, c.version
			}
			w.Header().Set("ETag", etag)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(now))
		}))
		content, err := URLs(ctx, []string{h.URL + "/x?Signature=SECRET"}, Selection{}, quick())
		if err != nil {
			t.Fatal(err)
		}
		plan, err := content.Plan(Options{Progress: func(done, total int64) {
			if done == total {
				last.Store(1)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = plan.Torrent(ctx)
		if kindOf(err) != "changed" || !strings.Contains(err.Error(), h.URL+"/x: ") || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", name, err)
		}
		content.Close()
		h.Close()
	}
}

// What a server may answer to the first request.
func TestServersThatFail(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, c := range map[string]struct {
		want string
		h    http.HandlerFunc
	}{
		"missing": {"missing", http.NotFound},
		"unknown length": {"size", func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			w.Write([]byte("some"))
		}},
		"unknown length of a range": {"size", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes 0-0/*")
			w.WriteHeader(206)
			w.Write([]byte("x"))
		}},
		"refused": {"status", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) }},
		"nonsense": {"bad-range", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes */5")
			w.WriteHeader(416)
		}},
		"compressed": {"encoding", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Encoding", "gzip") }},
	} {
		h := httptest.NewServer(c.h)
		if _, err := URLs(ctx, []string{h.URL + "/x"}, Selection{}, quick()); kindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		h.Close()
	}
}

// What was hashed is not asked for again, also if the URL is signed anew.
func TestServerJournal(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := &server{tree: fstest.MapFS{"x": {Data: bytes.Repeat([]byte("x"), 1<<20)}}, version: func(*http.Request) string { return `"1"` }}
	h := httptest.NewServer(s)
	defer h.Close()
	o := Options{Journals: []string{filepath.Join(t.TempDir(), "j")}}
	make := func(query string) (reused int, sent int64) {
		s.asked.Store(0)
		c, err := URLs(ctx, []string{h.URL + "/x" + query}, Selection{}, quick())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		plan, err := c.Plan(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := plan.Torrent(ctx); err != nil {
			t.Fatal(err)
		}
		return plan.Reused.Pieces, s.asked.Load()
	}
	if reused, sent := make("?X-Amz-Signature=a&X-Amz-Date=1"); reused != 0 || sent < 1<<20 {
		t.Errorf("first run: %d reused, %d bytes sent", reused, sent)
	}
	if reused, sent := make("?X-Amz-Signature=b&X-Amz-Date=2"); reused != 64 || sent != 2 {
		t.Errorf("again: %d reused, %d bytes sent", reused, sent)
	}
	s.version = func(*http.Request) string { return `"2"` }
	if reused, _ := make(""); reused != 0 {
		t.Errorf("of another version %d pieces are reused", reused)
	}
}

// The names of a torrent of URLs, and the web seed that it gets.
func TestRemoteNames(t *testing.T) {
	t.Parallel()
	s := &server{tree: fstest.MapFS{}}
	for _, name := range []string{"a.iso", "d/a.iso", "d/b.iso", "d/e/c.iso", "é/b c"} {
		s.tree[name] = &fstest.MapFile{Data: []byte(name)}
	}
	h := httptest.NewServer(s)
	defer h.Close()
	other := httptest.NewServer(s)
	defer other.Close()
	for _, c := range []struct{ urls, name, want, seeds string }{
		{"H/d/a.iso", "", "a.iso:", "H/d/a.iso"},
		{"H/d/a.iso", "other", "other:", "H/d/a.iso"},
		{"H/%C3%A9/b%20c?v=2#top", "", "b c:", "H/%C3%A9/b%20c?v=2"},
		{"H/d/a.iso?token=SECRET", "", "a.iso:", "H/d/a.iso"},
		{"H/d/a.iso?se=1&sp=r&sig=SECRET&v=2", "", "a.iso:", "H/d/a.iso?v=2"},
		{"http://me:SECRET@A/d/a.iso", "", "a.iso:", "H/d/a.iso"},
		{"H/d/a.iso H/d/b.iso", "", "d: a.iso b.iso", "H/"},
		{"H/d/a.iso H/d/e/c.iso", "", "d: a.iso e/c.iso", "H/"},
		{"H/d/a.iso H/d/b.iso", "other", "other: a.iso b.iso", ""},
		{"H/d/a.iso H/d/b.iso?v=2", "", "d: a.iso b.iso", ""},
		{"H/a.iso H/d/b.iso", "n", "n: a.iso d/b.iso", ""},
		{"H/d/a.iso O/d/b.iso", "n", "n: a.iso b.iso", ""},
	} {
		address := strings.NewReplacer("H/", h.URL+"/", "O/", other.URL+"/", "@A", "@"+strings.TrimPrefix(h.URL, "http://"))
		content, err := URLs(context.Background(), strings.Fields(address.Replace(c.urls)), Selection{}, quick())
		if err != nil {
			t.Errorf("%s: %v", c.urls, err)
			continue
		}
		plan, err := content.Plan(Options{Name: c.name})
		if err != nil {
			t.Errorf("%s: %v", c.urls, err)
			continue
		}
		got := plan.Name + ":"
		for _, f := range plan.Files {
			got += strings.TrimSuffix(" "+f.Path, " ")
		}
		if seeds := strings.Join(plan.o.WebSeeds, " "); got != c.want || seeds != address.Replace(c.seeds) {
			t.Errorf("%s: %q and %q, want %q and %q", c.urls, got, seeds, c.want, address.Replace(c.seeds))
		}
		content.Close()
	}
	for _, bad := range []string{"H/", "H", "H/d/a.iso H/d/a.iso", "H/d%2fa.iso", "H/d/..%2fa", "H/d/a.iso O/e/a.iso", "ftp://h/a", "H/a%00"} {
		urls := strings.Fields(strings.NewReplacer("H", h.URL, "O", other.URL).Replace(bad))
		if c, err := URLs(context.Background(), urls, Selection{}, quick()); err == nil {
			c.Close()
			t.Errorf("%s is taken", bad)
		}
	}
}

// The torrent's own servers give the same content in another format; one that lacks some of it is passed over.
func TestFromWebSeeds(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	tree := fstest.MapFS{"n/a": {Data: bytes.Repeat([]byte("a"), 70000)}, "n/d/b": {Data: []byte("b")}, "n/empty": {}}
	h, poor := httptest.NewServer(&server{tree: tree}), httptest.NewServer(&server{tree: fstest.MapFS{"n/a": tree["n/a"]}})
	defer h.Close()
	defer poor.Close()
	folder, err := ScanFS(ctx, tree, "n", Selection{})
	if err != nil {
		t.Fatal(err)
	}
	old := torrentOf(t, folder, Options{Fields: metainfo.Fields{WebSeeds: []string{poor.URL + "/", h.URL + "/"}}, Align: true})
	want := torrentOf(t, folder, Options{Format: metainfo.Hybrid})
	o := quick()
	if _, err := WebSeeds(ctx, old.Raw(), Selection{}, o); kindOf(err) != "address" {
		t.Errorf("a torrent leads to loopback: %v", err)
	}
	o.AllowPrivate = true
	c, err := WebSeeds(ctx, old.Raw(), Selection{}, o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got := torrentOf(t, c, Options{Format: metainfo.Hybrid})
	parsed, err := metainfo.Parse(got.Raw())
	if err != nil || got.Hashes != want.Hashes || len(parsed.WebSeeds) != 2 {
		t.Errorf("%v, want %v; %v, %v", got.Hashes, want.Hashes, parsed.WebSeeds, err)
	}
	tree["n/d/b"].Data = []byte("bb")
	if _, err := WebSeeds(ctx, old.Raw(), Selection{}, o); kindOf(err) != "missing" || !strings.Contains(err.Error(), "has 2 bytes on the server, not 1") {
		t.Errorf("another size: %v", err)
	}
	if _, err := WebSeeds(ctx, want.Raw(), Selection{}, o); err == nil {
		t.Error("a torrent without web seeds has some")
	}
}

// A host that the person named may redirect to where strangers may lead, and not inside.
func TestServerRedirects(t *testing.T) {
	t.Parallel()
	n := new(memnet.Network)
	serve := func(address string, handler http.HandlerFunc) {
		l, err := n.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		s := &httptest.Server{Listener: l, Config: &http.Server{Handler: handler}}
		s.Start()
		t.Cleanup(s.Close)
	}
	has := &server{tree: fstest.MapFS{"x": {Data: []byte("x")}}}
	serve("192.168.0.1:80", has.ServeHTTP)
	serve("11.0.0.2:80", has.ServeHTTP)
	serve("11.0.0.1:80", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://192.168.0.1/x", http.StatusFound)
	})
	serve("11.0.0.3:80", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://11.0.0.2/x", http.StatusFound)
	})
	for host, want := range map[string]string{"192.168.0.1": "<nil>", "11.0.0.2": "<nil>", "11.0.0.3": "<nil>", "11.0.0.1": "address"} {
		o := quick()
		o.network = n
		c, err := URLs(context.Background(), []string{"http://" + host + "/x"}, Selection{}, o)
		if kindOf(err) != want {
			t.Errorf("%s: %v", host, err)
		}
		if err == nil {
			torrentOf(t, c, Options{})
			c.Close()
		}
	}
}

// Nobody waits for a server once the context has ended.
func TestServerInterrupted(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	var n atomic.Int64
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) > 1 {
			stop()
			<-r.Context().Done()
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(make([]byte, 1<<20)))
	}))
	defer h.Close()
	c, err := URLs(context.Background(), []string{h.URL + "/x"}, Selection{}, quick())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	plan, err := c.Plan(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Torrent(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
