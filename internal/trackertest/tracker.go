// Package trackertest runs real trackers on loopback for tests: HTTP, HTTPS,
// UDP and WebSocket on IPv4 and IPv6 with one swarm behind them, and with
// every fault that a test asks for.
//
// It is for tests alone and keeps everything in memory; nothing in it is fit
// to track real torrents.
package trackertest

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// Tracker is a running tracker. It stops with the test that started it.
type Tracker struct {
	faults map[Fault]bool

	mu      sync.Mutex
	swarms  map[[20]byte]*swarm
	allowed map[[20]byte]bool
	seen    []Request
	ids     map[uint64]connection
	lossy   map[string]bool

	http4, http6, https string // host:port
	udp4, udp6          string
	done                chan struct{}
	roots               *authority
}

// Request is what the tracker was asked, for tests that look at it.
type Request struct {
	Transport string // http, udp or ws
	From      netip.AddrPort
	Event     string
	Hash      [20]byte
	Left      int64
	NumWant   int
	Port      uint16
	Raw       []byte // the datagram, the URI, or the message
	Header    http.Header
}

// Sockets is where a tracker listens.
type Sockets interface {
	Listen(network, address string) (net.Listener, error)
	ListenPacket(network, address string) (net.PacketConn, error)
}

// system is the system's network.
type system struct{}

func (system) Listen(network, address string) (net.Listener, error) {
	return net.Listen(network, address)
}

func (system) ListenPacket(network, address string) (net.PacketConn, error) {
	return net.ListenPacket(network, address)
}

// Start runs a tracker with these faults until the test ends.
func Start(t testing.TB, faults ...Fault) *Tracker {
	t.Helper()
	return StartIn(t, system{}, faults...)
}

// StartIn runs a tracker in some network.
func StartIn(t testing.TB, sockets Sockets, faults ...Fault) *Tracker {
	t.Helper()
	tr := &Tracker{
		faults: make(map[Fault]bool), swarms: make(map[[20]byte]*swarm), allowed: make(map[[20]byte]bool),
		ids: make(map[uint64]connection), lossy: make(map[string]bool), done: make(chan struct{}),
	}
	for _, f := range faults {
		tr.faults[f] = true
	}
	t.Cleanup(func() { close(tr.done) })
	// One port number for every transport, as real trackers have it.
	port := ""
	for try := 0; ; try++ {
		l := listen(t, sockets, "tcp4", "127.0.0.1:0")
		_, port, _ = net.SplitHostPort(l.Addr().String())
		pc, err := sockets.ListenPacket("udp4", "127.0.0.1:"+port)
		if err != nil && try < 20 {
			l.Close()
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		tr.http4 = tr.serveHTTP(t, l)
		tr.udp4 = tr.serveUDP(t, sockets, pc)
		break
	}
	tr.https = tr.serveTLS(t, sockets)
	if l, err := sockets.Listen("tcp6", "[::1]:"+port); err == nil {
		tr.http6 = tr.serveHTTP(t, l)
	}
	if pc, err := sockets.ListenPacket("udp6", "[::1]:"+port); err == nil {
		tr.udp6 = tr.serveUDP(t, sockets, pc)
	}
	return tr
}

func listen(t testing.TB, sockets Sockets, network, addr string) net.Listener {
	t.Helper()
	l, err := sockets.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Has says whether the tracker was started with the fault.
func (tr *Tracker) Has(f Fault) bool { return tr.faults[f] }

// HTTP returns the announce URL over IPv4.
func (tr *Tracker) HTTP() string { return "http://" + tr.http4 + "/announce" }

// HTTP6 returns the announce URL over IPv6, or "" where the machine has none.
func (tr *Tracker) HTTP6() string { return nonEmpty("http://", tr.http6, "/announce") }

// HTTPS returns the announce URL over TLS; Roots are what signs it.
func (tr *Tracker) HTTPS() string { return "https://" + tr.https + "/announce" }

// UDP returns the announce URL over IPv4.
func (tr *Tracker) UDP() string { return "udp://" + tr.udp4 + "/announce" }

// UDP6 returns the announce URL over IPv6, or "" where the machine has none.
func (tr *Tracker) UDP6() string { return nonEmpty("udp://", tr.udp6, "/announce") }

// WS returns the WebSocket URL over IPv4.
func (tr *Tracker) WS() string { return "ws://" + tr.http4 + "/announce" }

// WSS returns the WebSocket URL over TLS.
func (tr *Tracker) WSS() string { return "wss://" + tr.https + "/announce" }

func nonEmpty(before, s, after string) string {
	if s == "" {
		return ""
	}
	return before + s + after
}

// Port returns the port that HTTP, UDP and WebSocket share on every address.
func (tr *Tracker) Port() uint16 { return netip.MustParseAddrPort(tr.http4).Port() }

// Allow lists a torrent on a tracker with Whitelist.
func (tr *Tracker) Allow(hash [20]byte) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.allowed[hash] = true
}

// Seen returns what the tracker was asked so far.
func (tr *Tracker) Seen() []Request {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return append([]Request(nil), tr.seen...)
}

// Add puts a peer into a swarm.
func (tr *Tracker) Add(hash [20]byte, addr netip.AddrPort, id string, left int64) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	p := peer{addr: addr, left: left}
	copy(p.id[:], id)
	s := tr.swarm(hash)
	s.peers[addr.String()], s.shared = &p, true
}

// Count returns how many peers of a swarm are known.
func (tr *Tracker) Count(hash [20]byte) int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return len(tr.swarm(hash).peers)
}

// peer is one member of a swarm.
type peer struct {
	addr      netip.AddrPort
	id        [20]byte
	left      int64
	completed bool
	ws        bool
}

type swarm struct {
	peers      map[string]*peer
	downloaded int64
	shared     bool // with peers that a test added
	turns      int  // how often it was counted since
}

func (tr *Tracker) swarm(hash [20]byte) *swarm {
	s := tr.swarms[hash]
	if s == nil {
		s = &swarm{peers: make(map[string]*peer)}
		tr.swarms[hash] = s
	}
	return s
}

// announce is what every transport asks of the swarm.
type announce struct {
	transport string
	from      netip.AddrPort // where the request came from
	hash      [20]byte
	id        [20]byte
	ip        netip.Addr // that is recorded
	port      uint16
	left      int64
	event     string
	numwant   int // -1 where the tracker decides
}

type answer struct {
	seeds, leeches, downloaded int64
	peers                      []*peer
}

// enter records an announce and returns what the swarm looks like then.
func (tr *Tracker) enter(a announce, raw []byte, h http.Header) answer {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.seen = append(tr.seen, Request{
		Transport: a.transport, From: a.from, Event: a.event, Hash: a.hash, Left: a.left, NumWant: a.numwant, Port: a.port, Raw: raw, Header: h,
	})
	s := tr.swarm(a.hash)
	port := a.port
	if tr.Has(SwarmWrongPort) {
		port ^= 1
	}
	addr := netip.AddrPortFrom(a.ip, port)
	key := addr.String()
	if a.transport == "ws" {
		key = fmt.Sprintf("ws %x", a.id)
	}
	tr.update(s, key, a, addr)
	seeds, leeches := tr.count(s)
	out := answer{seeds: seeds, leeches: leeches, downloaded: s.downloaded}
	if tr.Has(SwarmFrozen) {
		out.seeds, out.leeches = 7, 7
	}
	if tr.Has(ViewsDisagree) && a.transport != "http" {
		out.seeds += 5
	}
	out.peers = tr.choose(s, key, a)
	return out
}

// count counts the peers. In a busy swarm others have come and gone since it was last asked.
func (tr *Tracker) count(s *swarm) (seeds, leeches int64) {
	if tr.Has(Busy) && s.shared {
		s.turns++
		stranger := func(n int) netip.AddrPort {
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)}), 6881)
		}
		s.peers[stranger(s.turns).String()] = &peer{addr: stranger(s.turns), left: int64(s.turns / 2 % 2)}
		if s.turns%3 == 0 {
			delete(s.peers, stranger(s.turns-2).String())
			s.downloaded++
		}
	}
	for _, p := range s.peers {
		if p.left == 0 {
			seeds++
		} else {
			leeches++
		}
	}
	return seeds, leeches
}

func (tr *Tracker) update(s *swarm, key string, a announce, addr netip.AddrPort) {
	old := s.peers[key]
	if a.event == "stopped" {
		if !tr.Has(SwarmStoppedIgnored) {
			delete(s.peers, key)
		}
		return
	}
	if a.port == 0 && !tr.Has(KeepsPortZero) {
		return
	}
	p := &peer{addr: addr, id: a.id, left: a.left, ws: a.transport == "ws"}
	if old != nil {
		p.completed = old.completed
	}
	if a.event == "completed" {
		switch {
		case tr.Has(SwarmNoCompleted):
			p.left = 1
		case !p.completed || tr.Has(SwarmCompletedTwice):
			s.downloaded++
		}
		p.completed = true
	}
	s.peers[key] = p
}

// choose picks the peers of an answer.
func (tr *Tracker) choose(s *swarm, key string, a announce) []*peer {
	want := a.numwant
	ignored := a.transport == "http" && tr.Has(NumWantIgnored) || a.transport == "udp" && tr.Has(UDPNumWantIgnored)
	if want < 0 || ignored || want > 200 {
		want = 50
	}
	if a.numwant < 0 && a.transport == "udp" && tr.Has(UDPDefaultNone) {
		want = 0
	}
	var out []*peer
	for k, p := range s.peers {
		if len(out) == want || tr.Has(SwarmHidden) {
			break
		}
		if k == key && !tr.Has(SwarmSelf) || p.ws {
			continue
		}
		out = append(out, p)
	}
	if tr.Has(PeerNowhere) && len(out) > 0 {
		out[0] = &peer{addr: netip.AddrPortFrom(netip.IPv4Unspecified(), out[0].addr.Port())}
	}
	if tr.Has(PhantomPeers) && want > 0 {
		out = append(out, &peer{addr: netip.MustParseAddrPort("198.51.100.7:6881")})
	}
	return out
}

// refusal says why a torrent is not served; "" where it is.
func (tr *Tracker) refusal(hash [20]byte) string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	switch {
	case tr.Has(Unregistered):
		return "torrent not registered with this tracker"
	case tr.Has(Whitelist) && !tr.allowed[hash]:
		return "Requested download is not authorized for use with this tracker."
	}
	return ""
}

// pause waits, or returns false where the test ends first.
func (tr *Tracker) pause(d time.Duration) bool {
	select {
	case <-tr.done:
		return false
	case <-time.After(d):
		return true
	}
}
