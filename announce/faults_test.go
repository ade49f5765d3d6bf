package announce

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/memnet"
	tt "github.com/torrentkit/torrentkit/internal/trackertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// TestFaults holds that each thing a tracker can do wrong is one clear finding:
// a failure with a code and words, or a good answer with exactly one finding.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		fault     tt.Fault
		transport Transport
		want      string // code of the failure, or id of the finding, or "" for neither
		says      string // part of the text
	}{
		{tt.HTML, HTTP, "not-a-tracker", "HTML"},
		{tt.HTML404, HTTP, "not-a-tracker", "404"},
		{tt.Gzip, HTTP, "", ""},
		{tt.GzipUndeclared, HTTP, "gzip-undeclared", "gzip"},
		{tt.GzipBomb, HTTP, "malformed", "longer than 2 MiB"},
		{tt.Huge, HTTP, "malformed", "longer than 2 MiB"},
		{tt.Slow, HTTP, "timeout", "did not end in time"},
		{tt.Truncated, HTTP, "malformed", "closed after 24 of 60 bytes"},
		{tt.HalfBencode, HTTP, "malformed", "byte 24"},
		{tt.Nested, HTTP, "malformed", "99 levels"},
		{tt.HugeString, HTTP, "malformed", "longer than the rest"},
		{tt.Empty, HTTP, "malformed", "empty"},
		{tt.RedirectLoop, HTTP, "redirect", "more than 5"},
		{tt.RedirectFive, HTTP, "", ""},
		{tt.RedirectUDP, HTTP, "redirect", "udp://127.0.0.1:9/announce/***"},
		{tt.RedirectFile, HTTP, "redirect", "not followed"},
		{tt.EndlessHead, HTTP, "malformed", "head"},
		{tt.NotHTTP, HTTP, "not-a-tracker", "not HTTP"},
		{tt.Hangup, HTTP, "malformed", "closed"},
		{tt.Mute, HTTP, "timeout", "in time"},
		{tt.TrailingData, HTTP, "trailing-data", "2 bytes"},
		{tt.Surplus, HTTP, "answer-surplus", "bytes behind the end"},
		{tt.BigInterval, HTTP, "", ""}, // see TestBigInterval
		{tt.Negative, HTTP, "number-negative", "-1"},
		{tt.RetryIn, HTTP, "overloaded", "come back later"},
		{tt.RetryNever, HTTP, "client-banned", "banned"},
		{tt.Status500, HTTP, "overloaded", "500"},
		{tt.Status429, HTTP, "rate-limited", "429"},
		{tt.BencodeStatus, HTTP, "not-a-tracker", "404"},
		{tt.Unregistered, HTTP, "unregistered", "not registered"},
		{tt.UnsortedKeys, HTTP, "keys-unsorted", "out of order"},
		{tt.NoInterval, HTTP, "interval-missing", "interval"},
		{tt.IntervalZero, HTTP, "interval-odd", "0 s"},
		{tt.MinIntervalLong, HTTP, "min-interval-odd", "min interval"},
		{tt.PeersLength, HTTP, "peers-length", "not a multiple of 6"},
		{tt.Peers6Length, HTTP, "peers-length", "not a multiple of 18"},
		{tt.CertExpired, HTTPS, "tls", "expired"},
		{tt.CertOtherHost, HTTPS, "tls", "other.example"},
		{tt.CertSelfSigned, HTTPS, "tls", "unknown authority"},
		{tt.CertExpired, WSS, "tls", "expired"},
		{tt.UDPWrongTransaction, UDP, "malformed", "another transaction id"},
		{tt.UDPEmpty, UDP, "malformed", "of 0 bytes"},
		{tt.UDPElsewhere, UDP, "unreachable", "where nobody had asked"},
		{tt.UDPStrays, UDP, "stray-datagrams", "stray"},
		{tt.UDPOversized, UDP, "datagram-oversized", "60020 bytes"},
		{tt.UDPUnlisted8, UDP, "unregistered", "8 bytes"},
		{tt.UDPShortAnnounce, UDP, "malformed", "15 bytes"},
		{tt.UDPShortConnect, UDP, "malformed", "12 bytes"},
		{tt.UDPError, UDP, "overloaded", "overloaded"},
		{tt.UDPPeersLength, UDP, "peers-length", "not a multiple of 6"},
		{tt.UDPZeroInterval, UDP, "interval-odd", "0 s"},
		{tt.Mute, UDP, "timeout", "in time"},
		{tt.Unregistered, UDP, "unregistered", "not registered"},
		{tt.WSNoUpgrade, WS, "not-a-tracker", "404"},
		{tt.HTML, WS, "not-a-tracker", "200"},
		{tt.RedirectUDP, WS, "redirect", "udp://127.0.0.1:9/announce/***"},
		{tt.WSNotJSON, WS, "malformed", "not a JSON object"},
		{tt.WSHuge, WS, "malformed", "2 MiB"},
		{tt.WSCloses, WS, "rejected", "no room"},
		{tt.WSNested, WS, "malformed", "JSON"},
		{tt.WSWrongTypes, WS, "malformed", "interval"},
		{tt.WSChatty, WS, "", ""},
		{tt.WSNoInterval, WS, "interval-missing", "interval"},
		{tt.Unregistered, WS, "unregistered", "not registered"},
		{tt.Mute, WS, "timeout", "in time"},
	} {
		t.Run(string(c.fault)+" "+string(c.transport), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := new(memnet.Network)
				tr := tt.StartIn(t, n, c.fault)
				hash := RandomHash()
				tr.Add(hash, netip.MustParseAddrPort("[2001:db8::1]:7001"), "", 0)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				r := one(t, Query{Tracker: urls(tr)[c.transport], Hash: hash}, Options{Timeout: 1500 * time.Millisecond, NumWant: 5, TLS: trusting(tr), network: n})
				runtime.ReadMemStats(&after)
				if used := after.TotalAlloc - before.TotalAlloc; used > 200<<20 {
					t.Errorf("%d MB allocated", used>>20)
				}
				checkOutcome(t, r, c.want, c.says)
			})
		})
	}
}

func checkOutcome(t *testing.T, r Result, want, says string) {
	t.Helper()
	switch {
	case r.Failure != nil && (string(r.Failure.Code) != want || !strings.Contains(r.Failure.Error(), says)):
		t.Errorf("failure %s %q, want %s with %q", r.Failure.Code, r.Failure, want, says)
	case r.Failure == nil && want == "" && hasSerious(r.Findings):
		t.Errorf("findings %v, want none", r.Findings)
	case r.Failure == nil && want != "" && (len(r.Findings) != 1 || r.Findings[0].ID != want || !strings.Contains(r.Findings[0].Text, says)):
		t.Errorf("findings %v, want one %s with %q", r.Findings, want, says)
	}
}

// hasSerious leaves out the consequences of one oddity that the case allows.
func hasSerious(fs []Finding) bool {
	for _, f := range fs {
		if f.ID != "bencode-canonical" && f.ID != "number-unreadable" && f.ID != "interval-missing" {
			return true
		}
	}
	return false
}

func TestBigInterval(t *testing.T) {
	tr := tt.Start(t, tt.BigInterval)
	r := one(t, Query{Tracker: tr.HTTP()}, Options{})
	wantGood(t, r)
	if len(r.Findings) == 0 || r.Reply.Interval != 0 {
		t.Errorf("%v", r.Findings)
	}
}

func TestSecretsStayHidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const passkey = "0123456789abcdef0123456789abcdef"
		for _, f := range []tt.Fault{
			tt.HTML, tt.HTML404, tt.Huge, tt.Truncated, tt.HalfBencode, tt.RedirectLoop, tt.NotHTTP, tt.Hangup, tt.Mute, tt.Status500,
			tt.UDPEmpty, tt.WSNoUpgrade, tt.WSNotJSON, tt.CertExpired, tt.EchoesSecrets, tt.Surplus,
		} {
			n := new(memnet.Network)
			tr := tt.StartIn(t, n, f)
			for _, u := range urls(tr) {
				for _, secret := range []string{
					strings.Replace(u, "/announce", "/"+passkey+"/announce", 1), u + "?passkey=" + passkey, u + "/" + passkey,
					strings.Replace(u, "://", "://user:"+passkey+"@", 1),
				} {
					r := one(t, Query{Tracker: secret}, Options{Record: true, network: n})
					if r.Failure == nil {
						continue
					}
					if strings.Contains(r.Failure.Detail, passkey) {
						t.Errorf("%s: %s", f, r.Failure.Detail)
					}
					if strings.Contains(metainfo.RedactText(r.Failure.Error(), r.Tracker), passkey) {
						t.Errorf("%s: %s", f, r.Failure)
					}
				}
			}
		}
	})
}

func TestClassify(t *testing.T) {
	for reason, want := range map[string]Code{
		"Unregistered torrent": Unregistered, "Torrent not found": Unregistered, "infohash not in whitelist": Unregistered,
		"Requested download is not authorized for use with this tracker.": Unregistered,
		"unregistered passkey": PasskeyInvalid, "Invalid passkey! Re-download the .torrent": PasskeyInvalid,
		"Your client is not whitelisted": ClientBanned, "Banned client": ClientBanned, "Please update your client": ClientBanned,
		"Rate limit: too many requests": RateLimited, "Minimum announce interval is 30 minutes; please wait": RateLimited,
		"Tracker is overloaded": Overloaded, "Maintenance, try again later": Overloaded,
		"bad connection id": Rejected, "": Rejected, "bad request: internal server error": Rejected, "internal error": Rejected,
	} {
		if got := classify(reason); got != want {
			t.Errorf("%q is %s, want %s", reason, got, want)
		}
	}
}

// TestPeersThatNobodyReaches: port 0 and addresses of nobody are told.
func TestPeersThatNobodyReaches(t *testing.T) {
	const head = "d8:intervali1800e5:peers"
	for peers, want := range map[string]string{
		"6:\x7f\x00\x00\x01\x00\x00e":                          "127.0.0.1:0 is",
		"12:\xc0\x00\x02\x01\x1a\xe1\x00\x00\x00\x00\x1a\xe1e": "0.0.0.0:6881 is",
		"ld2:ip9:some.host4:porti0eeee":                        "some.host:0 is",
		"6:\xc0\x00\x02\x01\x1a\xe1e":                          "",
	} {
		_, findings, f := decodeReply([]byte(head + peers))
		n, ok := found(findings, "peer-address")
		if f != nil || ok != (want != "") || !strings.HasPrefix(n.Text, want) {
			t.Errorf("%q: %v, %v", peers, findings, f)
		}
	}
	_, findings, f := decodeUDPAnnounce(append(make([]byte, 20), 127, 0, 0, 1, 0, 0), true)
	if _, ok := found(findings, "peer-address"); !ok || f != nil {
		t.Errorf("over UDP: %v, %v", findings, f)
	}
}

// TestErrorsWithoutID: an error packet with transaction id 0 is the answer where no
// other comes, and one that somebody else sends does not stand before a good one.
func TestErrorsWithoutID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		tr := tt.StartIn(t, n, tt.UDPError, tt.UDPErrorNoID)
		r := Probe(t.Context(), Query{Tracker: tr.UDP()}, Options{network: n})[0]
		checkOutcome(t, r, "overloaded", "the tracker refused")
		if _, ok := found(r.Findings, "error-transaction"); !ok || r.Sent != 2 || r.Timing.Total > 4*time.Second {
			t.Errorf("findings %v, %d datagrams in %s", r.Findings, r.Sent, r.Timing.Total)
		}
		tr = tt.StartIn(t, n, tt.UDPForeignError)
		wantGood(t, Probe(t.Context(), Query{Tracker: tr.UDP()}, Options{network: n})[0])
	})
}

// TestDoctorCountsStraysOnce: each check tells of the datagrams that came for it.
func TestDoctorCountsStraysOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		tr := tt.StartIn(t, n, tt.UDPErrorOtherID)
		opt := DoctorOptions{Only: []string{"udp.unknown-action", "udp.event-4", "honesty.port-zero"}}
		opt.network = n
		for _, v := range diagnose(t, tr.UDP(), opt).Verdicts {
			if v.State == Fail && !strings.Contains(v.Detail, ": 1 stray datagram came") {
				t.Errorf("%s: %s", v.ID, v.Detail)
			}
		}
	})
}

func TestRetryIn(t *testing.T) {
	r := one(t, Query{Tracker: tt.Start(t, tt.RetryIn).HTTP()}, Options{})
	if got := r.Failure.Retry; !got.Set || got.After != 30*time.Minute {
		t.Errorf("retry in %+v", got)
	}
	r = one(t, Query{Tracker: tt.Start(t, tt.RetryNever).HTTP()}, Options{})
	if got := r.Failure.Retry; !got.Set || !got.Never {
		t.Errorf("retry in %+v", got)
	}
}

func TestPeerDictionaries(t *testing.T) {
	tr := tt.Start(t)
	hash := RandomHash()
	tr.Add(hash, netip.MustParseAddrPort("192.0.2.9:7001"), "-qB4630-abcdefghijkl", 0)
	r := wantGood(t, one(t, Query{Tracker: tr.HTTP(), Hash: hash}, Options{NumWant: 5, Compact: CompactNo}))
	if r.Form != FormDicts || r.Peers.Len() != 1 || peersOf(r)[0].Client() != "qBittorrent 4.6.3.0" {
		t.Errorf("%+v", r)
	}
	mangled := tt.Start(t, tt.Latin1PeerID)
	mangled.Add(hash, netip.MustParseAddrPort("192.0.2.9:7001"), "-qB4630-\xff\xfe\xfd9876543210", 0)
	res := one(t, Query{Tracker: mangled.HTTP(), Hash: hash}, Options{NumWant: 5, Compact: CompactNo})
	if wantGood(t, res); len(peersOf(res.Reply)[0].ID) != 20 || len(res.Findings) != 1 || res.Findings[0].ID != "peer-id-length" {
		t.Errorf("%+v %v", res.Reply, res.Findings)
	}
}

func TestWarning(t *testing.T) {
	r := wantGood(t, one(t, Query{Tracker: tt.Start(t, tt.Warns).HTTP()}, Options{}))
	if r.TrackerID != "abc" || !strings.HasSuffix(r.Warning, "client") {
		t.Errorf("%+v", r)
	}
}

func TestInsecure(t *testing.T) {
	for _, f := range []tt.Fault{tt.CertExpired, tt.CertOtherHost, tt.CertSelfSigned} {
		tr := tt.Start(t, f)
		r := one(t, Query{Tracker: tr.HTTPS()}, Options{TLS: &tls.Config{InsecureSkipVerify: true, RootCAs: tr.Roots()}})
		wantGood(t, r)
		if r.TLS == nil || r.TLS.Invalid == "" {
			t.Errorf("%s: %+v", f, r.TLS)
		}
	}
}

func TestHTTPProxy(t *testing.T) {
	tr := tt.Start(t)
	passed := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		passed++
		r.RequestURI = ""
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			w.WriteHeader(502)
			return
		}
		defer resp.Body.Close()
		w.WriteHeader(resp.StatusCode)
		io.Copy(w, resp.Body)
	}))
	defer proxy.Close()
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	// The name resolves nowhere but behind the proxy, which never sees it: it is an address.
	r := one(t, Query{Tracker: tr.HTTP()}, Options{Proxy: u, Resolver: nxdomain{}})
	wantGood(t, r)
	if r.Addr.IsValid() || passed != 2 {
		t.Errorf("address %s, %d requests through the proxy", r.Addr, passed)
	}
}

func TestSOCKS5(t *testing.T) {
	tr := tt.Start(t)
	addr := tt.SOCKS5(t, "user", "word")
	for _, u := range []string{tr.HTTP(), tr.UDP(), tr.WS()} {
		proxy := &url.URL{Scheme: "socks5", Host: addr, User: url.UserPassword("user", "word")}
		wantGood(t, one(t, Query{Tracker: u}, Options{Proxy: proxy}))
		proxy.User = url.UserPassword("user", "wrong")
		if r := one(t, Query{Tracker: u}, Options{Proxy: proxy, Timeout: time.Second}); r.Good() || strings.Contains(r.Failure.Error(), "wrong") {
			t.Errorf("%s: with a wrong login: %v", u, r.Failure)
		}
	}
}

func peersOf(r *Reply) []Peer { return slices.Collect(r.Peers.All()) }
