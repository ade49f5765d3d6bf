package dht

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/dialtest"
)

// network is a DHT in memory.
type network struct {
	rng   *rand.Rand
	v6    bool
	nodes map[netip.AddrPort]*simNode
	all   []*simNode

	resolver *dialtest.Resolver // nil for the system's

	mu   sync.Mutex
	sent int
	to   []netip.AddrPort // where datagrams went
}

type simNode struct {
	node
	routes []node
	answer func(n *network, self *simNode, q bencode.Value) [][]byte // nil for an honest node
	extra  func(target ID) []bencode.Entry                           // what it knows beside nodes
}

func newNetwork(t *testing.T, seed uint64, size int, v6 bool) *network {
	t.Helper()
	n := &network{rng: rand.New(rand.NewPCG(seed, 1)), v6: v6, nodes: map[netip.AddrPort]*simNode{}}
	for i := range size {
		ip := netip.AddrFrom4([4]byte{8, byte(i >> 8), byte(i), 9})
		if v6 {
			ip = netip.AddrFrom16([16]byte{0x20, 0x01, 0x48, 0x60, 14: byte(i >> 8), 15: byte(i)})
		}
		s := &simNode{node: node{id: n.randomID(), addr: netip.AddrPortFrom(ip, uint16(1000+i))}}
		n.nodes[s.addr] = s
		n.all = append(n.all, s)
	}
	for _, s := range n.all {
		n.route(s)
	}
	return n
}

func (n *network) randomID() ID {
	var id ID
	for i := range id {
		id[i] = byte(n.rng.Uint32())
	}
	return id
}

// route gives a node up to eight nodes for each length of common prefix.
func (n *network) route(s *simNode) {
	buckets := map[int]int{}
	for _, i := range n.rng.Perm(len(n.all)) {
		o := n.all[i]
		bucket := commonPrefix(s.id, o.id)
		if o != s && buckets[bucket] < 8 {
			buckets[bucket]++
			s.routes = append(s.routes, o.node)
		}
	}
}

func commonPrefix(a, b ID) int {
	for i := range 160 {
		if (a[i/8]^b[i/8])>>(7-i%8)&1 != 0 {
			return i
		}
	}
	return 160
}

func nearest(nodes []node, target ID, k int) []node {
	sorted := slices.SortedFunc(slices.Values(nodes), func(a, b node) int {
		for i := range target {
			if d := cmp.Compare(a.id[i]^target[i], b.id[i]^target[i]); d != 0 {
				return d
			}
		}
		return 0
	})
	return sorted[:min(k, len(sorted))]
}

func compactNodes(nodes []node) []byte {
	var b []byte
	for _, n := range nodes {
		b = append(b, n.id[:]...)
		b = append(b, n.addr.Addr().AsSlice()...)
		b = binary.BigEndian.AppendUint16(b, n.addr.Port())
	}
	return b
}

func targetOf(q bencode.Value) ID {
	a, _ := q.Get("a")
	for _, key := range []string{"info_hash", "target"} {
		v, _ := a.Get(key)
		if b, _ := v.Bytes(); len(b) == 20 {
			return ID(b)
		}
	}
	return ID{}
}

// reply makes an answer.
func (n *network) reply(q bencode.Value, id ID, nodes []node, extra ...bencode.Entry) []byte {
	key := "nodes"
	if n.v6 {
		key = "nodes6"
	}
	t, _ := q.Get("t")
	r := append([]bencode.Entry{{Key: "id", Value: bencode.AppendString(nil, id[:])}, {Key: key, Value: bencode.AppendString(nil, compactNodes(nodes))}}, extra...)
	return bencode.AppendDict(nil, []bencode.Entry{{Key: "r", Value: bencode.AppendDict(nil, r)}, {Key: "t", Value: t.Raw()}, {Key: "y", Value: bencode.AppendString(nil, "r")}})
}

// simConn is the client's socket.
type simConn struct {
	n      *network
	in     chan packet
	closed chan struct{}
	once   sync.Once
	net.PacketConn
}

type packet struct {
	b    []byte
	from netip.AddrPort
}

func (c *simConn) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case p := <-c.in:
		return copy(b, p.b), net.UDPAddrFromAddrPort(p.from), nil
	case <-c.closed:
		return 0, nil, net.ErrClosed
	}
}

func (c *simConn) Close() error { c.once.Do(func() { close(c.closed) }); return nil }

func (c *simConn) WriteTo(b []byte, to net.Addr) (int, error) {
	c.n.mu.Lock()
	defer c.n.mu.Unlock()
	c.n.sent++
	c.n.to = append(c.n.to, dial.AddrPort(to))
	q, _, err := bencode.Scan(slices.Clone(b))
	if err != nil {
		return 0, err
	}
	s := c.n.nodes[dial.AddrPort(to)]
	if s == nil {
		return len(b), nil
	}
	target := targetOf(q)
	var answers [][]byte
	if s.answer != nil {
		answers = s.answer(c.n, s, q)
	} else {
		var extra []bencode.Entry
		if s.extra != nil {
			extra = s.extra(target)
		}
		answers = [][]byte{c.n.reply(q, s.id, nearest(s.routes, target, 8), extra...)}
	}
	for _, a := range answers {
		select {
		case c.in <- packet{a, s.addr}:
		default:
		}
	}
	return len(b), nil
}

func (n *network) client(t *testing.T, bootstrap ...*simNode) *Client {
	t.Helper()
	var hosts []string
	for _, b := range bootstrap {
		hosts = append(hosts, b.addr.String())
	}
	cfg := Config{Bootstrap: hosts, Timeout: 100 * time.Millisecond}
	if n.resolver != nil {
		cfg.Resolver = n.resolver
	}
	return n.open(t, cfg)
}

// open opens a client on the network.
func (n *network) open(t *testing.T, cfg Config) *Client {
	t.Helper()
	cfg.Listen = func(name string) (net.PacketConn, error) {
		if (name == "udp6") != n.v6 {
			return nil, errors.New("not in this test")
		}
		return &simConn{n: n, in: make(chan packet, 10000), closed: make(chan struct{})}, nil
	}
	c, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// place makes the eight nodes closest to a target know something, and returns
// the rest by distance.
func (n *network) place(target ID, extra func(ID) []bencode.Entry) (rest []*simNode) {
	var honest []node
	for _, s := range n.all {
		if s.answer == nil {
			honest = append(honest, s.node)
		}
	}
	for i, x := range nearest(honest, target, len(honest)) {
		if s := n.nodes[x.addr]; i < 8 {
			s.extra = extra
		} else {
			rest = append(rest, s)
		}
	}
	return rest
}

func values(addrs ...string) func(ID) []bencode.Entry {
	list := []byte("l")
	for _, a := range addrs {
		ap := netip.MustParseAddrPort(a)
		list = bencode.AppendString(list, string(binary.BigEndian.AppendUint16(ap.Addr().AsSlice(), ap.Port())))
	}
	return func(ID) []bencode.Entry {
		return []bencode.Entry{{Key: "values", Value: append(slices.Clone(list), 'e')}}
	}
}

// liars are the ways in which nodes lie.
func liars(n *network) map[string]func(*network, *simNode, bencode.Value) [][]byte {
	type fn = func(*network, *simNode, bencode.Value) [][]byte
	close := func(n *network, target ID, i int) ID {
		id := target
		binary.BigEndian.PutUint64(id[12:], n.rng.Uint64())
		id[11] ^= byte(i)
		return id
	}
	return map[string]fn{
		"silent": func(*network, *simNode, bencode.Value) [][]byte { return nil },
		"garbage": func(*network, *simNode, bencode.Value) [][]byte {
			return [][]byte{[]byte("garbage"), {}, []byte("de"), []byte("d1:rde1:t4:xxxx1:y1:re")}
		},
		"other transaction": func(n *network, s *simNode, q bencode.Value) [][]byte {
			var out [][]byte
			for range 20 {
				out = append(out, bytes.Replace(n.reply(q, s.id, nil, values("6.6.6.6:666")(ID{})...), []byte("1:t4:"), []byte("1:t4:\x00"), 1)[:60])
			}
			return out
		},
		"error": func(_ *network, _ *simNode, q bencode.Value) [][]byte {
			t, _ := q.Get("t")
			return [][]byte{bencode.AppendDict(nil, []bencode.Entry{{Key: "e", Value: []byte("li201e4:oopse")}, {Key: "t", Value: t.Raw()}, {Key: "y", Value: []byte("1:e")}})}
		},
		"other id": func(n *network, s *simNode, q bencode.Value) [][]byte {
			return [][]byte{n.reply(q, targetOf(q), nil)}
		},
		"our id": func(n *network, s *simNode, q bencode.Value) [][]byte {
			a, _ := q.Get("a")
			id, _ := idOf(a)
			return [][]byte{n.reply(q, id, []node{{id, s.addr}})}
		},
		"nobody there": func(n *network, s *simNode, q bencode.Value) [][]byte {
			var fakes []node
			for i := range 100 {
				fakes = append(fakes, node{close(n, targetOf(q), i), netip.AddrPortFrom(netip.AddrFrom4([4]byte{9, byte(n.rng.Uint32()), byte(n.rng.Uint32()), 1}), 1)})
			}
			return [][]byte{n.reply(q, s.id, fakes)}
		},
		"accomplices": func(n *network, s *simNode, q bencode.Value) [][]byte {
			var fakes []node
			for i := range 16 { // each comes to life, close to the target, and does the same
				f := &simNode{node: node{close(n, targetOf(q), i), netip.AddrPortFrom(netip.AddrFrom4([4]byte{11, byte(n.rng.Uint32()), byte(n.rng.Uint32()), byte(i)}), 1)}, answer: s.answer}
				n.nodes[f.addr] = f
				fakes = append(fakes, f.node)
			}
			return [][]byte{n.reply(q, s.id, fakes)}
		},
		"huge": func(n *network, s *simNode, q bencode.Value) [][]byte {
			return [][]byte{n.reply(q, s.id, nil, bencode.Entry{Key: "x", Value: bencode.AppendString(nil, strings.Repeat("x", 60000))})}
		},
	}
}

// TestLookup holds the bounds of a lookup over 200 nodes, a fifth of which lie.
func TestLookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size, rounds = 200, 15 // 2 x log2 of 200
		for seed := range uint64(30) {
			n := newNetwork(t, seed, size, false)
			kinds := liars(n)
			names := slices.Sorted(func(yield func(string) bool) {
				for k := range kinds {
					if !yield(k) {
						return
					}
				}
			})
			for i, k := range n.rng.Perm(size)[:size/5] {
				n.all[k].answer = kinds[names[i%len(names)]]
			}
			target := n.randomID()
			rest := n.place(target, values("1.2.3.4:5", "5.6.7.8:9"))
			begin := []*simNode{rest[len(rest)-1], rest[len(rest)/2]}
			begin[0].routes = append(begin[0].routes, n.all[0].node)
			c := n.client(t, begin...)
			var got []netip.AddrPort
			stats, err := c.Peers(context.Background(), target, nil, func(a netip.AddrPort) { got = append(got, a) })
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(got, netip.MustParseAddrPort("1.2.3.4:5")) {
				t.Errorf("seed %d: found %v, %+v", seed, got, stats)
			}
			if slices.Contains(got, netip.MustParseAddrPort("6.6.6.6:666")) {
				t.Errorf("seed %d: believed a forged answer", seed)
			}
			if stats.Depth > rounds || stats.Queries != n.sent || n.sent >= 200 {
				t.Errorf("seed %d: %+v, %d datagrams", seed, stats, n.sent)
			}
			if seed == 0 {
				t.Logf("%+v", stats)
			}
		}
	})
}

// TestLookupAmongOneKind meets each kind of liar in numbers.
func TestLookupAmongOneKind(t *testing.T) {
	for name := range liars(nil) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				failed := 0
				for seed := range uint64(10) {
					n := newNetwork(t, 100+seed, 200, false)
					for _, k := range n.rng.Perm(200)[:50] {
						n.all[k].answer = liars(n)[name]
					}
					target := n.randomID()
					rest := n.place(target, values("1.2.3.4:5"))
					c := n.client(t, rest[len(rest)-1], rest[len(rest)-2], rest[len(rest)-3])
					found := false
					_, err := c.Peers(context.Background(), target, nil, func(netip.AddrPort) { found = true })
					if err != nil || n.sent >= 200 {
						t.Errorf("seed %d: %v, %d datagrams", seed, err, n.sent)
					}
					if !found {
						failed++
					}
				}
				if failed > 1 { // a quarter of all nodes lie alike: that may hide a target now and then
					t.Errorf("%d of 10 lookups found nothing", failed)
				}
			})
		})
	}
}

func TestLookupIPv6(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, 5, 100, true)
		target := n.randomID()
		rest := n.place(target, values("[2001:4860::5]:77"))
		var got []netip.AddrPort
		if _, err := n.client(t, rest[len(rest)-1]).Peers(context.Background(), target, nil, func(a netip.AddrPort) { got = append(got, a) }); err != nil || len(got) != 1 {
			t.Errorf("found %v, %v", got, err)
		}
	})
}

func TestLookupsShareNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, 6, 200, false)
		a, b := n.randomID(), n.randomID()
		rest := n.place(a, values("1.2.3.4:5"))
		n.place(b, values("1.2.3.4:6"))
		c := n.client(t, rest[len(rest)-1])
		var got []netip.AddrPort
		found := func(a netip.AddrPort) { got = append(got, a) }
		if _, err := c.Peers(context.Background(), a, nil, found); err != nil {
			t.Fatal(err)
		}
		rest[len(rest)-1].answer = liars(n)["silent"]
		// Nodes near a answer with its peer whatever they are asked about.
		if stats, err := c.Peers(context.Background(), b, nil, found); err != nil || !slices.Contains(got, netip.MustParseAddrPort("1.2.3.4:6")) {
			t.Errorf("without the first node: %v, %v, %+v", got, err, stats)
		}
	})
}

func TestPrivateAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, 7, 50, false)
		target := n.randomID()
		rest := n.place(target, values("127.0.0.1:5", "10.1.2.3:5", "1.2.3.4:5", "224.0.0.1:5", "192.168.1.1:1"))
		var got []netip.AddrPort
		_, err := n.client(t, rest[len(rest)-1]).Peers(context.Background(), target, nil, func(a netip.AddrPort) { got = append(got, a) })
		if err != nil || len(got) != 1 {
			t.Errorf("found %v, %v", got, err)
		}
	})
}

// Whatever names an address that is not public, no datagram goes there, and no
// peer is found there; the person's own node is asked wherever it is.
func TestStrangersStayOutside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, v6 := range []bool{false, true} {
			n := newNetwork(t, 9, 20, v6)
			n.resolver = new(dialtest.Resolver)
			first := n.all[0]
			honest := first.routes
			for _, f := range dialtest.Private() {
				addr := netip.AddrPortFrom(f.Addr.Unmap(), 6881)
				first.routes = honest
				if n.v6 != addr.Addr().Is4() {
					first.routes = append([]node{{n.randomID(), addr}}, honest[:3]...)
				}
				target := first.routes[0].id
				first.extra = values(addr.String())
				host := net.JoinHostPort(f.Host, "6881")
				n.to = nil
				_, err := n.client(t, first).Peers(t.Context(), target, []string{host}, func(a netip.AddrPort) { t.Errorf("%v is said to be a peer", a) })
				if err != nil {
					t.Errorf("%s: %v", f.Host, err)
				}
				for _, to := range n.to {
					if !dial.Public(to.Addr()) {
						t.Errorf("strangers that named %s had a datagram sent to %v", f.Host, to)
					}
				}
				if n.v6 == addr.Addr().Is4() {
					continue
				}
				n.to = nil
				if _, err := n.open(t, Config{Bootstrap: []string{host}, Timeout: time.Nanosecond, Resolver: n.resolver}).Peers(t.Context(), target, nil, nil); !errors.Is(err, ErrNoNodes) {
					t.Errorf("%s: %v", f.Host, err)
				}
				if len(n.to) != 1 || n.to[0].Addr().WithZone("") != addr.Addr() {
					t.Errorf("the person's node at %s: datagrams went to %v", f.Host, n.to)
				}
			}
		}
	})
}

func TestNobodyAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, 8, 3, false)
		for _, s := range n.all {
			s.answer = liars(n)["silent"]
		}
		if _, err := n.client(t, n.all...).Peers(context.Background(), ID{1}, nil, nil); !errors.Is(err, ErrNoNodes) {
			t.Errorf("error %v", err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := n.client(t, n.all...).Peers(ctx, ID{1}, nil, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestScrape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, 9, 100, false)
		target := n.randomID()
		fill := func(count int) []byte {
			var b bloom
			for i := range count {
				sum := sha1.Sum([]byte(fmt.Sprint("address", i)))
				for _, k := range []int{int(sum[0]) | int(sum[1])<<8, int(sum[2]) | int(sum[3])<<8} {
					b[k%2048/8] |= 1 << (k % 8)
				}
			}
			return bencode.AppendString(nil, b[:])
		}
		rest := n.place(target, func(ID) []bencode.Entry {
			return []bencode.Entry{{Key: "BFpe", Value: fill(400)}, {Key: "BFsd", Value: fill(30)}}
		})
		s, _, err := n.client(t, rest[len(rest)-1]).Scrape(context.Background(), target, nil)
		if err != nil || s.Nodes != 8 || s.Seeds < 28 || s.Seeds > 32 || s.Downloaders < 370 || s.Downloaders > 430 {
			t.Errorf("%+v, %v", s, err)
		}
		for full, want := range map[byte]int{0: 0, 0xff: 7806} {
			var b bloom
			for i := range b {
				b[i] = full
			}
			if got := b.estimate(); got < want-1 || got > want+1 {
				t.Errorf("a filter of %#x gives %d, want %d", full, got, want)
			}
		}
	})
}

// TestSignature holds the vectors of BEP 44.
func TestSignature(t *testing.T) {
	key := [32]byte([]byte("\x77\xff\x84\x90\x5a\x91\x93\x63\x67\xc0\x13\x60\x80\x31\x04\xf9\x24\x32\xfc\xd9\x04\xa4\x35\x11\x87\x6d\xf5\xcd\xf3\xe7\xe5\x48"))
	for salt, sig := range map[string]string{
		"":       "305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01",
		"foobar": "6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17ddf9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08",
	} {
		raw := make([]byte, 64)
		if _, err := fmt.Sscanf(sig, "%x", &raw); err != nil {
			t.Fatal(err)
		}
		answer := func(v, seq string, sig []byte) bencode.Value {
			d := bencode.AppendDict(nil, []bencode.Entry{{Key: "seq", Value: []byte(seq)}, {Key: "sig", Value: bencode.AppendString(nil, sig)}, {Key: "v", Value: []byte(v)}})
			x, _, err := bencode.Scan(d)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		if _, ok := signedItem(answer("12:Hello World!", "i1e", raw), key, []byte(salt)); !ok {
			t.Errorf("salt %q: the signature is refused", salt)
		}
		if _, ok := signedItem(answer("12:Hello World?", "i1e", raw), key, []byte(salt)); ok {
			t.Errorf("salt %q: another value is accepted", salt)
		}
		if _, ok := signedItem(answer("12:Hello World!", "i2e", raw), key, []byte(salt)); ok {
			t.Errorf("salt %q: another sequence number is accepted", salt)
		}
		if _, ok := signedItem(answer("12:Hello World!", "i1e", raw), key, []byte("other")); ok {
			t.Errorf("salt %q: another salt is accepted", salt)
		}
	}
}

func TestMutable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, 10, 200, false)
		public, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		key, salt := [32]byte(public), []byte("salt")
		target := ID(sha1.Sum(append(slices.Clone(public), salt...)))
		item := func(seq int, value string, forged bool) []bencode.Entry {
			sig := ed25519.Sign(private, fmt.Appendf(nil, "4:salt%d:%s3:seqi%de1:v%s", len(salt), salt, seq, value))
			if forged {
				sig[0]++
			}
			return []bencode.Entry{{Key: "k", Value: bencode.AppendString(nil, []byte(public))}, {Key: "seq", Value: bencode.AppendInt(nil, int64(seq))},
				{Key: "sig", Value: bencode.AppendString(nil, sig)}, {Key: "v", Value: []byte(value)}}
		}
		asked := 0
		rest := n.place(target, func(ID) []bencode.Entry {
			asked++
			return item(asked%5, fmt.Sprintf("d2:ih1:%de", asked%5), asked == 4)
		})
		got, _, err := n.client(t, rest[len(rest)-1]).Mutable(context.Background(), key, salt, nil)
		if err != nil || got.Seq != 3 || string(got.Value) != "d2:ih1:3e" {
			t.Errorf("%+v, %v", got, err)
		}
		if _, _, err := n.client(t, rest[0]).Mutable(context.Background(), key, nil, nil); !errors.Is(err, ErrNoItem) {
			t.Errorf("without the salt: %v", err)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	n := newNetwork(&testing.T{}, 1, 10, false)
	q, _, _ := bencode.Scan([]byte("d1:ad9:info_hash20:aaaaaaaaaaaaaaaaaaaae1:t4:abcde"))
	f.Add(n.reply(q, ID{1}, n.all[0].routes, values("1.2.3.4:5")(ID{})...))
	f.Add([]byte("d1:rd2:id20:aaaaaaaaaaaaaaaaaaaa5:nodes3:xxx6:valuesl1:ai5eee1:t1:x1:y1:re"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := answerOf(raw)
		if err != nil {
			return
		}
		fam := &family{client: &Client{}, network: "udp4"}
		if got := fam.nodesOf(r); len(got) > nodesTaken {
			t.Errorf("%d nodes", len(got))
		}
		signedItem(r, [32]byte{}, nil)
		new(bloom).merge(r, "BFsd")
	})
}
