package verify

import (
	"bytes"
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/memnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// A file of which nothing was asked is asked for in the end, and no file is ok that the
// server did not send.
func TestWebFilesBesideOthers(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(21, 10))
	tree := files{"a": noise(rng, 50000), "b": noise(rng, 20), "c": noise(rng, 20), "d": noise(rng, 20)}
	for _, gone := range []string{"b", "b c", "b c d"} {
		s, torrent := serveTree(t, tree, metainfo.V1, 16384)
		s.tree = files{}
		for name, data := range tree {
			if !strings.Contains(gone, name) {
				s.tree[name] = data
			}
		}
		w := webCheck(t, torrent, webOptions())
		if w.OK() || faultKinds(w) != "missing" || w.Report.file(t, "a").State != Unchecked {
			t.Errorf("without %s: %+v %+v", gone, w.Faults, w.Report.Files)
		}
		for _, name := range []string{"b", "c", "d"} {
			want, size := Unchecked, int64(20)
			if strings.Contains(gone, name) {
				want, size = Missing, 0
			}
			if f := w.Report.file(t, name); f.State != want || f.Size != size {
				t.Errorf("without %s: %s is %v, with %d bytes", gone, name, f.State, f.Size)
			}
		}
	}
}

// A sample says of the files that it did not read whole that they are unchecked, and of
// those that it did not ask for no size.
func TestWebSampleIsNoFullPass(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(21, 11))
	tree := files{"a": noise(rng, 100000)}
	for i := range 300 {
		tree[fmt.Sprintf("b%03d", i)] = noise(rng, 100)
	}
	s, torrent := serveTree(t, tree, metainfo.V2, 16384)
	s.tree["a"] = flipAt(tree["a"], 50000)
	o := webOptions()
	o.Sample, o.Seed = 2, 1
	w := webCheck(t, torrent, o)
	states, sized := map[State]int{}, 0
	for _, f := range w.Report.Files {
		if states[f.State]++; f.Size == f.Length {
			sized++
		}
	}
	if !w.OK() || w.Report.SkippedPieces != w.Report.Pieces-2 || states[OK] != 1 || states[Unchecked] != 300 || sized != 2+maxProbes {
		t.Errorf("ok %v, %v, %d have a size", w.OK(), states, sized)
	}
}

// Of a server that knows no ranges every file is read once, in one stream, though that
// is a fault; a sample of it ends at once.
func TestWebWithoutRanges(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(21, 12))
	tree := files{"a": noise(rng, 300000), "b": noise(rng, 100), "c": noise(rng, 200000), "d": noise(rng, 70000)}
	for _, chunked := range []bool{false, true} {
		for _, format := range formats() {
			s, torrent := serveTree(t, tree, format, 16384)
			s.tree = files{"a": flipAt(tree["a"], 150000), "b": tree["b"], "c": flipAt(tree["c"], 199999), "d": tree["d"]}
			s.header = func(_ int, w http.ResponseWriter, r *http.Request) {
				if r.Header.Del("Range"); chunked {
					w.Header().Set("Content-Encoding", "identity") // then its length is not told
				}
			}
			w := webCheck(t, torrent, webOptions())
			got := fmt.Sprint(w.Report.file(t, "a").State, w.Report.file(t, "b").State, w.Report.file(t, "c").State, w.Report.file(t, "d").State)
			want := "damaged ok damaged ok"
			if format == metainfo.V1 { // the last byte of c is in a piece of d
				want = "damaged ok damaged damaged"
			}
			if w.OK() || faultKinds(w) != "no-range" || got != want || w.Report.BadPieces != 2 || w.Report.UncheckedPieces > 0 {
				t.Errorf("%v: %+v, %s, want %s", format, w.Faults, got, want)
			}
			if list, _ := s.reset(); w.Received != 570100 || len(list) != 5 {
				t.Errorf("%v: %d bytes in %v", format, w.Received, list)
			}
			o := webOptions()
			o.Sample, o.Seed = 4, 1
			if w := webCheck(t, torrent, o); w.OK() || faultKinds(w) != "given-up no-range" || w.Report.GoodPieces > 0 || w.Received > 0 {
				t.Errorf("%v, a sample: %+v, %d pieces, %d bytes", format, w.Faults, w.Report.GoodPieces, w.Received)
			}
		}
	}
}

// What is wrong with one file is that file's fault, wherever it stands, and all others are
// read. What keeps a seed from being reached ends it, and so do many files in a row.
func TestWebFaultOfOneFile(t *testing.T) {
	t.Parallel()
	tree := files{}
	for i := range 24 {
		tree[fmt.Sprintf("%02d", i)] = noise(mathrand.New(mathrand.NewPCG(21, uint64(i))), 20000)
	}
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
	}
	first, last, even, most := "00", "23", "00 02 04 06 08 10 12 14 16 18 20 22", "04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23"
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		kind    string
		files   []string // that are bad in turn
	}{
		{"forbidden", status(403), "status", []string{first, last, even, most}},
		{"gone", status(410), "missing", []string{first, last, even, most}},
		{"busy", status(500), "busy", []string{first, last, even}},
		{"whole", func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 20000)) }, "no-range", []string{first, last, even}},
		{"to a file", redirect("file:///etc/passwd"), "redirect", []string{first, last, even, most}},
		{"in a circle", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"?again", http.StatusFound)
		}, "redirect", []string{first, last, even, most}},
		{"to an address inside", redirect("http://10.0.0.1/"), "address", []string{first, last, even, most}},
		{"to a host that is not there", redirect("http://8.8.8.8/"), "connect", []string{first, last, even}},
		{"closes", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "connect", []string{first, last, even}},
		{"stalls", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "stall", []string{first, last, even}},
		{"drips", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", strings.Replace(r.Header.Get("Range"), "=", " ", 1)+"/20000")
			w.WriteHeader(206)
			for r.Context().Err() == nil {
				w.Write([]byte("x"))
				w.(http.Flusher).Flush()
				time.Sleep(300 * time.Millisecond)
			}
		}, "slow", []string{last, even[3:]}},
	} {
		for _, names := range c.files {
			synctest.Test(t, func(t *testing.T) {
				n := new(memnet.Network)
				server := inMemory(t, n, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if name := r.URL.Path[len(r.URL.Path)-2:]; strings.Contains(names, name) {
						c.handler(w, r)
					} else {
						http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(tree[name]))
					}
				}))
				torrent := tree.Torrent(t, metainfo.V2, 16384, metainfo.Fields{})
				o := webOptions()
				o.URLs, o.Connections, o.AllowPrivate, o.Stall, o.network = []string{server.URL + "/"}, 1, false, 2*time.Second, n
				if c.kind == "no-range" {
					o.Sample, o.Seed = 2*len(tree), 1 // a full check reads them
				}
				w := webCheck(t, torrent, o)
				for i, f := range w.Report.Files {
					if bad := strings.Contains(names, f.Path); (f.State == OK) == bad || f.State == Unchecked {
						t.Errorf("%s, %s: %s is %v", c.name, names, f.Path, w.Report.Files[i].State)
					}
				}
				if faultKinds(w) != c.kind || len(w.Faults) != len(strings.Fields(names)) || w.Faults[0].File < 0 {
					t.Errorf("%s, %s: %+v", c.name, names, w.Faults)
				}
				res, err := Repair(context.Background(), torrent, t.TempDir(), RepairOptions{Web: &o.WebAccess})
				if err != nil || len(readBack(res.Report.Root, tree.Paths())) != len(tree)-len(strings.Fields(names)) {
					t.Errorf("%s, %s, repaired: %v, %+v", c.name, names, err, res)
				}
			})
		}
	}
}

// A seed that keeps one waiting for every second file is given up all the same.
func TestWebWaitsAreBounded(t *testing.T) {
	t.Parallel()
	tree := files{}
	for i := range 130 {
		tree[fmt.Sprintf("%03d", i)] = noise(mathrand.New(mathrand.NewPCG(22, uint64(i))), 20000)
	}
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		server := inMemory(t, n, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name := r.URL.Path[len(r.URL.Path)-3:]
			if name[2]%2 == 1 {
				<-r.Context().Done()
				return
			}
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(tree[name]))
		}))
		o := webOptions()
		o.URLs, o.Connections, o.Stall, o.network = []string{server.URL + "/"}, 1, 2*time.Second, n
		w := webCheck(t, tree.Torrent(t, metainfo.V2, 16384, metainfo.Fields{}), o)
		count := map[State]int{}
		for _, f := range w.Report.Files {
			count[f.State]++
		}
		if count[Unreadable] != 50 || count[OK]+count[Unchecked] != 80 {
			t.Errorf("%v", count)
		}
		unchecked := w.Report.Bytes - w.Report.GoodBytes
		if f := w.Faults[0]; f.Kind != "given-up" || f.File >= 0 || f.Message != "nothing more is asked for after 50 files that cost waiting" || w.Report.UncheckedBytes != unchecked {
			t.Errorf("%+v, %d bytes are not checked, want %d", f, w.Report.UncheckedBytes, unchecked)
		}
	})
}

// Of a BEP 17 seed, a piece that it does not serve is the only one that is not checked.
func TestBEP17FaultOfOnePiece(t *testing.T) {
	t.Parallel()
	data := noise(mathrand.New(mathrand.NewPCG(21, 13)), 40*16384)
	calls := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		which := r.URL.Query().Get("piece")
		piece, _ := strconv.Atoi(which)
		switch calls[which]++; {
		case piece == 3:
			w.WriteHeader(404)
		case piece == 5 && calls[which] == 1:
			w.WriteHeader(502)
		default:
			w.Write(data[piece*16384:][:16384])
		}
	}))
	defer server.Close()
	o := webOptions()
	o.Connections = 1
	w := webCheck(t, files{"a": data}.Torrent(t, metainfo.V1, 16384, metainfo.Fields{HTTPSeeds: []string{server.URL}}), o)
	if faultKinds(w) != "status" || w.Report.GoodPieces != 39 || w.Report.file(t, "a").State != Unreadable || calls["5"] != 2 {
		t.Errorf("%d pieces are good, %+v, %+v", w.Report.GoodPieces, w.Faults, w.Report.Files)
	}
}
