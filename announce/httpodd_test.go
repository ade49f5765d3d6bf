package announce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

const goodReply = "d8:completei1e10:incompletei2e8:intervali1800e5:peers0:e"

// TestHTTPFailures: what stands between a client and its tracker, and what it asks for.
func TestHTTPFailures(t *testing.T) {
	page := func(status int, body string, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	soon := time.Now().Add(90 * time.Minute).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		code    Code
		says    string
		least   time.Duration // of Retry, where it is set
		most    time.Duration
	}{
		{"429 with seconds", page(429, "slow down", "Retry-After", "120"), RateLimited, "slow down", 2 * time.Minute, 2 * time.Minute},
		{"503 with a date", page(503, "<html>busy</html>", "Retry-After", soon), Overloaded, "busy", 80 * time.Minute, 90 * time.Minute},
		{"503 with a refusal", page(503, "d14:failure reason4:busye", "Retry-After", "7"), Overloaded, "busy", 7 * time.Second, 7 * time.Second},
		{"429 that is odd", page(429, "slow down", "Retry-After", "soon"), RateLimited, "slow down", 0, 0},
		{"its own word goes first", page(503, "d14:failure reason4:busy8:retry ini2ee", "Retry-After", "7"), Overloaded, "busy", 2 * time.Minute, 2 * time.Minute},
		{"Cloudflare", page(403, "<html><title>Just a moment...</title></html>", "Cf-Mitigated", "challenge"), NotATracker, "Cloudflare", 0, 0},
		{"Cloudflare of old", page(503, "<html><script src=/cdn-cgi/challenge-platform/x></script></html>", "Server", "cloudflare"), NotATracker, "Cloudflare", 0, 0},
		{"DDoS-Guard", page(403, "<html>Checking your browser</html>", "Server", "ddos-guard"), NotATracker, "DDoS-Guard", 0, 0},
		{"Anubis", page(200, "<!doctype html><script src=/.within.website/x/cmd/anubis/static/js/main.mjs></script>"), NotATracker, "Anubis", 0, 0},
		{"only behind Cloudflare", page(502, "<html>Bad gateway</html>", "Server", "cloudflare"), Overloaded, "Bad gateway", 0, 0},
	} {
		srv := httptest.NewServer(c.handler)
		for _, scheme := range []string{"http:", "ws:"} {
			if scheme == "ws:" && c.name == "its own word goes first" { // which no WebSocket has at that point
				continue
			}
			r := one(t, Query{Tracker: scheme + strings.TrimPrefix(srv.URL, "http:") + "/announce", Hash: RandomHash()}, Options{Timeout: time.Minute})
			if f := r.Failure; f == nil || f.Code != c.code || !strings.Contains(f.Error(), c.says) || f.Retry.After < c.least || f.Retry.After > c.most || f.Retry.Set != (c.most > 0) {
				t.Errorf("%s %s: %+v", scheme, c.name, f)
			}
		}
		srv.Close()
	}
}

// TestRedirectWithoutQuery: nginx's "return 301 URL" loses the query, and the tracker
// behind misses info_hash.
func TestRedirectWithoutQuery(t *testing.T) {
	const key = "0123456789abcdef0123456789abcdef"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/lost":
			w.Header().Set("Location", "/"+key+"/announce")
			w.WriteHeader(http.StatusMovedPermanently)
		case r.URL.Path == "/kept":
			w.Header().Set("Location", "/announce?"+r.URL.RawQuery)
			w.WriteHeader(http.StatusMovedPermanently)
		case r.URL.Query().Get("info_hash") == "":
			io.WriteString(w, "d14:failure reason17:missing info_hashe")
		default:
			io.WriteString(w, goodReply)
		}
	}))
	defer srv.Close()
	for path, lost := range map[string]bool{"/lost": true, "/kept": false} {
		r := one(t, Query{Tracker: srv.URL + path, Hash: RandomHash()}, Options{Timeout: time.Minute})
		f, found := found(r.Findings, "redirect-query")
		if found != lost || r.Good() == lost || lost && !strings.Contains(f.Text, "info_hash") || strings.Contains(f.Text, key) {
			t.Errorf("%s: %v, %v", path, r.Failure, r.Findings)
		}
	}
}

// TestTrackerID: what the tracker gave as its id comes back with stopped.
func TestTrackerID(t *testing.T) {
	var got []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.URL.Query().Get("event")+" "+r.URL.Query().Get("trackerid"))
		io.WriteString(w, strings.TrimSuffix(goodReply, "e")+"10:tracker id3:a/be")
	}))
	defer srv.Close()
	q := Query{Tracker: srv.URL + "/announce", Hash: RandomHash()}
	if r := one(t, q, Options{Timeout: time.Minute}); !r.Stopped || strings.Join(got, ",") != "started ,stopped a/b" {
		t.Errorf("sent %q, %v", got, r.Failure)
	}
}

// TestFalseChunks: a body that is not in the chunks that its head promises came from a
// tracker that was reached.
func TestFalseChunks(t *testing.T) {
	for _, body := range []string{goodReply, "fffffffffffffffff\r\n", "5\r\nd8:co", "-5\r\n"} {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Read(make([]byte, 4096))
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s", body)
				c.Close()
			}
		}()
		r := one(t, Query{Tracker: "http://" + l.Addr().String() + "/announce", Hash: RandomHash()}, Options{Timeout: time.Minute})
		l.Close()
		if r.Failure == nil || r.Failure.Code != Malformed || strings.Contains(r.Failure.Detail, "-1") {
			t.Errorf("%q: %v", body, r.Failure)
		}
	}
}

// TestNamesOutsideTheDNS: Tor's and I2P's names are nobody else's business.
func TestNamesOutsideTheDNS(t *testing.T) {
	for host, network := range map[string]string{"tracker.onion": "Tor", "Tracker.I2P.": "I2P"} {
		for _, scheme := range []string{"http", "udp", "ws"} {
			opt := Options{Resolver: nobodyAsks{t}, Timeout: time.Minute}
			r := one(t, Query{Tracker: scheme + "://" + host + ":6969/announce"}, opt)
			if r.Failure == nil || r.Failure.Code != DNS || !strings.Contains(r.Failure.Detail, network) || !strings.Contains(r.Failure.Detail, "socks5h://") {
				t.Errorf("%s: %v", host, r.Failure)
			}
		}
	}
}

// nobodyAsks fails the test that asks the DNS.
type nobodyAsks struct{ t *testing.T }

func (n nobodyAsks) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.t.Errorf("the DNS was asked about %s", host)
	return nil, errors.New("asked")
}

func (n nobodyAsks) LookupTXT(context.Context, string) ([]string, error) { return nil, nil }
