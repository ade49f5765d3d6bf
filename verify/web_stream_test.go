package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/memnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// One request brings all that a connection reads next of a file, and connections
// are used again, also for files of which many share a piece.
func TestWebRequests(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(12, 1))
	big := files{"a": noise(rng, 32<<20), "b": noise(rng, 1000)}
	small := files{}
	for i := range 300 {
		small[fmt.Sprintf("%03d", i)] = noise(rng, 1+rng.IntN(5000))
	}
	for _, tt := range []struct {
		tree files
		most int64 // requests
	}{{big, 32/4 + 8 + 3}, {small, 300 + 100 + 1}} { // small files are asked for once more where a piece ends in them
		for _, format := range []metainfo.Format{metainfo.V1, metainfo.Hybrid} {
			s, torrent := serveTree(t, tt.tree, format, 256<<10)
			var conns atomic.Int32
			server := httptest.NewUnstartedServer(s)
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					conns.Add(1)
				}
			}
			server.Start()
			o := webOptions()
			o.URLs, o.Connections = []string{server.URL + "/"}, 4
			var total int64
			o.Progress = func(done, _ int64) { total = done }
			w := webCheck(t, torrent, o)
			if !w.OK() || w.Requests > tt.most || conns.Load() > 4 || w.Received != w.Report.Bytes+1 || total != w.Report.Bytes {
				t.Errorf("%v: %d requests over %d connections, %d of %d bytes received: %+v", format, w.Requests, conns.Load(), w.Received, w.Report.Bytes, w.Faults)
			}
			server.Close()
		}
	}
}

// An answer that is cut off, or is for less than was asked for, is gone on with
// where it ended, and nothing is asked for twice.
func TestWebGoesOn(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(12, 2))
	data := noise(rng, 2<<20)
	tree := files{"a": data}
	var from, to int
	for name, handler := range map[string]http.HandlerFunc{
		"cut": func(w http.ResponseWriter, r *http.Request) {
			fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(data)))
			w.Header().Set("Content-Length", strconv.Itoa(to+1-from))
			w.WriteHeader(206)
			w.Write(data[from:min(to+1, from+100_000)])
		},
		"less": func(w http.ResponseWriter, r *http.Request) {
			fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to)
			r.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, min(to, from+99_999)))
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		},
	} {
		server := httptest.NewServer(handler)
		torrent := tree.Torrent(t, metainfo.V1, 16384, metainfo.Fields{WebSeeds: []string{server.URL + "/"}})
		o := webOptions()
		o.Connections = 1
		w := webCheck(t, torrent, o)
		if !w.OK() || w.Received > int64(len(data))+1 || w.Requests < 20 {
			t.Errorf("%s: %d bytes in %d answers: %+v", name, w.Received, w.Requests, w.Faults)
		}
		server.Close()
	}
}

// A server that sends bytes now and then is of no use: it is not asked again.
func TestWebDrip(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tree := files{"a": make([]byte, 100_000)}
		n := new(memnet.Network)
		for _, size := range []int{1, 24} { // of which the second is 1.2 KB/s
			var requests atomic.Int32
			server := inMemory(t, n, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Range", strings.Replace(r.Header.Get("Range"), "=", " ", 1)+"/100000")
				w.WriteHeader(206)
				if r.Header.Get("Range") == "bytes=99999-99999" {
					w.Write([]byte{0})
					return
				}
				requests.Add(1)
				for r.Context().Err() == nil {
					w.Write(make([]byte, size))
					w.(http.Flusher).Flush()
					time.Sleep(20 * time.Millisecond)
				}
			}))
			torrent := tree.Torrent(t, metainfo.V1, 16384, metainfo.Fields{WebSeeds: []string{server.URL + "/"}})
			o := webOptions()
			o.Stall, o.Connections, o.network = 2*time.Second, 1, n
			if w := webCheck(t, torrent, o); faultKinds(w) != "slow" || requests.Load() != 1 || w.Report.OK() {
				t.Errorf("%d bytes at a time: %d requests, %+v", size, requests.Load(), w.Faults)
			}
		}
	})
}

// The whole check ends in time, whatever a server does.
func TestWebTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		o := webOptions()
		o.Stall, o.Timeout, o.network = time.Hour, 10*time.Minute, n
		w := webCheck(t, standing(t, n), o)
		if faultKinds(w) != "timeout" || w.OK() || w.Report.UncheckedPieces == 0 {
			t.Errorf("%+v", w.Faults)
		}
	})
}

// standing serves the last byte of a, and then nothing but the header of
// answers, except for damaged bytes of b.
func standing(t *testing.T, n *memnet.Network) []byte {
	rng := mathrand.New(mathrand.NewPCG(12, 3))
	tree := files{"a": noise(rng, 8<<20), "b": noise(rng, 8<<20)}
	server := inMemory(t, n, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var from, to int
		fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to)
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, 8<<20))
		w.Header().Set("Content-Length", strconv.Itoa(to+1-from))
		switch {
		case to == from:
			w.WriteHeader(206)
			w.Write([]byte{0})
		case strings.HasSuffix(r.URL.Path, "/b"):
			w.WriteHeader(206)
			w.Write(make([]byte, to+1-from))
		default:
			w.WriteHeader(206)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	}))
	return tree.Torrent(t, metainfo.V1, 1<<20, metainfo.Fields{WebSeeds: []string{server.URL + "/"}})
}

// Nobody waits for a server once ctx is done, the first fault was found, or there
// is no use in asking for more.
func TestWebStopsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := webOptions()
		n := new(memnet.Network)
		o.Stall, o.Pause, o.network = 20*time.Second, time.Hour, n
		start := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		reports, err := WebSeeds(ctx, standing(t, n), o)
		if !errors.Is(err, context.DeadlineExceeded) || len(reports) != 1 || !reports[0].Report.Incomplete || len(reports[0].Faults) > 0 {
			t.Errorf("%v, %+v", err, reports[0])
		}
		o.FailFast = true
		w := webCheck(t, standing(t, n), o)
		if w.OK() || !w.Report.Incomplete || w.Report.BadPieces == 0 || w.Report.file(t, "a").State != Unchecked {
			t.Errorf("fail fast: %+v", w.Report.Files)
		}
		tree := files{"a": make([]byte, 8<<20)}
		for i := range 300 {
			tree[fmt.Sprintf("b%03d", i)] = []byte("x")
		}
		server := inMemory(t, n, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case !strings.HasSuffix(r.URL.Path, "/a"):
				w.WriteHeader(403)
			case r.Header.Get("Range") == "bytes=8388607-8388607":
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(tree["a"]))
			default:
				<-r.Context().Done()
			}
		}))
		o.FailFast = false
		w = webCheck(t, tree.Torrent(t, metainfo.V2, 1<<20, metainfo.Fields{WebSeeds: []string{server.URL + "/"}}), o)
		if faultKinds(w) != "given-up status" || w.Faults[0].Message != "nothing more is asked for after 200 files in a row that cannot be had" || w.Report.file(t, "b299").State != Unchecked {
			t.Errorf("faults of many files: %d, %+v, %v", len(w.Faults), w.Faults[0], w.Report.file(t, "b299").State)
		}
		if d := time.Since(start); d > time.Second {
			t.Errorf("stopping took %v", d)
		}
	})
}

// A seed without the files is asked for many of them, so that they are named, but
// not for all.
func TestWebGivesUp(t *testing.T) {
	t.Parallel()
	tree := files{}
	for i := range 1000 {
		tree[fmt.Sprintf("%04d", i)] = []byte("0123456789")
	}
	s, torrent := serveTree(t, tree, metainfo.V1, 16384)
	s.tree = nil
	w := webCheck(t, torrent, webOptions())
	missing := 0
	for _, f := range w.Report.Files {
		if f.State == Missing {
			missing++
		}
	}
	if w.OK() || w.Report.GoodPieces > 0 || faultKinds(w) != "given-up missing" || w.Faults[0].File >= 0 || missing == 0 || w.Requests > 210 {
		t.Errorf("%d requests, %d missing, %d faults", w.Requests, missing, len(w.Faults))
	}
}

// A piece is asked for once, whatever the number of files in it, and again from
// its start if it is cut off, in its content or its padding.
func TestBEP17Streams(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(12, 4))
	tree := files{"a": noise(rng, 10_000), "b": noise(rng, 20_000), "c": noise(rng, 600_000), "d": noise(rng, 7)}
	for _, format := range []metainfo.Format{metainfo.V1, metainfo.Hybrid} {
		const length = 128 << 10
		torrent := tree.Torrent(t, format, length, metainfo.Fields{})
		parsed, err := metainfo.Parse(torrent)
		if err != nil {
			t.Fatal(err)
		}
		l := parsed.Layout()
		stream := make([]byte, l.PaddedLength())
		for i := range l.NumFiles() {
			copy(stream[l.Start(i):], tree[parsed.Files[i].Path])
		}
		cuts := map[int]int{}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			piece, _ := strconv.Atoi(r.URL.Query().Get("piece"))
			data := stream[piece*length : min(len(stream), (piece+1)*length)]
			w.Header().Set("Content-Length", strconv.Itoa(len(data)))
			switch cuts[piece]++; {
			case piece == 1 && cuts[piece] == 1:
				data = data[:5000]
			case piece == 0 && cuts[piece] == 1:
				data = data[:len(data)-1]
			}
			w.Write(data)
		}))
		o := webOptions()
		o.URLs, o.Connections = nil, 1
		reports, err := WebSeeds(context.Background(), tree.Torrent(t, format, length, metainfo.Fields{HTTPSeeds: []string{server.URL}}), o)
		if err != nil || !reports[0].OK() || reports[0].Requests != int64(l.NumPieces()+2) {
			t.Errorf("%v: %v, %d requests for %d pieces, %+v", format, err, reports[0].Requests, l.NumPieces(), reports[0].Faults)
		}
		o.Journals = []string{filepath.Join(t.TempDir(), "journal")}
		again, err := WebSeeds(context.Background(), tree.Torrent(t, format, length, metainfo.Fields{HTTPSeeds: []string{server.URL}}), o)
		if err != nil || !again[0].OK() || again[0].Unremembered != 4 || again[0].Requests != int64(l.NumPieces()) {
			t.Errorf("%v: %v, with a journal that cannot remember: %+v", format, err, again[0])
		}
		server.Close()
	}
}
