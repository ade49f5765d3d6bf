package dht

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"sort"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

const (
	parallel    = 8   // queries under way
	closest     = 8   // nodes nearest to the target that must have answered (k in BEP 5)
	patient     = 24  // and when nothing was found by then
	maxQueries  = 150 // of a lookup, in each family
	maxKnown    = 600 // candidates of a lookup
	nodesTaken  = 16  // of one answer
	maxFailures = 4   // of nodes that one node named, before no more of those are asked
)

// Stats tells what a lookup cost.
type Stats struct {
	Queries int // datagrams sent
	Answers int // of nodes that answered as they should
	Depth   int // how many steps from the first nodes the last answer was that brought something
}

func (s *Stats) add(o Stats) {
	s.Queries += o.Queries
	s.Answers += o.Answers
	s.Depth = max(s.Depth, o.Depth)
}

type state uint8

const (
	fresh state = iota
	asked
	answered
	failed
)

// candidate is a node that a lookup knows.
type candidate struct {
	node
	named    bool // somebody told its id
	state    state
	depth    int
	by       *candidate // who named it
	line     *candidate // the first node on the way from the beginning
	failures int        // of nodes that it named
	spent    int        // queries to nodes of its line
}

type lookup struct {
	f      *family
	target ID
	method string
	args   []bencode.Entry
	// take looks at an answer and reports whether it holds what is looked for.
	take func(r bencode.Value) bool

	known  map[netip.AddrPort]*candidate
	hosts  map[netip.Addr]int
	list   []*candidate // by distance; those without an id first
	found  bool
	turn   int
	stats  Stats
	events chan event
}

type event struct {
	c   *candidate
	r   bencode.Value
	err error
}

// run asks ever closer nodes until the closest ones have answered.
func (l *lookup) run(ctx context.Context, begin []netip.AddrPort) (Stats, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l.known, l.hosts, l.events = map[netip.AddrPort]*candidate{}, map[netip.Addr]int{}, make(chan event, parallel)
	good := l.f.remembered()
	sort.Slice(good, func(i, j int) bool { return l.compare(good[i].id, good[j].id) < 0 })
	for _, n := range good[:min(len(good), 2*closest)] {
		l.add(n, true, nil)
	}
	for _, a := range begin {
		l.add(node{addr: a}, false, nil)
	}
	under := 0
	for {
		for under < parallel && l.stats.Queries < maxQueries && ctx.Err() == nil {
			c := l.next()
			if c == nil {
				break
			}
			under++
			l.ask(ctx, c)
		}
		if under == 0 {
			break
		}
		e := <-l.events
		under--
		l.handle(e)
	}
	if l.stats.Answers == 0 && ctx.Err() == nil {
		return l.stats, ErrNoNodes
	}
	return l.stats, ctx.Err()
}

func (l *lookup) ask(ctx context.Context, c *candidate) {
	c.state = asked
	l.stats.Queries++
	if c.line != nil {
		c.line.spent++
	}
	go func() {
		r, err := l.f.query(ctx, c.addr, l.method, l.args)
		l.events <- event{c, r, err}
	}()
}

func (l *lookup) compare(a, b ID) int {
	for i := range a {
		if d := cmp.Compare(a[i]^l.target[i], b[i]^l.target[i]); d != 0 {
			return d
		}
	}
	return 0
}

func (l *lookup) order(a, b *candidate) int {
	switch {
	case a.named && b.named:
		return l.compare(a.id, b.id)
	case a.named:
		return 1
	case b.named:
		return -1
	}
	return 0
}

// add makes a candidate of a node that by named, or that the lookup begins with,
// which was judged before.
func (l *lookup) add(n node, named bool, by *candidate) {
	if by != nil && !(l.f.has(n.addr.Addr()) && l.f.client.takes(n.addr.Addr())) || l.known[n.addr] != nil || len(l.list) >= maxKnown || n.id == l.f.client.id {
		return
	}
	if !l.f.client.cfg.AllowPrivate && l.hosts[n.addr.Addr()] > 0 {
		return
	}
	l.hosts[n.addr.Addr()]++
	c := &candidate{node: n, named: named, by: by}
	if by != nil {
		c.depth = by.depth + 1
		if c.line = by.line; c.line == nil {
			c.line = c
		}
	}
	l.known[n.addr] = c
	l.insert(c)
}

// insert puts a candidate where its id belongs.
func (l *lookup) insert(c *candidate) {
	at, _ := slices.BinarySearchFunc(l.list, c, l.order)
	l.list = append(l.list, nil)
	copy(l.list[at+1:], l.list[at:])
	l.list[at] = c
}

// next picks whom to ask: in turn the node closest to the target, and the
// closest one of the line that had the fewest queries. It is nil when the
// closest nodes have answered.
func (l *lookup) next() *candidate {
	enough := closest
	if !l.found {
		enough = patient
	}
	var near, fair *candidate
	done := 0
	for _, c := range l.list {
		if c.state == answered && c.named {
			done++
		}
		if done >= enough {
			break
		}
		if c.state != fresh || c.by != nil && c.by.failures >= maxFailures {
			continue
		}
		if near == nil {
			near = c
		}
		if c.line != nil && (fair == nil || c.line.spent < fair.line.spent) {
			fair = c
		}
	}
	l.turn++
	if fair != nil && l.turn%2 == 0 {
		return fair
	}
	return near
}

func (l *lookup) handle(e event) {
	c := e.c
	id, ok := idOf(e.r)
	switch {
	case e.err == nil && ok && (!c.named || id == c.id) && id != l.f.client.id:
		c.state = answered
	case errors.Is(e.err, context.Canceled):
		return
	default:
		c.state = failed
		if c.by != nil {
			c.by.failures++
		}
		return
	}
	if !c.named {
		c.id, c.named = id, true
		at := slices.Index(l.list, c)
		l.list = append(l.list[:at], l.list[at+1:]...)
		l.insert(c)
	}
	l.stats.Answers++
	l.f.remember(c.node)
	if l.take(e.r) {
		l.found = true
		l.stats.Depth = max(l.stats.Depth, c.depth)
	}
	for _, n := range l.f.nodesOf(e.r) {
		l.add(n, true, c)
	}
}

func idOf(r bencode.Value) (ID, bool) {
	v, _ := r.Get("id")
	b, _ := v.Bytes()
	if len(b) != len(ID{}) {
		return ID{}, false
	}
	return ID(b), true
}

// nodesOf returns the nodes that an answer names, at most nodesTaken.
func (f *family) nodesOf(r bencode.Value) []node {
	key, size := "nodes", 4
	if f.network == "udp6" {
		key, size = "nodes6", 16
	}
	v, _ := r.Get(key)
	b, _ := v.Bytes()
	var out []node
	for whole := 20 + size + 2; len(b) >= whole && len(out) < nodesTaken; b = b[whole:] {
		entry := b[:whole]
		if addr, ok := compactAddr(entry[20:]); ok {
			out = append(out, node{ID(entry), addr})
		}
	}
	return out
}

// compactAddr reads an address and port of 6 or 18 bytes.
func compactAddr(b []byte) (netip.AddrPort, bool) {
	if len(b) != 6 && len(b) != 18 {
		return netip.AddrPort{}, false
	}
	ip, ok := netip.AddrFromSlice(b[:len(b)-2])
	port := uint16(b[len(b)-2])<<8 | uint16(b[len(b)-1])
	return netip.AddrPortFrom(ip.Unmap(), port), ok && port != 0
}

// lookup runs a lookup in every family at once. take is called by one
// goroutine at a time.
func (c *Client) lookup(ctx context.Context, nodes []string, target ID, method string, args []bencode.Entry, take func(f *family, r bencode.Value) bool) (Stats, error) {
	type outcome struct {
		stats Stats
		err   error
	}
	outcomes := make(chan outcome, len(c.families))
	gate := make(chan struct{}, 1)
	for _, f := range c.families {
		go func() {
			l := &lookup{f: f, target: target, method: method, take: func(r bencode.Value) bool {
				gate <- struct{}{}
				defer func() { <-gate }()
				return take(f, r)
			}}
			want := "n4"
			if f.network == "udp6" {
				want = "n6"
			}
			l.args = append(slices.Clone(args), bencode.Entry{Key: "want", Value: bencode.AppendString([]byte("l"), want)})
			l.args[len(l.args)-1].Value = append(l.args[len(l.args)-1].Value, 'e')
			stats, err := l.run(ctx, f.resolve(ctx, nodes))
			outcomes <- outcome{stats, err}
		}()
	}
	var stats Stats
	err := ErrNoNodes
	for range c.families {
		o := <-outcomes
		stats.add(o.stats)
		if o.err == nil || !errors.Is(o.err, ErrNoNodes) {
			err = o.err
		}
	}
	return stats, err
}
