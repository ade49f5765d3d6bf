package webseed

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/metainfo"
)

// What the watchdog says of answers at all rates.
func TestWatchdog(t *testing.T) {
	for _, c := range []struct {
		name  string
		bytes int           // that come at once
		every time.Duration // how often they do
		until time.Duration // when they stop
		want  error
		by    time.Duration // when that is known
	}{
		{"nothing", 0, time.Hour, 0, errStalled, 20 * time.Second},
		{"a byte each 0.2 s", 1, 200 * time.Millisecond, 2 * time.Hour, errSlow, 20 * time.Second},
		{"1.2 KB/s", 1200, time.Second, 2 * time.Hour, errSlow, 20 * time.Second},
		{"just below the floor", floor - 1, time.Second, 2 * time.Hour, errSlow, 21 * time.Second},
		{"above the floor", floor + floor/10, time.Second, 2 * time.Hour, nil, 2 * time.Hour},
		{"fast", 1 << 20, time.Second, 2 * time.Hour, nil, 2 * time.Hour},
		{"all at once, and long pauses", 1 << 20, 19 * time.Second, 2 * time.Hour, nil, 2 * time.Hour},
		{"fast, and then nothing", 1 << 20, time.Second, time.Minute, errStalled, time.Minute + 20*time.Second},
		{"slow, and then nothing", 100, time.Second, 5 * time.Second, errStalled, 20 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := Options{Stall: 20 * time.Second}
			ctx, dog, stop := newWatchdog(t.Context(), o.Stall, o.enough())
			defer stop()
			start := time.Now()
			for ctx.Err() == nil && time.Since(start) < time.Hour {
				wait := c.every
				if time.Since(start)+wait > c.until {
					wait = time.Hour
				}
				select {
				case <-ctx.Done():
				case <-time.After(wait):
					dog.pat(c.bytes)
				}
			}
			if took := time.Since(start); context.Cause(ctx) != c.want || took > c.by {
				t.Errorf("%s: %v after %v", c.name, context.Cause(ctx), took)
			}
		})
	}
}

// Content comes by HTTP/1.1, whatever else a server speaks, and one that does not speak it is told so.
func TestVersionsOfHTTP(t *testing.T) {
	for _, offers := range [][]string{{"h2", "http/1.1"}, {"other"}, nil} { // Go's server would answer one of h2 alone
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }))
		server.EnableHTTP2 = len(offers) == 2
		server.TLS = &tls.Config{NextProtos: offers}
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		client := newClient(Options{AllowPrivate: true})
		tr := client.Transport.(*http.Transport)
		tr.TLSClientConfig.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
		resp, err := client.Get(server.URL)
		switch {
		case len(offers) == 1:
			f, again := connectFault(err)
			if f.Message != "TLS fails: the server does not speak HTTP/1.1" || again {
				t.Errorf("of a server that speaks something else: %+v, another try: %v", f, again)
			}
		case err != nil:
			t.Errorf("%q: %v", offers, err)
		default:
			got, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if string(got) != "HTTP/1.1" {
				t.Errorf("a server that speaks %q is asked by %s", offers, got)
			}
		}
		client.CloseIdleConnections()
		server.Close()
	}
}

// A file that another connection found to be wrong is read no further, and keeps
// no connection from the files behind it.
func TestFileOfNoUse(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(make([]byte, 4<<20)))
	}))
	defer server.Close()
	parsed, err := metainfo.Parse([]byte("d4:infod6:lengthi4194304e4:name1:a12:piece lengthi4194304e6:pieces20:" + strings.Repeat(".", 20) + "ee"))
	if err != nil {
		t.Fatal(err)
	}
	s := New(context.Background(), parsed, server.URL+"/", BEP19, Options{AllowPrivate: true})
	defer s.Close()
	if err := s.Open(); err != nil {
		t.Fatal(err)
	}
	opened, err := s.Source().Open(0)
	if err != nil {
		t.Fatal(err)
	}
	f := opened.(*webFile)
	f.ReadAhead(0, 4<<20)
	if _, err := f.ReadAt(make([]byte, 16384), 0); err != nil || f.open == nil {
		t.Fatalf("%v", err)
	}
	s.fail(&Fault{"status", 0, "the server answers 403"})
	if _, err := f.ReadAt(make([]byte, 16384), 16384); err == nil || f.open != nil {
		t.Errorf("%v, and the answer is open: %v", err, f.open != nil)
	}
	if _, err := s.Source().Open(0); err == nil {
		t.Error("it is opened again")
	}
}

// A server that refuses more answers at a time than the first ones is asked again until it
// has room; what it refuses to fewer is its fault.
func TestCrowded(t *testing.T) {
	parsed, err := metainfo.Parse([]byte("d4:infod6:lengthi65536e4:name1:a12:piece lengthi65536e6:pieces20:" + strings.Repeat(".", 20) + "ee"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		connections int // as the person has it
		open        int // answers, of which more are refused
		ok          bool
	}{
		{"four are open", 0, 4, true},
		{"three are open", 0, 3, false},
		{"as many as the person wants are open", 5, 4, false},
	} {
		var refused atomic.Int32
		room := make(chan struct{})
		var open atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if open.Add(1) > int32(c.open) && refused.Add(1) < 10 {
				w.WriteHeader(503)
				return
			}
			w.Header().Set("Content-Range", "bytes 0-65535/65536")
			w.Header().Set("Content-Length", "65536")
			w.WriteHeader(206)
			w.Write(make([]byte, 32768))
			if refused.Load() == 0 {
				w.(http.Flusher).Flush()
				<-room
			}
			w.Write(make([]byte, 32768))
		}))
		s := New(context.Background(), parsed, server.URL+"/", BEP19, Options{AllowPrivate: true, Connections: c.connections, Retries: 2, Pause: time.Millisecond})
		if err := s.Open(); err != nil {
			t.Fatal(err)
		}
		read := func(n int) error {
			f, err := s.Source().Open(0)
			if err != nil {
				return err
			}
			f.(*webFile).ReadAhead(0, 65536)
			_, err = f.ReadAt(make([]byte, n), 0)
			return err
		}
		for range c.open {
			if err := read(16384); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
		if err := read(65536); (err == nil) != c.ok {
			t.Errorf("%s: %v, after %d that were refused", c.name, err, refused.Load())
		}
		close(room)
		s.Close()
		server.Close()
	}
}
