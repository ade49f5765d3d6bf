package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/memnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// webServer serves files below /tree/ and remembers what was asked for.
type webServer struct {
	tree files
	// sending, if not nil, is told how many bytes of content are sent, with those that go next.
	sending func(sent int64)
	// header, if not nil, is called before an answer, with the number of the request.
	header func(n int, w http.ResponseWriter, r *http.Request)

	busy  sync.WaitGroup
	mu    sync.Mutex
	asked []asked
	sent  int64 // bytes of content
}

type asked struct {
	file     string
	from, to int64
}

func (s *webServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.busy.Add(1)
	defer s.busy.Done()
	name := strings.TrimPrefix(r.URL.Path, "/tree/")
	a := asked{file: name}
	fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &a.from, &a.to)
	a.to++
	s.mu.Lock()
	s.asked = append(s.asked, a)
	n := len(s.asked)
	data, ok := s.tree[name]
	if s.header != nil {
		s.header(n, w, r)
	}
	s.mu.Unlock()
	if w.Header().Get("Location") != "" {
		w.WriteHeader(http.StatusFound)
		return
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	http.ServeContent(&countingWriter{w, s}, r, "", time.Time{}, bytes.NewReader(data))
}

type countingWriter struct {
	http.ResponseWriter
	s *webServer
}

func (c *countingWriter) Write(p []byte) (int, error) {
	c.s.mu.Lock()
	if c.s.sent += int64(len(p)); c.s.sending != nil { // before they go: who gets the last ones is not waited for
		c.s.sending(c.s.sent)
	}
	c.s.mu.Unlock()
	return c.ResponseWriter.Write(p)
}

// reset forgets what was asked for, and returns it.
func (s *webServer) reset() (list []asked, sent int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list, sent = s.asked, s.sent
	s.asked, s.sent = nil, 0
	return list, sent
}

// old is a time of change that a journal trusts.
func old(w http.ResponseWriter) {
	w.Header().Set("Last-Modified", time.Now().Add(-time.Hour).UTC().Truncate(time.Hour).Format(http.TimeFormat))
}

// serveTree serves a tree and makes its torrent.
func serveTree(t *testing.T, tree files, format metainfo.Format, pieceLength int64) (*webServer, []byte) {
	s := &webServer{tree: tree}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, tree.Torrent(t, format, pieceLength, metainfo.Fields{WebSeeds: []string{server.URL + "/"}})
}

func TestWebJournal(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(8, 1))
	for _, format := range formats() {
		tree := files{"a": noise(rng, 300000), "b": noise(rng, 100), "c": noise(rng, 70000), "empty": nil}
		s, torrent := serveTree(t, tree, format, 16384)
		s.header = func(_ int, w http.ResponseWriter, _ *http.Request) { old(w) }
		o := webOptions()
		o.Journals = []string{filepath.Join(t.TempDir(), "journal")}
		if w := webCheck(t, torrent, o); !w.OK() || w.Report.KnownPieces != 0 || w.Unremembered != 0 {
			t.Fatalf("%v: first run: %+v, known %d, not remembered %d", format, w.Faults, w.Report.KnownPieces, w.Unremembered)
		}
		s.reset()
		w := webCheck(t, torrent, o)
		if list, sent := s.reset(); !w.OK() || w.Report.KnownPieces != w.Report.Pieces || sent != 3 || w.Received != 3 {
			t.Errorf("%v: second run: %+v, known %d of %d, sent %d for %v", format, w.Faults, w.Report.KnownPieces, w.Report.Pieces, sent, list)
		}
		o.Recheck = true
		w = webCheck(t, torrent, o)
		if _, sent := s.reset(); !w.OK() || w.Report.KnownPieces != 0 || sent != 370100+1 {
			t.Errorf("%v: recheck: known %d, sent %d", format, w.Report.KnownPieces, sent)
		}
		o.Recheck = false
		// Another version is read again, and of a file that is gone nothing is known.
		s.tree = files{"a": flipAt(tree["a"], 150000), "c": tree["c"], "empty": nil}
		s.header = func(_ int, w http.ResponseWriter, r *http.Request) {
			if old(w); strings.HasSuffix(r.URL.Path, "/a") {
				w.Header().Set("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")
			}
		}
		w = webCheck(t, torrent, o)
		want := OK
		if format == metainfo.V1 {
			want = Unchecked // c shares a piece with b
		}
		if w.OK() || w.Report.file(t, "a").State != Damaged || w.Report.BadPieces != 1 || w.Report.file(t, "b").State != Missing || w.Report.KnownPieces == 0 || w.Report.file(t, "c").State != want {
			t.Errorf("%v: after a change: %+v, %+v, known %d", format, w.Report.Files, w.Faults, w.Report.KnownPieces)
		}
		if w = webCheck(t, torrent, o); w.Report.BadPieces != 1 {
			t.Errorf("%v: the damage is forgotten: %+v", format, w.Report.Files)
		}
	}
}

// Only what tells another version for certain makes a piece known.
func TestWebJournalWantsValidators(t *testing.T) {
	t.Parallel()
	tree := files{"a": noise(mathrand.New(mathrand.NewPCG(8, 2)), 100000)}
	s, torrent := serveTree(t, tree, metainfo.V1, 16384)
	var now time.Time // when a case began: the version must not change while it is read
	modified := func(w http.ResponseWriter, ago time.Duration) {
		w.Header().Set("Last-Modified", now.Add(-ago).UTC().Format(http.TimeFormat))
	}
	second := 0
	at := time.Now().Add(-time.Hour)
	for name, tt := range map[string]struct {
		header func(n int, w http.ResponseWriter, r *http.Request)
		want   bool
	}{
		"nothing":           {func(_ int, w http.ResponseWriter, _ *http.Request) {}, false},
		"weak":              {func(_ int, w http.ResponseWriter, _ *http.Request) { w.Header().Set("ETag", `W/"x"`) }, false},
		"strong":            {func(_ int, w http.ResponseWriter, _ *http.Request) { w.Header().Set("ETag", `"x"`) }, true},
		"modified just now": {func(_ int, w http.ResponseWriter, _ *http.Request) { modified(w, 10*time.Second) }, false},
		"modified": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Last-Modified", at.UTC().Format(http.TimeFormat))
		}, true},
		"strong and just now": {func(_ int, w http.ResponseWriter, _ *http.Request) { w.Header().Set("ETag", `"y"`); modified(w, 0) }, false},
		"mirrors in turn": {func(n int, w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery == "" {
				second++
				w.Header().Set("Location", fmt.Sprintf("%s?mirror=%d", r.URL.Path, second%2))
				return
			}
			w.Header().Set("ETag", `"`+r.URL.RawQuery+`"`)
		}, false},
	} {
		s.header, now = tt.header, time.Now()
		o := webOptions()
		o.Journals = []string{filepath.Join(t.TempDir(), "journal")}
		first := webCheck(t, torrent, o)
		again := webCheck(t, torrent, o)
		known := again.Report.KnownPieces > 0
		if name == "mirrors in turn" { // what one of them had, before the other answered, is known if it is asked again
			known = false
		}
		if !first.OK() || !again.OK() || known != tt.want || (first.Unremembered == 0) != tt.want {
			t.Errorf("%s: known %d, not remembered %d, %+v %+v", name, again.Report.KnownPieces, first.Unremembered, first.Faults, again.Faults)
		}
	}
}

// A file that is replaced while it is read is a fault, whatever the pieces say.
func TestWebFileChanges(t *testing.T) {
	t.Parallel()
	tree := files{"a": noise(mathrand.New(mathrand.NewPCG(8, 3)), 100000), "b": noise(mathrand.New(mathrand.NewPCG(8, 4)), 50000)}
	s, torrent := serveTree(t, tree, metainfo.V1, 16384)
	for _, header := range []string{"ETag", "Last-Modified"} {
		s.reset()
		s.header = func(_ int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set(header, `"x"`)
			if strings.HasSuffix(r.URL.Path, "/a") && r.Header.Get("Range") != "bytes=99999-99999" { // which came first
				w.Header().Set(header, `"y"`)
			}
		}
		o := webOptions()
		o.Connections = 1 // or b may be through before a changes
		w := webCheck(t, torrent, o)
		if faultKinds(w) != "changed" || w.OK() || w.Report.file(t, "a").State != Unreadable || w.Report.file(t, "b").State != Unchecked {
			t.Errorf("%s: %+v %+v", header, w.Faults, w.Report.Files)
		}
	}
}

// What a run that was stopped had verified is not asked for again.
func TestWebJournalAfterAStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tree := files{"a": noise(mathrand.New(mathrand.NewPCG(8, 5)), 24<<20)}
		n := new(memnet.Network)
		s := &webServer{tree: tree}
		torrent := tree.Torrent(t, metainfo.V1, 64<<10, metainfo.Fields{WebSeeds: []string{inMemory(t, n, s).URL + "/"}})
		s.header = func(_ int, w http.ResponseWriter, _ *http.Request) { w.Header().Set("ETag", `"x"`) }
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		o := webOptions()
		o.Journals = []string{filepath.Join(t.TempDir(), "journal")}
		o.network = n
		s.sending = func(sent int64) {
			if sent > 8<<20 {
				cancel()
			}
		}
		reports, err := WebSeeds(ctx, torrent, o)
		if !errors.Is(err, context.Canceled) || len(reports) != 1 || !reports[0].Report.Incomplete || reports[0].Report.GoodPieces == 0 {
			t.Fatalf("the run was not stopped in its middle: %v, %d reports", err, len(reports))
		}
		first := reports[0].Report
		synctest.Wait() // for what is on its way
		s.busy.Wait()
		s.reset()
		w := webCheck(t, torrent, o)
		if !w.OK() || w.Report.KnownPieces != first.GoodPieces {
			t.Errorf("ok %v, known %d, want %d", w.OK(), w.Report.KnownPieces, first.GoodPieces)
		}
		list, _ := s.reset()
		for _, a := range list {
			for p := a.from / (64 << 10); p*64<<10 < a.to && a.to-a.from > 1; p++ {
				if first.PieceState(int(p)) == PieceOK {
					t.Errorf("piece %d was verified, and bytes %d to %d are asked for", p, a.from, a.to)
				}
			}
		}
		if want := int64(24<<20-first.GoodPieces*64<<10) + 1; w.Received != want {
			t.Errorf("%d bytes were received, want %d", w.Received, want)
		}
	})
}

func TestWebJournalRefuses(t *testing.T) {
	t.Parallel()
	s, torrent := serveTree(t, files{"a": []byte("x")}, metainfo.V1, 16384)
	o := webOptions()
	o.Journals = []string{filepath.Join(t.TempDir(), "notes")}
	put(t, o.Journals[0], []byte("this is no journal"))
	if _, err := WebSeeds(context.Background(), torrent, o); err == nil {
		t.Error("a file that is no journal is no error")
	}
	if list, _ := s.reset(); len(list) > 0 {
		t.Errorf("the seed was asked for %v", list)
	}
}
