package announce

import (
	"context"
	"fmt"

	"github.com/torrentkit/torrentkit/internal/secret"
)

// member is a peer that the doctor plays.
type member struct {
	name string
	id   [20]byte
	port uint16
}

// member returns the peer of that name, the same one each time.
func (d *doctor) member(name string) *member {
	m := d.members[name]
	if m == nil {
		m = &member{name: name, id: randomPeerID(), port: uint16(20001 + 17*len(d.members))}
		d.members[name] = m
	}
	return m
}

// asking changes the options of one question.
type asking func(*Options)

func asSeed() asking    { return func(o *Options) { o.Seed = true } }
func want(n int) asking { return func(o *Options) { o.NumWant = n } }

// ask announces as a member of the swarm, over the tracker's own transport.
func (d *doctor) ask(name string, event Event, how ...asking) Result {
	m := d.member(name)
	opt := d.opt.Options
	opt.PeerID, opt.Port, opt.Event, opt.NumWant, opt.Left = m.id, m.port, event, 0, 1<<20
	for _, f := range how {
		f(&opt)
	}
	q := Query{Tracker: d.e.raw, Hash: d.hash}
	if d.e.transport == WS || d.e.transport == WSS {
		return d.askWS(m, q, opt)
	}
	s := opt.fill(q)
	r := Result{Query: q, Event: event, Transport: d.e.transport}
	ctx, cancel := context.WithTimeout(d.ctx, d.opt.Timeout)
	defer cancel()
	addrs := d.addrs
	if addrs == nil && s.Proxy == nil {
		var f *Failure
		if addrs, f = s.resolve(ctx, d.e.host, d.e.port); f != nil {
			r.Failure = f
			return r
		}
	}
	s.announce(ctx, d.e, addrs, &r)
	d.keep(&r)
	return r
}

// askWS asks over the connection of the member, which stays open: trackers
// drop a peer whose connection ends.
func (d *doctor) askWS(m *member, q Query, opt Options) Result {
	s := opt.fill(q)
	r := Result{Query: q, Event: opt.Event, Transport: d.e.transport}
	ctx, cancel := context.WithTimeout(d.ctx, d.opt.Timeout)
	defer cancel()
	w := d.w[m.name]
	if w == nil {
		addrs, f := s.resolve(ctx, d.e.host, d.e.port)
		if d.addrs != nil {
			addrs, f = d.addrs, nil
		}
		if f == nil {
			w, f = s.openWS(ctx, d.e, addrs, &r)
		}
		if f != nil {
			r.Failure = f
			return r
		}
		d.w[m.name] = w
	} else {
		r.Addr, r.Local = w.res.Addr, w.res.Local
	}
	w.s, w.res = &s, &r
	r.Reply, r.Failure = w.announce(ctx, q, opt.Event)
	if r.Failure != nil && !r.Failure.TrackerSpoke() { // the connection is spent
		w.close()
		delete(d.w, m.name)
	}
	d.keep(&r)
	return r
}

// keep remembers the last exchange of a result for the verdict.
func (d *doctor) keep(r *Result) {
	if n := len(r.Exchanges); n > 0 {
		d.show(&r.Exchanges[n-1])
	}
}

// aside does what the verdict does not speak of, such as taking an announce back.
func (d *doctor) aside(do func()) {
	sent, received := d.sent, d.received
	do()
	d.sent, d.received = sent, received
}

func (d *doctor) show(x *Exchange) {
	d.received = x.Received
	switch {
	case x.Request != nil:
		d.sent = x.Request.Method + " " + secret.URL(x.Request.URL)
	case x.Transport == UDP:
		d.sent = fmt.Sprintf("%d bytes: %x", len(x.Sent), x.Sent[:min(len(x.Sent), 98)])
	default:
		d.sent = secret.Of(d.e.raw).Hide(string(x.Sent))
	}
}
