package announce

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/dialtest"
	"github.com/torrentkit/torrentkit/internal/longtest"
	tt "github.com/torrentkit/torrentkit/internal/trackertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// at is a tracker's URL with another host.
func at(t *testing.T, tracker, host string) string {
	t.Helper()
	u, err := url.Parse(tracker)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = net.JoinHostPort(host, u.Port())
	return u.String()
}

// Trackers that a stranger named at addresses that are not public, in every form
// and over every transport, are not asked; those that the person named are.
func TestStrangersTrackersStayOutside(t *testing.T) {
	tr := tt.Start(t)
	resolver := new(dialtest.Resolver)
	resolver.Set("inside.example", []netip.Addr{netip.MustParseAddr("127.0.0.1")})
	forms := append(dialtest.Private(), dialtest.Form{Host: "inside.example", Addr: netip.MustParseAddr("127.0.0.1")})
	opt := Options{Resolver: resolver, TLS: trusting(tr), Timeout: time.Minute, NoStop: true}
	for _, f := range forms {
		if strings.Contains(f.Host, "%") { // its link may not be there
			continue
		}
		for _, u := range urls(tr) {
			q := Query{Tracker: at(t, u, f.Host), Hash: RandomHash()}
			strangers := opt
			strangers.PublicOnly, strangers.AllAddresses = true, true
			before := len(tr.Seen())
			if r := one(t, q, strangers); r.Failure == nil || r.Failure.Code != PrivateAddress || len(tr.Seen()) > before {
				t.Errorf("%s: %v, asked %d times", q.Tracker, r.Failure, len(tr.Seen())-before)
			}
			if s := Scrape(t.Context(), q.Tracker, []metainfo.HashV1{q.Hash}, strangers)[0]; s.Failure == nil || s.Failure.Code != PrivateAddress || len(tr.Seen()) > before {
				t.Errorf("scraping %s: %v, asked %d times", q.Tracker, s.Failure, len(tr.Seen())-before)
			}
			if f.Addr != netip.MustParseAddr("127.0.0.1") || u[:5] == "https" || u[:3] == "wss" { // whose certificate is for one name
				continue
			}
			if r := one(t, q, opt); !r.Good() {
				t.Errorf("%s, as the person named it: %v", q.Tracker, r.Failure)
			}
		}
	}
	withProxy := opt
	withProxy.PublicOnly, withProxy.Proxy = true, &url.URL{Scheme: "socks5", Host: "127.0.0.1:9"}
	if r := one(t, Query{Tracker: "http://tracker.example/announce"}, withProxy); r.Failure == nil || r.Failure.Code != BadRequest || r.Sent > 0 {
		t.Errorf("a stranger's tracker through a proxy: %v", r.Failure)
	}
}

// A tracker, wherever it is itself, cannot redirect to another host inside, nor from
// https to http.
func TestRedirectsStayOutside(t *testing.T) {
	to := ""
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	srv := httptest.NewServer(handler)
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	resolver := new(dialtest.Resolver)
	resolver.Set("lan.example", []netip.Addr{netip.MustParseAddr("10.0.0.1")})
	opt := Options{Resolver: resolver, Timeout: time.Minute}
	for _, f := range append(dialtest.Private(), dialtest.Form{Host: "lan.example", Addr: netip.MustParseAddr("10.0.0.1")}) {
		if strings.Contains(f.Host, "%") || f.Addr.Unmap().IsLoopback() {
			continue
		}
		to = "http://" + net.JoinHostPort(f.Host, port) + "/announce"
		r := one(t, Query{Tracker: srv.URL + "/announce", Hash: RandomHash()}, opt)
		if r.Failure == nil || r.Failure.Code != BadRedirect || !strings.Contains(r.Failure.Detail, "not a public one") {
			t.Errorf("redirected to %s: %v", to, r.Failure)
		}
		if h := Health(t.Context(), srv.URL, opt); h.Failure == nil || h.Failure.Code != BadRedirect {
			t.Errorf("a health check that is redirected to %s: %v", to, h.Failure)
		}
	}
	secure := httptest.NewTLSServer(handler)
	defer secure.Close()
	opt.TLS = secure.Client().Transport.(*http.Transport).TLSClientConfig
	to = srv.URL + "/announce"
	if r := one(t, Query{Tracker: secure.URL + "/announce", Hash: RandomHash()}, opt); r.Failure == nil || r.Failure.Code != BadRedirect || !strings.Contains(r.Failure.Detail, "from https to http") {
		t.Errorf("from https to http: %v", r.Failure)
	}
}

const fewFiles = "TORRENTKIT_TEST_TRACKERS"

// With 64 file descriptors, thousands of good trackers are all good.
func TestFewFileDescriptors(t *testing.T) {
	if trackers := os.Getenv(fewFiles); trackers != "" {
		askMany(t, strings.Fields(trackers))
		return
	}
	if runtime.GOOS == "windows" {
		t.Skip("needs ulimit")
	}
	tr := tt.Start(t)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -n 64 && exec "$0" "$@"`, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), fewFiles+"="+strings.Join([]string{tr.HTTP(), tr.UDP(), tr.WS()}, " "))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

func askMany(t *testing.T, trackers []string) {
	var queries []Query
	for i := range longtest.Rounds(1000, 5000) {
		u := strings.Replace(trackers[i%len(trackers)], "/announce", fmt.Sprintf("/%d/announce", i), 1)
		queries = append(queries, Query{Tracker: u, Hash: RandomHash()})
	}
	bad := 0
	for _, parallel := range []int{0, 5000} {
		for i, r := range ProbeAll(t.Context(), queries, Options{Parallel: parallel, Timeout: time.Minute}) {
			if !r.Good() {
				if bad++; bad < 10 {
					t.Errorf("%s: %v", queries[i].Tracker, r.Failure)
				}
			}
		}
		queries = queries[:min(len(queries), 1000)]
	}
	if bad > 0 {
		t.Errorf("%d results are not the tracker's own", bad)
	}
}
