package announce

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/secret"
)

// endpoint is a tracker URL taken apart.
type endpoint struct {
	raw       string
	url       *url.URL
	transport Transport
	host      string // without brackets
	port      uint16
}

// parseTracker reads an announce URL.
func parseTracker(raw string) (endpoint, *Failure) {
	e := endpoint{raw: raw}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return e, fail(BadRequest, "not a URL: "+secret.URL(raw))
	}
	e.url = u
	e.host = u.Hostname()
	switch e.transport = Transport(strings.ToLower(u.Scheme)); e.transport {
	case HTTP, WS:
		e.port = 80
	case HTTPS, WSS:
		e.port = 443
	case UDP:
		if u.Port() == "" {
			return e, fail(BadRequest, "a udp tracker needs a port: "+secret.URL(raw))
		}
	default:
		e.transport = ""
		return e, fail(BadRequest, "http, https, udp, ws and wss can be asked, not "+secret.URL(raw))
	}
	if e.host == "" {
		return e, fail(BadRequest, "no host in "+secret.URL(raw))
	}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return e, fail(BadRequest, "no port that can be: "+secret.URL(raw))
		}
		e.port = uint16(n)
	}
	return e, nil
}

func (e endpoint) hostPort() string { return net.JoinHostPort(e.host, strconv.Itoa(int(e.port))) }

// dialer opens connections for the tracker at a host, which a stranger named with
// PublicOnly, and the person otherwise.
func (s *settings) dialer(host string) *dial.Dialer {
	d := &dial.Dialer{Named: host, Resolver: s.Resolver, Local: s.LocalAddr, Network: s.network}
	if s.PublicOnly {
		d.Named = ""
	}
	return d
}

// overlay tells of which network a name is that is not in the DNS, which must not be
// asked about it (RFC 7686), and the port where the network's own proxy usually is.
func overlay(host string) (network string, port int) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	switch {
	case strings.HasSuffix(host, ".onion"):
		return "Tor", 9050
	case strings.HasSuffix(host, ".i2p"):
		return "I2P", 4447
	}
	return "", 0
}

// resolve finds the addresses of a host, IPv4 first only where the resolver
// says so, and keeps those of the wanted family.
func (s *settings) resolve(ctx context.Context, host string, port uint16) ([]netip.AddrPort, *Failure) {
	if network, port := overlay(host); network != "" {
		return nil, fail(DNS, fmt.Sprintf("%q is a name of %s: only its proxy finds it (--proxy socks5h://127.0.0.1:%d)", host, network, port))
	}
	found, err := s.dialer(host).Lookup(ctx, host)
	if err != nil {
		return nil, netFailure(ctx, fmt.Sprintf("looking up %q", host), err)
	}
	var out []netip.AddrPort
	for _, a := range found {
		if s.Family == AnyFamily || a.Is4() == (s.Family == IPv4) {
			out = append(out, netip.AddrPortFrom(a, port))
		}
	}
	if len(out) == 0 {
		return nil, fail(DNS, fmt.Sprintf("looking up %q: no IPv%d address", host, s.Family))
	}
	return out, nil
}

// race connects to whichever address answers first, and tells the result how that went.
func race(ctx context.Context, r *Result, addrs []netip.AddrPort, try func(context.Context, netip.AddrPort) (net.Conn, error)) (net.Conn, error) {
	started := time.Now()
	conn, tried, err := dial.Race(ctx, addrs, try)
	r.Timing.Connect, r.Tried = time.Since(started), nil
	if len(addrs) == 1 { // the failure itself says it
		return conn, err
	}
	for _, lost := range tried {
		r.Tried = append(r.Tried, Tried{lost.Addr, netFailure(ctx, "connecting to "+lost.Addr.String(), lost.Err)})
	}
	return conn, err
}
