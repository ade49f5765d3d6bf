package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrPrivate is that an address is not a public one, and was named by a stranger.
var ErrPrivate = errors.New("the address is not a public one")

// maxAddresses is how many addresses of one name are looked at: a stranger's may
// have thousands.
const maxAddresses = 32

// Resolver finds the addresses of names; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Network opens connections to an address, from another or, if that is zero, any; and
// sockets for datagrams.
type Network interface {
	Dial(ctx context.Context, network string, from netip.Addr, to netip.AddrPort) (net.Conn, error)
	ListenPacket(network, address string) (net.PacketConn, error)
}

// Dialer opens connections for what one host was named for: to that host and to
// where it leads. Its methods may be called at once from many goroutines.
type Dialer struct {
	// Named is the host that the person named, which may be anywhere; "" where
	// strangers named all hosts.
	Named string
	// AllowPrivate lets strangers name addresses that are not public.
	AllowPrivate bool
	// Timeout is for one look-up and for one attempt to connect, without the wait
	// for a file descriptor; 0 means that only the context bounds them.
	Timeout  time.Duration
	Resolver Resolver   // nil means the system's
	Local    netip.Addr // to connect from; zero for any
	Network  Network    // nil means the system's

	mu    sync.Mutex
	home  netip.Addr // where Named was reached first, over TCP
	proxy string     // host:port of the proxy that the person gave
}

// DialContext connects to host:port over "tcp" or "udp", to whichever address
// answers first.
//
// While the process has no file descriptor left, it waits for one, for half of the
// time that ctx or Timeout gives, and fails with [ErrShortage] then.
func (d *Dialer) DialContext(ctx context.Context, network, hostPort string) (net.Conn, error) {
	host, service, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, err
	}
	port, err := net.DefaultResolver.LookupPort(ctx, network, service)
	if err != nil {
		return nil, err
	}
	addrs, err := d.Lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	to := make([]netip.AddrPort, len(addrs))
	for i, a := range addrs {
		to[i] = netip.AddrPortFrom(a, uint16(port))
	}
	conn, _, err := Race(ctx, to, func(ctx context.Context, a netip.AddrPort) (net.Conn, error) {
		return d.Connect(ctx, network, host, a)
	})
	return conn, err
}

// Lookup returns the addresses of a host, each once, in the order of the resolver,
// at least one and at most 32.
func (d *Dialer) Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a.Unmap()}, nil
	}
	resolver := d.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	var found []netip.Addr
	err := d.patient(ctx, func(ctx context.Context) (err error) {
		if d.Timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, d.Timeout)
			defer cancel()
		}
		found, err = resolver.LookupNetIP(ctx, "ip", host)
		return err
	})
	if err != nil {
		return nil, err
	}
	seen := make(map[netip.Addr]bool)
	var out []netip.Addr
	for _, a := range found {
		if a = a.Unmap(); !seen[a] && len(out) < maxAddresses {
			seen[a] = true
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return nil, &net.DNSError{Err: "no address", Name: host, IsNotFound: true}
	}
	return out, nil
}

// Connect connects to one address of a host. It fails with [ErrPrivate] before
// anything is sent where the host may not be there.
func (d *Dialer) Connect(ctx context.Context, network, host string, to netip.AddrPort) (conn net.Conn, err error) {
	err = d.patient(ctx, func(ctx context.Context) (err error) {
		if d.Network == nil {
			conn, err = d.system(host, network, to.Port()).DialContext(ctx, network, to.String())
			return err
		}
		if !d.allowed(host, to.Port(), to.Addr()) {
			return fmt.Errorf("%w: %s", ErrPrivate, to)
		}
		if d.Timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, d.Timeout)
			defer cancel()
		}
		conn, err = d.Network.Dial(ctx, network, d.Local, to)
		return err
	})
	if err == nil && network == "tcp" && sameName(host, d.Named) {
		d.mu.Lock()
		if !d.home.IsValid() {
			d.home = to.Addr().Unmap()
		}
		d.mu.Unlock()
	}
	return conn, err
}

// Overhear opens a socket that hears everybody's datagrams, to ask one address of a
// host: what comes from there is no more than from others an answer, but tells who
// talks. It fails with [ErrPrivate] as Connect does.
func (d *Dialer) Overhear(host string, to netip.AddrPort) (net.PacketConn, error) {
	if !d.allowed(host, to.Port(), to.Addr()) {
		return nil, fmt.Errorf("%w: %s", ErrPrivate, to)
	}
	network, from := "udp4", netip.IPv4Unspecified()
	if to.Addr().Is6() {
		network, from = "udp6", netip.IPv6Unspecified()
	}
	if d.Local.IsValid() {
		from = d.Local
	}
	listen := net.ListenPacket
	if d.Network != nil {
		listen = d.Network.ListenPacket
	}
	return listen(network, netip.AddrPortFrom(from, 0).String())
}

// system connects through the system. The address is judged that a socket is about
// to connect to.
func (d *Dialer) system(host, network string, port uint16) *net.Dialer {
	nd := &net.Dialer{Timeout: d.Timeout, KeepAlive: -1, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil || !d.allowed(host, port, a.Addr()) {
			return fmt.Errorf("%w: %s", ErrPrivate, address)
		}
		return nil
	}}
	if d.Local.IsValid() {
		nd.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(d.Local, 0))
		if strings.HasPrefix(network, "udp") {
			nd.LocalAddr = net.UDPAddrFromAddrPort(netip.AddrPortFrom(d.Local, 0))
		}
	}
	return nd
}

// allowed tells whether a host may be at an address. The person's host may be
// anywhere, but once it was at a public address it cannot lead to others. One that
// was not public may lead to where it is itself.
func (d *Dialer) allowed(host string, port uint16, a netip.Addr) bool {
	if d.AllowPrivate || Public(a) {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.proxy != "" && strings.EqualFold(d.proxy, net.JoinHostPort(host, fmt.Sprint(port))) {
		return true
	}
	home := d.home
	if !home.IsValid() {
		home, _ = ParseHost(d.Named)
	}
	if !home.IsValid() || Public(home) {
		return !home.IsValid() && sameName(host, d.Named)
	}
	a = a.Unmap()
	return sameName(host, d.Named) || home == a || home.IsLoopback() && a.IsLoopback()
}

// AddrPort is an address of a connection or a datagram, zero where the system does not
// tell one.
func AddrPort(a net.Addr) netip.AddrPort {
	if a == nil {
		return netip.AddrPort{}
	}
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

func sameName(a, b string) bool {
	return a != "" && strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}
