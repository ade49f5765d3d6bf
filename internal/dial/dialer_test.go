package dial

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

	"github.com/torrentkit/torrentkit/internal/dialtest"
)

// server is an HTTP server on loopback and its port.
func server(t *testing.T, h http.HandlerFunc) (*httptest.Server, string) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return s, u.Port()
}

func loopback() []netip.Addr { return []netip.Addr{netip.MustParseAddr("127.0.0.1")} }

func TestStrangersStayOutside(t *testing.T) {
	_, port := server(t, func(http.ResponseWriter, *http.Request) { t.Error("a stranger reached the server") })
	resolver := new(dialtest.Resolver)
	resolver.Set("inside.example", loopback())
	resolver.Set("two.example", []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("127.0.0.1")})
	hosts := []string{"inside.example", "two.example"}
	for _, f := range dialtest.Private() {
		hosts = append(hosts, f.Host)
	}
	for _, host := range hosts {
		for _, network := range []string{"tcp", "udp"} {
			for _, opener := range []Network{nil, forbidden{t}} {
				d := &Dialer{Resolver: resolver, Network: opener}
				conn, err := d.DialContext(t.Context(), network, net.JoinHostPort(host, port))
				if a, ok := ParseHost(host); ok {
					if _, err := d.Overhear(host, netip.AddrPortFrom(a, 9)); !errors.Is(err, ErrPrivate) {
						t.Errorf("overhearing %s: %v", host, err)
					}
				}
				if !errors.Is(err, ErrPrivate) && !strings.Contains(host, "%") { // whose link may not be there
					t.Errorf("%s %s: %v", network, host, err)
				}
				if err == nil {
					t.Errorf("%s %s: connected", network, host)
					conn.Close()
				}
			}
		}
	}
}

// forbidden is a network in which nothing may be connected to.
type forbidden struct{ t *testing.T }

func (f forbidden) Dial(_ context.Context, network string, _ netip.Addr, to netip.AddrPort) (net.Conn, error) {
	f.t.Errorf("%s to %s", network, to)
	return nil, errors.New("forbidden")
}

func (f forbidden) ListenPacket(network, _ string) (net.PacketConn, error) {
	f.t.Errorf("listens on %s", network)
	return nil, errors.New("forbidden")
}

func TestPersonsHostMayBeInside(t *testing.T) {
	_, port := server(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "here") })
	resolver := new(dialtest.Resolver)
	resolver.Set("inside.example", loopback())
	hosts := []string{"inside.example"}
	for _, f := range dialtest.Private() {
		if f.Addr == loopback()[0] {
			hosts = append(hosts, f.Host)
		}
	}
	if len(hosts) < 10 {
		t.Fatal("too few forms of loopback in the table")
	}
	for _, host := range hosts {
		for _, d := range []*Dialer{{Named: host, Resolver: resolver}, {AllowPrivate: true, Resolver: resolver}} {
			for _, network := range []string{"tcp", "udp"} {
				conn, err := d.DialContext(t.Context(), network, net.JoinHostPort(host, port))
				if err != nil {
					t.Errorf("%s %s: %v", network, host, err)
					continue
				}
				conn.Close()
			}
		}
	}
}

func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		named, home, host, addr string
		want                    bool
	}{
		{"", "", "x.example", "8.8.8.8", true},
		{"", "", "x.example", "10.0.0.1", false},
		{"", "", "", "10.0.0.1", false},
		{"a.example", "", "a.example", "10.0.0.1", true}, // not met yet
		{"a.example", "", "A.example.", "10.0.0.1", true},
		{"a.example", "", "b.example", "10.0.0.1", false},
		{"a.example", "8.8.8.8", "a.example", "10.0.0.1", false}, // it changed
		{"a.example", "8.8.8.8", "a.example", "8.8.4.4", true},
		{"a.example", "8.8.8.8", "b.example", "8.8.4.4", true},
		{"a.example", "10.0.0.1", "a.example", "10.0.0.2", true},
		{"a.example", "10.0.0.1", "b.example", "10.0.0.1", true}, // the same host
		{"a.example", "10.0.0.1", "b.example", "10.0.0.2", false},
		{"a.example", "10.0.0.1", "b.example", "127.0.0.1", false},
		{"a.example", "10.0.0.1", "b.example", "8.8.8.8", true},
		{"localhost", "", "::1", "::1", true},
		{"localhost", "::1", "127.0.0.1", "127.0.0.1", true},
		{"10.0.0.1", "", "10.0.0.1", "10.0.0.1", true},
		{"10.0.0.1", "", "b.example", "10.0.0.1", true},
		{"10.0.0.1", "", "10.0.0.2", "10.0.0.2", false},
		{"8.8.8.8", "", "10.0.0.2", "10.0.0.2", false},
	} {
		d := &Dialer{Named: c.named}
		if c.home != "" {
			d.home = netip.MustParseAddr(c.home)
		}
		if got := d.allowed(c.host, 80, netip.MustParseAddr(c.addr)); got != c.want {
			t.Errorf("named %q at %q, then %q at %s: %v", c.named, c.home, c.host, c.addr, got)
		}
	}
}

func TestFollow(t *testing.T) {
	for _, c := range []struct {
		n        int
		from, to string
		want     string // of the error; "" for none
	}{
		{1, "http://8.8.8.8/", "http://8.8.4.4/", ""},
		{5, "http://8.8.8.8/", "https://x.example:8443/", ""},
		{1, "https://8.8.8.8/", "https://x.example/", ""},
		{6, "http://8.8.8.8/", "http://8.8.4.4/", "more than 5 redirects"},
		{1, "https://8.8.8.8/", "http://8.8.8.8/", "from https to http"},
		{1, "http://8.8.8.8/", "file:///etc/passwd", "not http or https"},
		{1, "http://8.8.8.8/", "udp://8.8.8.8:1/", "not http or https"},
		{1, "http://8.8.8.8/", "http:///x", "without a host"},
		{1, "http://8.8.8.8/", "http://:80/x", "without a host"},
		{1, "http://8.8.8.8/", "http://１２７.0.0.1/", "not written in ASCII"},
	} {
		from, err1 := url.Parse(c.from)
		to, err2 := url.Parse(c.to)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		err := (&Dialer{Named: "8.8.8.8"}).Follow(c.n, from, to)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s -> %s: %v", c.from, c.to, err)
		}
		var redirect *RedirectError
		if c.want != "" && !errors.As(err, &redirect) {
			t.Errorf("%s -> %s: %T", c.from, c.to, err)
		}
	}
	public, err := url.Parse("http://8.8.8.8/")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range dialtest.Private() {
		to := &url.URL{Scheme: "http", Host: f.Host, Path: "/"}
		if f.Addr.Is6() {
			to.Host = "[" + f.Host + "]"
		}
		for _, d := range []*Dialer{{}, {Named: "8.8.8.8"}, {Named: "x.example"}, {Named: "192.168.77.77"}} {
			if err := d.Follow(1, public, to); !errors.Is(err, ErrPrivate) {
				t.Errorf("from %q to %s: %v", d.Named, f.Host, err)
			}
		}
		if err := (&Dialer{AllowPrivate: true}).Follow(1, public, to); err != nil {
			t.Errorf("to %s, which is allowed: %v", f.Host, err)
		}
	}
}

func TestRedirectsOfAClient(t *testing.T) {
	var referer string
	s, port := server(t, func(w http.ResponseWriter, r *http.Request) {
		referer += r.Header.Get("Referer")
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	})
	resolver := new(dialtest.Resolver)
	resolver.Set("lan.example", []netip.Addr{netip.MustParseAddr("10.0.0.1")})
	resolver.Set("here.example", loopback())
	resolver.Set("turns.example", loopback(), []netip.Addr{netip.MustParseAddr("192.168.1.1")})
	get := func(first, to string) error {
		d := &Dialer{Named: first, Resolver: resolver, Timeout: time.Minute}
		transport := d.Transport(nil, time.Minute)
		transport.DisableKeepAlives = true
		resp, err := d.Client(transport).Get("http://" + net.JoinHostPort(first, port) + "/?to=" + url.QueryEscape(to))
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	for _, c := range []struct {
		first, to string
		private   bool
	}{
		{"127.0.0.1", "/x", false},
		{"127.0.0.1", s.URL + "/x", false},
		{"127.0.0.1", "http://localhost:" + port + "/x", false},
		{"127.0.0.1", "http://2130706433:" + port + "/x", false},
		{"here.example", s.URL + "/x", false},
		{"127.0.0.1", "http://here.example:" + port + "/x", false},
		{"127.0.0.1", "http://10.0.0.1:" + port + "/x", true},
		{"here.example", "http://lan.example:" + port + "/x", true},
		{"127.0.0.1", "http://[::ffff:10.0.0.1]:" + port + "/x", true},
	} {
		if err := get(c.first, c.to); errors.Is(err, ErrPrivate) != c.private || err != nil && !c.private {
			t.Errorf("%s -> %s: %v", c.first, c.to, err)
		}
	}
	if referer != "" {
		t.Errorf("where a redirect was named is told: %q", referer)
	}
}

func TestProxyOfThePerson(t *testing.T) {
	var asked []string
	s, port := server(t, func(w http.ResponseWriter, r *http.Request) { // as a proxy
		asked = append(asked, r.URL.String())
		if r.URL.Path == "/lan" {
			http.Redirect(w, r, "http://10.0.0.1/x", http.StatusFound)
		}
		if r.URL.Path == "/self" {
			http.Redirect(w, r, "http://localhost:"+r.Host+"/x", http.StatusFound)
		}
	})
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	d := &Dialer{Named: "x.example", Resolver: new(dialtest.Resolver)}
	client := d.Client(d.Transport(http.ProxyURL(u), time.Minute))
	resp, err := client.Get("http://x.example/y")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if _, err := client.Get("http://x.example/lan"); !errors.Is(err, ErrPrivate) {
		t.Errorf("a redirect to a private address through a proxy: %v", err)
	}
	if want := "http://x.example/y http://x.example/lan"; strings.Join(asked, " ") != want {
		t.Errorf("the proxy was asked for %q, not %q", asked, want)
	}
	// That the proxy is on loopback lets nobody else lead there.
	if _, err := d.DialContext(t.Context(), "tcp", "localhost:"+port); !errors.Is(err, ErrPrivate) {
		t.Errorf("the proxy's port under another name: %v", err)
	}
	if _, err := d.DialContext(t.Context(), "tcp", "127.0.0.1:1"); !errors.Is(err, ErrPrivate) {
		t.Errorf("another port of the proxy's host: %v", err)
	}
}

func TestLookup(t *testing.T) {
	var many []netip.Addr
	for i := range 1000 {
		many = append(many, netip.AddrFrom4([4]byte{8, 8, byte(i >> 8), byte(i)}))
	}
	resolver := new(dialtest.Resolver)
	resolver.Set("many.example", many)
	resolver.Set("twice.example", []netip.Addr{netip.MustParseAddr("::ffff:8.8.8.8"), netip.MustParseAddr("8.8.8.8")})
	resolver.Set("none.example", nil)
	d := &Dialer{Resolver: resolver}
	if got, err := d.Lookup(t.Context(), "many.example"); err != nil || len(got) != maxAddresses {
		t.Errorf("of a thousand addresses %d are looked at: %v", len(got), err)
	}
	if got, err := d.Lookup(t.Context(), "twice.example"); err != nil || len(got) != 1 || got[0].String() != "8.8.8.8" {
		t.Errorf("the same address twice: %v %v", got, err)
	}
	if got, err := d.Lookup(t.Context(), "none.example"); err == nil {
		t.Errorf("no address: %v", got)
	}
}

// closing is a connection that tells of its end.
type closing struct {
	net.Conn
	port   uint16
	closed chan uint16
}

func (c closing) Close() error { c.closed <- c.port; return nil }

func TestRace(t *testing.T) {
	addrs := make([]netip.AddrPort, 5)
	for i := range addrs {
		addrs[i] = netip.AddrPortFrom(loopback()[0], uint16(i+1))
	}
	late := make(chan struct{})
	discarded := make(chan uint16, 5)
	got, tried, err := Race(t.Context(), addrs, func(ctx context.Context, a netip.AddrPort) (net.Conn, error) {
		switch a.Port() {
		case 1, 3:
			return nil, fmt.Errorf("%d is down", a.Port())
		case 2:
			<-late // slow, and good too late
		}
		return closing{port: a.Port(), closed: discarded}, nil
	})
	close(late)
	if c, ok := got.(closing); !ok || c.port != 4 || err != nil || len(tried) != 2 || <-discarded != 2 {
		t.Errorf("%v %v %v", got, tried, err)
	}
	_, tried, err = Race(t.Context(), addrs, func(_ context.Context, a netip.AddrPort) (net.Conn, error) {
		return nil, fmt.Errorf("%d is down", a.Port())
	})
	if err == nil || err.Error() != "1 is down" || len(tried) != 5 {
		t.Errorf("%v %v", tried, err)
	}
}

// In a network of its own, where every address is this machine.
func TestRebinding(t *testing.T) {
	resolver := new(dialtest.Resolver)
	if !dialtest.Alone(t, resolver) {
		return
	}
	hits := make(chan string, 100)
	l, err := net.Listen("tcp", ":8080")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		hits <- at.String()
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	})}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	public, private := []netip.Addr{netip.MustParseAddr("8.8.8.8")}, []netip.Addr{netip.MustParseAddr("10.0.0.1")}
	resolver.Set("good.example", public)
	resolver.Set("turns.example", public, private)
	resolver.Set("lan.example", private)
	get := func(d *Dialer, address string) error {
		transport := d.Transport(nil, time.Minute)
		transport.DisableKeepAlives = true
		resp, err := d.Client(transport).Get(address)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	if err := get(new(Dialer), "http://good.example:8080/"); err != nil {
		t.Fatal(err) // the network is not what it should be
	}
	if at := <-hits; at != "8.8.8.8:8080" {
		t.Fatal(at)
	}
	for _, d := range []*Dialer{{}, {Named: "good.example"}} {
		for _, to := range []string{"http://turns.example:8080/?to=http://turns.example:8080/", "http://lan.example:8080/", "http://10.0.0.1:8080/"} {
			resolver.Set("turns.example", public, private)
			if err := get(d, "http://good.example:8080/?to="+url.QueryEscape(to)); !errors.Is(err, ErrPrivate) {
				t.Errorf("named %q, to %s: %v", d.Named, to, err)
			}
		}
	}
	// The person's host turns inside at the second look-up.
	resolver.Set("turns.example", public, private)
	if err := get(&Dialer{Named: "turns.example"}, "http://turns.example:8080/?to=/again"); !errors.Is(err, ErrPrivate) {
		t.Errorf("at the second look-up: %v", err)
	}
	for len(hits) > 0 {
		if at := <-hits; strings.HasPrefix(at, "10.") {
			t.Errorf("%s was reached", at)
		}
	}
	if err := get(&Dialer{Named: "lan.example"}, "http://lan.example:8080/"); err != nil {
		t.Errorf("the person's host inside: %v", err)
	}
}
