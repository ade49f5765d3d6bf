// Package dht asks the BitTorrent DHT: for the peers of an infohash (BEP 5,
// over IPv4 and IPv6 as BEP 32 says), for their number (BEP 33), and for
// mutable items (BEP 44, which BEP 46 builds on).
//
// The client is read-only (BEP 43): it marks its queries as such, answers none,
// stores nothing and announces nothing. What nodes say is bounded and doubted:
// a lookup sends fewer than 200 datagrams, takes a few nodes of each answer,
// wants nodes to answer under the id by which they were named, and spends its
// queries evenly over the nodes that it began with, so that liars who name each
// other cannot have them all.
package dht

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/dial"
)

// ErrNoNodes is returned when no node could be asked or none answered.
var ErrNoNodes = errors.New("no node of the DHT answered")

// ID names a node or what is looked up.
type ID [20]byte

// DefaultBootstrap returns the nodes that clients commonly begin with.
func DefaultBootstrap() []string {
	return []string{"router.bittorrent.com:6881", "dht.libtorrent.org:25401", "dht.transmissionbt.com:6881", "router.utorrent.com:6881"}
}

// Config says how to reach the DHT.
type Config struct {
	// Bootstrap are the nodes to begin with, as HOST:PORT, wherever they are; nil
	// for DefaultBootstrap.
	Bootstrap []string
	// AllowPrivate accepts nodes and peers that others name at addresses that are
	// not public, and many nodes at one address.
	AllowPrivate bool
	// Timeout is how long a node may take to answer; 0 means 1.5 s.
	Timeout time.Duration
	// Listen opens the socket for "udp4" or "udp6"; nil for a UDP socket at a
	// free port. A family whose socket cannot be opened is left out.
	Listen func(network string) (net.PacketConn, error)
	// Resolver finds the addresses of nodes to begin with; nil for the system's.
	Resolver dial.Resolver
}

// Client is a read-only node. Its methods may be called at once from many
// goroutines; lookups share what they learn of nodes.
type Client struct {
	cfg      Config
	trusted  bool // Bootstrap was given
	id       ID
	families []*family
	readers  sync.WaitGroup
}

// family is the DHT over IPv4 or IPv6, which are apart from each other.
type family struct {
	client  *Client
	network string // udp4 or udp6
	conn    net.PacketConn

	mu      sync.Mutex
	pending map[string]*pending // by transaction id
	good    []node              // that answered, the latest last
}

type pending struct {
	addr   netip.AddrPort
	answer chan []byte
}

type node struct {
	id   ID
	addr netip.AddrPort
}

// Open opens the sockets.
func Open(cfg Config) (*Client, error) {
	c := &Client{trusted: cfg.Bootstrap != nil}
	if cfg.Bootstrap == nil {
		cfg.Bootstrap = DefaultBootstrap()
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 1500 * time.Millisecond
	}
	if cfg.Listen == nil {
		cfg.Listen = func(network string) (net.PacketConn, error) { return net.ListenPacket(network, ":0") }
	}
	c.cfg = cfg
	if _, err := rand.Read(c.id[:]); err != nil {
		return nil, err
	}
	var faults []error
	for _, network := range []string{"udp4", "udp6"} {
		conn, err := cfg.Listen(network)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		f := &family{client: c, network: network, conn: conn, pending: map[string]*pending{}}
		c.families = append(c.families, f)
		c.readers.Go(f.read)
	}
	if len(c.families) == 0 {
		return nil, fmt.Errorf("opening a UDP socket for the DHT: %w", errors.Join(faults...))
	}
	return c, nil
}

// Close closes the sockets. Lookups under way fail.
func (c *Client) Close() error {
	var faults []error
	for _, f := range c.families {
		faults = append(faults, f.conn.Close())
	}
	c.readers.Wait()
	return errors.Join(faults...)
}

const (
	maxDatagram = 8 << 10
	maxGood     = 256
)

// read hands answers to those who wait for them. Datagrams that do not fit a
// query's transaction id and address are dropped.
func (f *family) read() {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := f.conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(time.Millisecond) // on some systems an ICMP message; never a busy loop
			continue
		}
		v, _, err := bencode.Scan(buf[:n])
		if err != nil || v.Kind() != bencode.Dict {
			continue
		}
		t, _ := v.Get("t")
		id, _ := t.Text()
		f.mu.Lock()
		if p := f.pending[id]; p != nil && p.addr == dial.AddrPort(from) {
			delete(f.pending, id)
			p.answer <- append([]byte(nil), buf[:n]...)
		}
		f.mu.Unlock()
	}
}

// query sends a query and returns the dictionary r of the answer.
func (f *family) query(ctx context.Context, addr netip.AddrPort, method string, args []bencode.Entry) (bencode.Value, error) {
	var none bencode.Value
	var tid [4]byte
	if _, err := rand.Read(tid[:]); err != nil {
		return none, err
	}
	p := &pending{addr: addr, answer: make(chan []byte, 1)}
	f.mu.Lock()
	f.pending[string(tid[:])] = p
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.pending, string(tid[:]))
		f.mu.Unlock()
	}()
	a := append([]bencode.Entry{{Key: "id", Value: bencode.AppendString(nil, f.client.id[:])}}, args...)
	message := bencode.AppendDict(nil, []bencode.Entry{
		{Key: "a", Value: bencode.AppendDict(nil, a)},
		{Key: "q", Value: bencode.AppendString(nil, method)},
		{Key: "ro", Value: bencode.AppendInt(nil, 1)},
		{Key: "t", Value: bencode.AppendString(nil, tid[:])},
		{Key: "y", Value: bencode.AppendString(nil, "q")},
	})
	if _, err := f.conn.WriteTo(message, net.UDPAddrFromAddrPort(addr)); err != nil {
		return none, err
	}
	timer := time.NewTimer(f.client.cfg.Timeout)
	defer timer.Stop()
	select {
	case raw := <-p.answer:
		return answerOf(raw)
	case <-timer.C:
		return none, context.DeadlineExceeded
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

func answerOf(raw []byte) (bencode.Value, error) {
	v, _, err := bencode.Scan(raw)
	if err != nil {
		return v, err
	}
	y, _ := v.Get("y")
	if kind, _ := y.Text(); kind != "r" {
		return v, errors.New("the node answers with an error")
	}
	r, _ := v.Get("r")
	if r.Kind() != bencode.Dict {
		return v, errors.New("the node answers with nothing")
	}
	return r, nil
}

// remember keeps a node that answered, for the lookups to come.
func (f *family) remember(n node) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.good {
		if f.good[i].addr == n.addr {
			f.good[i] = n
			return
		}
	}
	if f.good = append(f.good, n); len(f.good) > maxGood {
		f.good = append(f.good[:0], f.good[maxGood/4:]...)
	}
}

func (f *family) remembered() []node {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]node(nil), f.good...)
}

// resolve turns HOST:PORT into addresses of the family: of nodes, which may be
// where strangers' may be, and of those of the configuration.
func (f *family) resolve(ctx context.Context, nodes []string) []netip.AddrPort {
	var mu sync.Mutex
	var group sync.WaitGroup
	var out []netip.AddrPort
	dialer := &dial.Dialer{Resolver: f.client.cfg.Resolver}
	for i, h := range slices.Concat(nodes, f.client.cfg.Bootstrap) {
		host, port, err := net.SplitHostPort(h)
		if err != nil {
			continue
		}
		trusted := i >= len(nodes) && f.client.trusted
		group.Go(func() {
			number, err := net.DefaultResolver.LookupPort(ctx, "udp", port)
			if err != nil || number == 0 {
				return
			}
			ips, err := dialer.Lookup(ctx, host)
			if err != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			took := 0
			for _, a := range ips {
				if took < 4 && f.has(a) && (trusted || f.client.takes(a)) {
					took++
					out = append(out, netip.AddrPortFrom(a, uint16(number)))
				}
			}
		})
	}
	group.Wait()
	return out
}

// has tells whether an address is of the family.
func (f *family) has(a netip.Addr) bool { return a.Is4() == (f.network == "udp4") }

// takes tells whether strangers may name an address.
func (c *Client) takes(a netip.Addr) bool {
	return dial.Public(a) || c.cfg.AllowPrivate && a.IsValid() && !a.IsUnspecified() && !a.IsMulticast()
}
