package announce

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
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
		return e, fail(BadRequest, "not a URL: "+Redact(raw))
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
			return e, fail(BadRequest, "a udp tracker needs a port: "+Redact(raw))
		}
	default:
		e.transport = ""
		return e, fail(BadRequest, "http, https, udp, ws and wss can be asked, not "+Redact(raw))
	}
	if e.host == "" {
		return e, fail(BadRequest, "no host in "+Redact(raw))
	}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return e, fail(BadRequest, "no port that can be: "+Redact(raw))
		}
		e.port = uint16(n)
	}
	return e, nil
}

func (e endpoint) hostPort() string { return net.JoinHostPort(e.host, strconv.Itoa(int(e.port))) }

// resolve finds the addresses of a host, IPv4 first only where the resolver
// says so, and keeps those of the wanted family.
func (s *settings) resolve(ctx context.Context, host string, port uint16) ([]netip.AddrPort, *Failure) {
	var found []netip.Addr
	if a, err := netip.ParseAddr(host); err == nil {
		found = []netip.Addr{a}
	} else if found, err = s.Resolver.LookupNetIP(ctx, "ip", host); err != nil {
		return nil, netFailure(ctx, fmt.Sprintf("looking up %q", host), err)
	}
	var out []netip.AddrPort
	seen := make(map[netip.Addr]bool)
	for _, a := range found {
		a = a.Unmap()
		if seen[a] || s.Family == IPv4 && !a.Is4() || s.Family == IPv6 && a.Is4() {
			continue
		}
		seen[a] = true
		out = append(out, netip.AddrPortFrom(a, port))
	}
	if len(out) > 0 {
		return out, nil
	}
	if len(found) > 0 {
		return nil, fail(DNS, fmt.Sprintf("looking up %q: no IPv%d address", host, s.Family))
	}
	return nil, fail(DNS, fmt.Sprintf("looking up %q: no address", host))
}

// stagger is how long one address is waited for before the next is tried beside it.
const stagger = 300 * time.Millisecond

// race runs try for each address, the next one when the previous failed or is
// slow, and returns the first success. losers are closed by discard.
func race[T any](ctx context.Context, addrs []netip.AddrPort, try func(context.Context, netip.AddrPort) (T, *Failure), discard func(T)) (T, []Tried, *Failure) {
	type outcome struct {
		addr  netip.AddrPort
		value T
		err   *Failure
	}
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan outcome)
	started, ended := 0, 0
	start := func() {
		a := addrs[started]
		started++
		go func() {
			v, err := try(ctx, a)
			results <- outcome{a, v, err}
		}()
	}
	defer func() {
		cancel()
		go func(left int) {
			for range left {
				if o := <-results; o.err == nil {
					discard(o.value)
				}
			}
		}(started - ended)
	}()
	var tried []Tried
	var zero T
	start()
	tick := time.NewTicker(stagger)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if started < len(addrs) {
				start()
			}
		case o := <-results:
			ended++
			if o.err == nil {
				return o.value, tried, nil
			}
			tried = append(tried, Tried{o.addr, o.err})
			if started < len(addrs) {
				start()
			} else if ended == started {
				return zero, tried, tried[0].Failure
			}
		}
	}
}

// dialer opens connections for one probe and notes how long that took.
type dialer struct {
	s     *settings
	host  string // the tracker's host, whose addresses are pinned
	addrs []netip.AddrPort

	mu    sync.Mutex // a dial may outlive the request that wanted it
	dials dialed
}

// dialed is what the last dial brought.
type dialed struct {
	addr    netip.AddrPort // what answered
	local   netip.AddrPort
	tried   []Tried
	connect time.Duration
}

func (d *dialer) last() dialed {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dials
}

// dialTCP is the DialContext of HTTP transports: the tracker's own host goes
// to the pinned addresses, others (a redirect's target, a proxy) are looked up.
func (d *dialer) dialTCP(ctx context.Context, network, hostPort string) (net.Conn, error) {
	host, portText, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, err
	}
	addrs := d.addrs
	if host != d.host || len(addrs) == 0 || addrs[0].Port() != uint16(port) {
		var f *Failure
		if addrs, f = d.s.resolve(ctx, host, uint16(port)); f != nil {
			return nil, f
		}
	}
	started := time.Now()
	nd := net.Dialer{KeepAlive: -1}
	if d.s.LocalAddr.IsValid() {
		nd.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(d.s.LocalAddr, 0))
	}
	conn, tried, f := race(ctx, addrs, func(ctx context.Context, a netip.AddrPort) (net.Conn, *Failure) {
		c, err := nd.DialContext(ctx, "tcp", a.String())
		if err != nil {
			return nil, netFailure(ctx, "connecting to "+a.String(), err)
		}
		return c, nil
	}, func(c net.Conn) { c.Close() })
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dials = dialed{connect: time.Since(started), tried: tried}
	if f != nil {
		if len(addrs) == 1 {
			d.dials.tried = nil // the failure itself says it
		}
		return nil, f
	}
	d.dials.addr = addrPort(conn.RemoteAddr())
	d.dials.local = addrPort(conn.LocalAddr())
	return conn, nil
}

func addrPort(a net.Addr) netip.AddrPort {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
