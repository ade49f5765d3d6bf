package announce

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/memnet"
	"github.com/torrentkit/torrentkit/internal/trackertest"
)

// one probes one tracker and returns its only result.
func one(t *testing.T, q Query, opt Options) Result {
	t.Helper()
	if opt.Timeout == 0 {
		opt.Timeout = time.Minute
	}
	rs := Probe(t.Context(), q, opt)
	if len(rs) != 1 {
		t.Fatalf("%d results, want 1", len(rs))
	}
	return rs[0]
}

func wantGood(t *testing.T, r Result) *Reply {
	t.Helper()
	if !r.Good() {
		t.Fatalf("%s: %v", r.Tracker, r.Failure)
	}
	return r.Reply
}

func urls(tr *trackertest.Tracker) map[Transport]string {
	return map[Transport]string{HTTP: tr.HTTP(), HTTPS: tr.HTTPS(), UDP: tr.UDP(), WS: tr.WS(), WSS: tr.WSS()}
}

func trusting(tr *trackertest.Tracker) *tls.Config { return &tls.Config{RootCAs: tr.Roots()} }

func TestProbeEveryTransport(t *testing.T) {
	tr := trackertest.Start(t, trackertest.ExternalIP)
	hash := RandomHash()
	tr.Add(hash, netip.MustParseAddrPort("192.0.2.9:7001"), "-qB4630-abcdefghijkl", 0)
	tr.Add(hash, netip.MustParseAddrPort("192.0.2.8:7002"), "-TR3000-abcdefghijkl", 5)
	for transport, u := range urls(tr) {
		t.Run(string(transport), func(t *testing.T) {
			r := one(t, Query{Tracker: u, Hash: hash}, Options{NumWant: 10, TLS: trusting(tr)})
			reply := wantGood(t, r)
			if reply.Seeds != 1 || reply.Leeches != 2 { // we are a leecher for a moment
				t.Errorf("seeds %d, leeches %d, want 1 and 2", reply.Seeds, reply.Leeches)
			}
			if reply.Interval < time.Minute || r.Transport != transport || !r.Addr.IsValid() || !r.Local.IsValid() || !r.Stopped {
				t.Errorf("incomplete result: %+v", r)
			}
			if r.Timing.Total <= 0 || r.Timing.FirstByte <= 0 || r.Timing.Connect <= 0 {
				t.Errorf("timing: %+v", r.Timing)
			}
			if len(r.Findings) > 0 {
				t.Errorf("findings: %v", r.Findings)
			}
			if secure := transport == HTTPS || transport == WSS; secure != (r.TLS != nil) {
				t.Errorf("TLS: %+v", r.TLS)
			}
			if transport == HTTP || transport == UDP {
				if reply.Peers.Len() != 2 {
					t.Errorf("peers: %v", peersOf(reply))
				}
			}
			if transport == HTTP && reply.ExternalIP != netip.MustParseAddr("127.0.0.1") {
				t.Errorf("external ip: %v", reply.ExternalIP)
			}
		})
	}
	if n := tr.Count(hash); n != 2 {
		t.Errorf("%d peers remain, want the 2 that were there", n)
	}
}

func TestDefaultsDoNotDisturb(t *testing.T) {
	for _, transport := range []Transport{HTTP, UDP, WS} {
		tr := trackertest.Start(t)
		wantGood(t, one(t, Query{Tracker: urls(tr)[transport], Hash: RandomHash()}, Options{}))
		var events []string
		for _, q := range tr.Seen() {
			events = append(events, q.Event)
			if q.Left == 0 || q.NumWant > 0 {
				t.Errorf("%s: a phantom seeder or peers that nobody wants: %+v", transport, q)
			}
		}
		if !slices.Equal(events, []string{"started", "stopped"}) {
			t.Errorf("%s: events %v", transport, events)
		}
	}
}

func TestWhatIsSent(t *testing.T) {
	tr := trackertest.Start(t)
	opt := Options{
		Event: EventCompleted, Port: 4321, PeerID: [20]byte([]byte("-XX0000-\x00\xff&=+% ~abcde"[:20])), Key: 0xdeadbeef, NumWant: 7,
		Seed: true, Uploaded: 11, Downloaded: 22, IP: "192.0.2.1", NoStop: true, TrackerID: "t&1",
		Header: http.Header{"X-Test": {"yes"}}, UserAgent: "agent/1", Compact: CompactNo,
	}
	wantGood(t, one(t, Query{Tracker: tr.HTTP() + "?passkey=p%26q", Hash: RandomHash()}, opt))
	seen := tr.Seen()
	if len(seen) != 1 {
		t.Fatalf("%d requests, want 1", len(seen))
	}
	uri := string(seen[0].Raw)
	if !strings.HasPrefix(uri, "/announce?passkey=p%26q&info_hash=") {
		t.Errorf("the existing query must come first: %s", uri)
	}
	q, err := url.ParseQuery(uri[strings.IndexByte(uri, '?')+1:])
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"peer_id": string(opt.PeerID[:]), "port": "4321", "uploaded": "11", "downloaded": "22", "left": "0", "compact": "0",
		"numwant": "7", "key": "deadbeef", "event": "completed", "ip": "192.0.2.1", "trackerid": "t&1", "passkey": "p&q",
	} {
		if q.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, q.Get(key), want)
		}
	}
	if h := seen[0].Header; h.Get("X-Test") != "yes" || h.Get("User-Agent") != "agent/1" {
		t.Errorf("headers: %v", h)
	}
}

func TestWhatIsSentUDP(t *testing.T) {
	tr := trackertest.Start(t)
	long := strings.Repeat("k", 300)
	opt := Options{Event: EventStarted, Port: 4321, Key: 0xdeadbeef, NumWant: NumWantOmit, Left: 33, Uploaded: 11, Downloaded: 22, IP: "192.0.2.1", NoStop: true}
	hash := RandomHash()
	wantGood(t, one(t, Query{Tracker: strings.TrimSuffix(tr.UDP(), "/announce") + "/" + long + "/announce?a=b", Hash: hash}, opt))
	p := tr.Seen()[0].Raw
	for at, want := range map[int]uint64{56: 22, 64: 33, 72: 11} {
		if got := be.Uint64(p[at:]); got != want {
			t.Errorf("field at %d is %d, want %d", at, got, want)
		}
	}
	for at, want := range map[int]uint32{80: 2, 84: 0xc0000201, 88: 0xdeadbeef, 92: 0xffffffff} {
		if got := be.Uint32(p[at:]); got != want {
			t.Errorf("field at %d is %x, want %x", at, got, want)
		}
	}
	var path []byte
	for o := p[98:]; len(o) > 0 && o[0] == 2; o = o[2+int(o[1]):] {
		path = append(path, o[2:2+int(o[1])]...)
	}
	if string(path) != "/"+long+"/announce?a=b" {
		t.Errorf("BEP 41 carries %q", path)
	}
}

func TestLength(t *testing.T) {
	tr := trackertest.Start(t)
	wantGood(t, one(t, Query{Tracker: tr.HTTP(), Hash: RandomHash(), Length: 77}, Options{}))
	if got := tr.Seen()[0].Left; got != 77 {
		t.Errorf("left is %d, want the length of the torrent", got)
	}
}

func TestEventNone(t *testing.T) {
	tr := trackertest.Start(t)
	for _, u := range []string{tr.HTTP(), tr.UDP(), tr.WS()} {
		wantGood(t, one(t, Query{Tracker: u, Hash: RandomHash()}, Options{Event: EventNone, NoStop: true}))
	}
	for _, q := range tr.Seen() {
		if q.Event != "" {
			t.Errorf("%s: event %q, want none", q.Transport, q.Event)
		}
	}
}

// host is a resolver for one name.
type host []string

func (h host) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	var out []netip.Addr
	for _, a := range h {
		out = append(out, netip.MustParseAddr(a))
	}
	return out, nil
}

func (h host) LookupTXT(context.Context, string) ([]string, error) {
	return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
}

func withHost(u, name string) string {
	return strings.Replace(u, "127.0.0.1", name, 1)
}

func TestEveryAddress(t *testing.T) {
	tr := trackertest.Start(t)
	if tr.HTTP6() == "" {
		t.Skip("no IPv6 on this machine")
	}
	for _, u := range []string{tr.HTTP(), tr.UDP(), tr.WS()} {
		opt := Options{Resolver: host{"127.0.0.1", "::1"}, AllAddresses: true, Timeout: time.Minute}
		rs := Probe(t.Context(), Query{Tracker: withHost(u, "two.test"), Hash: RandomHash()}, opt)
		if len(rs) != 2 || rs[0].Addr.Addr().String() != "127.0.0.1" || rs[1].Addr.Addr().String() != "::1" {
			t.Fatalf("results: %+v", rs)
		}
		for _, r := range rs {
			wantGood(t, r)
		}
		opt.Family = IPv6
		if rs := Probe(t.Context(), Query{Tracker: withHost(u, "two.test"), Hash: RandomHash()}, opt); len(rs) != 1 || rs[0].Addr.Addr().Is4() {
			t.Errorf("IPv6 alone: %+v", rs)
		}
	}
}

func TestStrideFollowsFamily(t *testing.T) {
	tr := trackertest.Start(t)
	if tr.UDP6() == "" {
		t.Skip("no IPv6 on this machine")
	}
	hash := RandomHash()
	tr.Add(hash, netip.MustParseAddrPort("[2001:db8::1]:7001"), "", 0)
	tr.Add(hash, netip.MustParseAddrPort("[2001:db8::2]:7001"), "", 0)
	r := wantGood(t, one(t, Query{Tracker: tr.UDP6(), Hash: hash}, Options{NumWant: 10}))
	if r.Peers.Len() != 2 || !peersOf(r)[0].Addr.Addr().Is6() || peersOf(r)[0].Port != 7001 {
		t.Errorf("peers: %v", peersOf(r))
	}
}

// TestDeadFirstAddress: an address where nothing listens, and one that never
// answers, do not hide one that does.
func TestDeadFirstAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		tr := trackertest.StartIn(t, n)
		mute, err := n.ListenPacket("udp4", netip.AddrPortFrom(netip.MustParseAddr("127.0.0.3"), tr.Port()).String())
		if err != nil {
			t.Fatal(err)
		}
		defer mute.Close()
		for _, u := range []string{tr.HTTP(), tr.UDP(), tr.WS()} {
			r := one(t, Query{Tracker: withHost(u, "dead.test"), Hash: RandomHash()}, Options{Resolver: host{"127.0.0.2", "127.0.0.3", "127.0.0.1"}, network: n})
			wantGood(t, r)
			if r.Addr.Addr().String() != "127.0.0.1" || len(r.Tried) == 0 || r.Tried[0].Failure.Code != Refused {
				t.Errorf("%s: %s answered, tried %v", u, r.Addr, r.Tried)
			}
		}
	})
}

func TestTimeoutEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		tr := trackertest.StartIn(t, n, trackertest.Mute)
		for transport, u := range urls(tr) {
			started := time.Now()
			r := one(t, Query{Tracker: u, Hash: RandomHash()}, Options{Timeout: 300 * time.Millisecond, TLS: trusting(tr), network: n})
			if r.Failure == nil || r.Failure.Code != Timeout {
				t.Errorf("%s: %v", transport, r.Failure)
			}
			if d := time.Since(started); d > 600*time.Millisecond { // 300 of which are for a goodbye
				t.Errorf("%s took %s", transport, d)
			}
		}
	})
}

// TestInterrupt: a tracker that never answers is awaited for a second at most, and not at all where it cannot have counted
// us in.
func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		tr := trackertest.StartIn(t, n, trackertest.Mute)
		for transport, u := range urls(tr) {
			ctx, cancel := context.WithCancel(t.Context())
			var interrupted time.Time
			time.AfterFunc(100*time.Millisecond, func() { interrupted = time.Now(); cancel() })
			rs := Probe(ctx, Query{Tracker: u, Hash: RandomHash()}, Options{TLS: trusting(tr), network: n})
			patience := time.Duration(0)
			if transport == "http" || transport == "https" {
				patience = 2 * grace
			}
			if d := time.Since(interrupted); d > patience || rs[0].Failure == nil || rs[0].Failure.Code != Interrupted {
				t.Errorf("%s: %s after %s", transport, rs[0].Failure, d)
			}
		}
	})
}

func TestRetransmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		tr := trackertest.StartIn(t, n, trackertest.UDPLossy)
		r := one(t, Query{Tracker: tr.UDP(), Hash: RandomHash()}, Options{network: n})
		wantGood(t, r)
		if r.Sent < 4 {
			t.Errorf("%d datagrams, want every one twice", r.Sent)
		}
		if r := one(t, Query{Tracker: tr.UDP(), Hash: RandomHash()}, Options{Timeout: 500 * time.Millisecond, Retries: -1, network: n}); r.Good() || r.Sent != 1 {
			t.Errorf("without retries: good %v, sent %d", r.Good(), r.Sent)
		}
	})
}

func TestBEP15Schedule(t *testing.T) {
	s := Options{BEP15: true}.fill(Query{})
	u := udpSession{s: &s}
	for n := range 9 {
		if got, want := u.wait(n), 15*time.Second*(1<<n); got != want {
			t.Errorf("wait %d is %s, want %s", n, got, want)
		}
	}
	if s.retries != 8 || s.Timeout != 15*511*time.Second {
		t.Errorf("%d retries in %s", s.retries, s.Timeout)
	}
}

func TestProbeAll(t *testing.T) {
	tr := trackertest.Start(t)
	queries := []Query{{Tracker: tr.HTTP()}, {Tracker: tr.UDP()}, {Tracker: "gopher://x"}, {Tracker: tr.WS()}}
	got := make(map[int]Result)
	for i, r := range ProbeAll(t.Context(), queries, Options{Timeout: time.Minute}) {
		got[i] = r
	}
	if len(got) != 4 || !new(got[0]).Good() || got[2].Failure.Code != BadRequest {
		t.Errorf("results: %v", got)
	}
	for range ProbeAll(t.Context(), queries, Options{Timeout: time.Minute}) {
		break // must neither hang nor panic
	}
}

func TestBadRequests(t *testing.T) {
	for _, c := range []struct {
		url string
		opt Options
	}{
		{"", Options{}}, {"udp://host", Options{}}, {"http://", Options{}}, {"http://h:0/announce", Options{}}, {"http://h:99999/", Options{}},
		{"ftp://h/announce", Options{}}, {"http://h:pass key/", Options{}}, {"\x00", Options{}}, {"udp://127.0.0.1:9", Options{IP: "::1"}},
		{"udp://127.0.0.1:9", Options{Proxy: &url.URL{Scheme: "http", Host: "p"}}},
		{"http://127.0.0.1:9", Options{Proxy: &url.URL{Scheme: "gopher", Host: "p"}}},
		{"http://127.0.0.1:9", Options{Header: http.Header{"A name": {"x"}}}}, {"ws://127.0.0.1:9", Options{Header: http.Header{"A": {"x\r\nB: y"}}}},
	} {
		r := one(t, Query{Tracker: c.url}, c.opt)
		if r.Failure == nil || r.Failure.Code != BadRequest {
			t.Errorf("%q: %v", c.url, r.Failure)
		}
	}
}

func TestNetworkFailures(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	for _, scheme := range []string{"http", "https", "udp", "ws", "wss"} {
		r := one(t, Query{Tracker: scheme + "://" + closed + "/announce"}, Options{})
		if r.Failure == nil || r.Failure.Code != Refused {
			t.Errorf("%s: %v", scheme, r.Failure)
		}
		r = one(t, Query{Tracker: scheme + "://nowhere.test:80/announce"}, Options{Resolver: host{}})
		if r.Failure == nil || r.Failure.Code != DNS {
			t.Errorf("%s: %v", scheme, r.Failure)
		}
		r = one(t, Query{Tracker: scheme + "://four.test:80/announce"}, Options{Resolver: host{"127.0.0.1"}, Family: IPv6})
		if r.Failure == nil || r.Failure.Code != DNS {
			t.Errorf("%s: %v", scheme, r.Failure)
		}
		r = one(t, Query{Tracker: scheme + "://nx.test:80/announce"}, Options{Resolver: nxdomain{}})
		var dns *net.DNSError
		if r.Failure == nil || r.Failure.Code != DNS || !errors.As(r.Failure, &dns) {
			t.Errorf("%s: %v", scheme, r.Failure)
		}
	}
}

type nxdomain struct{ host }

func (nxdomain) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return nil, &net.DNSError{Err: "no such host", Name: "nx.test", IsNotFound: true}
}

// A plan fails where a probe fails before it sends anything, and in the same way.
func TestPlan(t *testing.T) {
	for tracker, exchanges := range map[string]int{"http://127.0.0.1:1/announce": 2, "udp://127.0.0.1:1": 3, "gopher://t.example/": 0, "udp://t.example": 0} {
		q := Query{Tracker: tracker, Hash: RandomHash()}
		plan := Plan(q, Options{Event: EventStarted})
		if len(plan.Exchanges) != exchanges || (plan.Failure == nil) != (exchanges > 0) {
			t.Errorf("%s: %d exchanges, failure %v; want %d exchanges", tracker, len(plan.Exchanges), plan.Failure, exchanges)
		}
		if plan.Failure == nil {
			continue
		}
		if r := one(t, q, Options{}); r.Failure == nil || r.Failure.Error() != plan.Failure.Error() {
			t.Errorf("%s: the plan says %v, the probe %v", tracker, plan.Failure, r.Failure)
		}
	}
}

// pastDeadline is a context of which only its timer does not know yet that it is over.
type pastDeadline struct{ context.Context }

func (pastDeadline) Deadline() (time.Time, bool) { return time.Unix(1, 0), true }

// TestPingEnds: what the end of the time broke off is no answer of a tracker.
func TestPingEnds(t *testing.T) {
	for _, r := range Ping(pastDeadline{t.Context()}, []Query{{Tracker: "udp://127.0.0.1:1/announce"}}, Options{}, 1, time.Second) {
		t.Errorf("%v", r.Failure)
	}
}
