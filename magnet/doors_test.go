package magnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/dialtest"
)

// A link names peers and URLs at addresses that are not public, in every form: no
// connection is made, and the report says why. What redirects there, and names that
// lead there, are no better.
func TestLinksStayOutside(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the link reached a server on loopback") }))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	resolver := new(dialtest.Resolver)
	resolver.Set("inside.example", []netip.Addr{netip.MustParseAddr("127.0.0.1")})
	hosts := []string{"inside.example"}
	for _, f := range dialtest.Private() {
		if !strings.Contains(f.Host, "%") { // its link may not be there
			hosts = append(hosts, f.Host)
		}
	}
	for _, host := range hosts {
		address := net.JoinHostPort(host, port)
		link := linkOf(v1Info(100), address)
		link.Sources, link.Mirrors = []string{"http://" + address + "/x.torrent"}, []string{"http://" + address + "/y"}
		_, err := Fetch(t.Context(), link, FetchOptions{Timeout: time.Minute, resolver: resolver})
		var failed *FetchError
		if !errors.As(err, &failed) {
			t.Fatalf("%s: %v", host, err)
		}
		if Count(failed.Peers)[PrivateAddress] != 1 {
			t.Errorf("%s as a peer: %v", host, failed)
		}
		for _, s := range failed.Sources {
			if s.Name == "urls" && (!errors.Is(s.Err, dial.ErrPrivate) || strings.Count(s.Err.Error(), "not a public one") != 2) {
				t.Errorf("%s as a URL: %v", host, s.Err)
			}
		}
	}
}

func TestTrustedPeersMayBeInside(t *testing.T) {
	t.Parallel()
	info := v1Info(100)
	_, port, _ := net.SplitHostPort(listen(t, seedOf(info).serve))
	for _, f := range dialtest.Private() {
		if f.Addr != netip.MustParseAddr("127.0.0.1") {
			continue
		}
		peers := Peers("command line", []string{net.JoinHostPort(f.Host, port)}, true)
		res, err := Fetch(t.Context(), linkOf(info), FetchOptions{Timeout: time.Minute, Sources: []Source{peers}, resolver: new(dialtest.Resolver)})
		if err != nil || res.Peers[0].Reason != Delivered {
			t.Errorf("%s: %v", f.Host, err)
		}
	}
}

func TestDownload(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.UserAgent()) })
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("u"), http.StatusFound)
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/head", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 100<<10)) })
	srv := httptest.NewServer(mux)
	defer srv.Close()
	to := func(u string) string { return srv.URL + "/to?u=" + url.QueryEscape(u) }
	for _, c := range []struct{ url, want, fails string }{
		{srv.URL + "/ok", "me", ""},
		{to("/ok"), "me", ""},
		{to(to(to("/ok"))), "me", ""},
		{srv.URL + "/endless", "", ErrTooLarge.Error()},
		{srv.URL + "/head", "", "server response headers exceeded"},
		{srv.URL + "/missing", "", "the server answers 404 Not Found"},
		{to("file:///etc/passwd"), "", "not http or https"},
		{to("http://10.0.0.1:1/ok"), "", "not a public one"},
		{to("http://3232235777/ok"), "", "not a public one"},
		{to("http://[64:ff9b::a00:1]/ok"), "", "not a public one"},
		{"ftp://127.0.0.1/x", "", "unsupported protocol scheme"},
		{"http:///x", "", "not a URL"},
		{"http://[::1/x", "", "not a URL"},
	} {
		raw, err := Download(t.Context(), c.url, DownloadOptions{Limit: 1 << 20, Client: "me"})
		switch {
		case c.fails == "" && (err != nil || string(raw) != c.want):
			t.Errorf("%s: %q %v", c.url, raw, err)
		case c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)):
			t.Errorf("%s: %v, which does not say %q", c.url, err, c.fails)
		case err != nil && strings.Contains(err.Error(), srv.URL):
			t.Errorf("the error holds the URL: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Download(ctx, srv.URL+"/ok", DownloadOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A visit that lacked a file descriptor says nothing about the peer, which waits again.
func TestShortageIsNoFaultOfThePeer(t *testing.T) {
	t.Parallel()
	s := newSwarm()
	s.start(t.Context(), []Source{Peers("x", []string{"192.0.2.1:1"}, false)})()
	visits := 0
	s.run(t.Context(), 1, func(context.Context, *peer) error {
		if visits++; visits < 4 {
			return dial.ErrShortage
		}
		return nil
	})
	if peers, _ := s.reports(); visits != 4 || peers[0].Reason != Delivered || peers[0].Err != nil {
		t.Errorf("%d visits, %+v", visits, peers)
	}
}
