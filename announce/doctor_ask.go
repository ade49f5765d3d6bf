package announce

import (
	"context"
	"fmt"
	"time"

	"github.com/torrentkit/torrentkit/internal/secret"
	"github.com/torrentkit/torrentkit/metainfo"
)

// outcome is what a check comes to.
type outcome struct {
	state  State
	detail string
	cause  string // which others may share; a Skip may have one, too
}

func passed(format string, args ...any) outcome {
	return outcome{state: Pass, detail: fmt.Sprintf(format, args...)}
}

func failed(format string, args ...any) outcome {
	return outcome{state: Fail, detail: fmt.Sprintf(format, args...)}
}

func skipped(format string, args ...any) outcome {
	return outcome{state: Skip, detail: fmt.Sprintf(format, args...)}
}

// failedFor is for a cause for which other checks may fail, too.
func failedFor(cause string) outcome { return outcome{Fail, cause, cause} }

// skippedFor is for what an answer would show, if it were there.
func skippedFor(f *Failure) outcome { return outcome{Skip, words(f), words(f)} }

// words describes a failure for a verdict.
func words(f *Failure) string {
	if f.inWords {
		return "refused: " + clip(f.Reason)
	}
	return string(f.Code) + ": " + f.Error()
}

// answer is what one question of the doctor brought, over whatever transport.
type answer struct {
	Result
	http *httpAnswer // the last one over HTTP
}

// bad is why there is no reply, nil where there is one.
func (a *answer) bad() *Failure {
	if a.Reply != nil {
		return nil
	}
	return a.Failure
}

// good is the verdict on a question that a tracker should answer.
func (a answer) good() outcome {
	if f := a.bad(); f != nil {
		return failedFor(words(f))
	}
	return passed("answered")
}

// finding fails on findings of these ids.
func (a answer) finding(ids ...string) outcome {
	if a.bad() != nil {
		return skippedFor(a.Failure)
	}
	if f, ok := found(a.Findings, ids...); ok {
		return failed("%s", f.Text)
	}
	return passed("as it should be")
}

// refusal is the verdict on a question that a tracker should refuse in words.
func (a answer) refusal() outcome {
	switch f := a.bad(); {
	case f == nil:
		return failed("accepted without a word")
	case f.inWords:
		return passed("%s", words(f))
	default:
		return failedFor(words(f))
	}
}

// unharmed wants any answer that a client can read.
func (a answer) unharmed() outcome {
	switch {
	case a.bad() == nil:
		return passed("answered")
	case a.http != nil && a.http.status >= 400 && a.http.status < 500:
		return passed("refused with status %s", a.http.statusOut)
	}
	return a.refusal()
}

// member is a peer that the doctor plays.
type member struct {
	name string
	id   [20]byte
	port uint16
	kept session // over WebSocket: trackers drop a peer whose connection ends
}

// member returns the peer of that name, the same one each time.
func (d *doctor) member(name string) *member {
	m := d.members[name]
	if m == nil {
		m = &member{name: name, id: randomPeerID(), port: freePort(d.members, d.first.Reply)}
		d.members[name] = m
	}
	return m
}

// asking changes the options of one question.
type asking func(*Options)

func asSeed() asking    { return func(o *Options) { o.Seed = true } }
func want(n int) asking { return func(o *Options) { o.NumWant = n } }

// ask announces as a member of the swarm, over the tracker's own transport.
func (d *doctor) ask(name string, event Event, how ...asking) answer {
	return d.askAbout(d.hash, name, event, how...)
}

// askAbout is ask for any torrent.
func (d *doctor) askAbout(hash metainfo.HashV1, name string, event Event, how ...asking) answer {
	if d.odd = nil; hash != d.hash {
		d.odd = []string{"another torrent"}
	}
	a := answer{Result: d.tell(d.member(name), hash, event, how...)}
	d.keep(&a.Result)
	return a
}

// tell is askAbout without a trace, so that members can do it side by side.
func (d *doctor) tell(m *member, hash metainfo.HashV1, event Event, how ...asking) Result {
	opt := d.opt.Options
	opt.PeerID, opt.Port, opt.Event, opt.NumWant, opt.Left = m.id, m.port, event, 0, 1<<20
	for _, f := range how {
		f(&opt)
	}
	q := Query{Tracker: d.e.raw, Hash: hash}
	s := opt.fill(q)
	r := Result{Query: q, Event: event, Transport: d.e.transport}
	ctx, cancel := context.WithTimeout(d.ctx, d.opt.Timeout)
	defer cancel()
	r.Reply, r.Failure = d.askAs(ctx, m, &s, &r)
	return r
}

func (d *doctor) askAs(ctx context.Context, m *member, s *settings, r *Result) (reply *Reply, f *Failure) {
	t, addrs := m.kept, d.addrs
	if t == nil && addrs == nil && s.Proxy == nil {
		if addrs, f = s.resolve(ctx, d.e.host, d.e.port); f != nil {
			return nil, f
		}
	}
	if t == nil {
		if t, f = s.open(ctx, d.e, addrs, r); f != nil {
			return nil, f
		}
	}
	reply, f = s.tell(ctx, t, r)
	m.kept = t
	if !d.e.transport.isWS() || f != nil && !f.TrackerSpoke() { // the connection is spent
		t.close()
		m.kept = nil
	}
	return reply, f
}

// keep remembers the last exchange of a result for the verdict, and error packets.
func (d *doctor) keep(r *Result) {
	for _, x := range r.Exchanges {
		d.received = x.Received
		switch {
		case x.Request != nil:
			d.sent = x.Request.Method + " " + secret.URL(x.Request.URL)
		case x.Transport == UDP:
			d.sent = fmt.Sprintf("%d bytes: %x", len(x.Sent), x.Sent[:min(len(x.Sent), 98)])
			if isAction(x.Received, actError) {
				d.errors = append(d.errors, x.Received)
			}
		default:
			d.sent = secret.Of(d.e.raw).Hide(clip(string(x.Sent)))
		}
	}
}

// aside does what the verdict does not speak of, such as taking an announce back.
func (d *doctor) aside(do func()) {
	sent, received, odd := d.sent, d.received, d.odd
	do()
	d.sent, d.received, d.odd = sent, received, odd
}

// unlisted asks for a torrent that nobody registered.
func unlisted(d *doctor) outcome {
	h := RandomHash()
	a := d.askAbout(h, "c", EventNone)
	if a.bad() != nil {
		return a.refusal()
	}
	d.aside(func() { d.askAbout(h, "c", EventStopped) })
	return passed("any torrent is tracked")
}

// obeysNumWant looks at how many peers a question brings, where a seeder and a leecher
// could be named: at most as many as were wanted, and some where the tracker may choose.
func obeysNumWant(n int, ask func(d *doctor, n int) answer) func(*doctor) outcome {
	return func(d *doctor) outcome {
		d.ask("a", EventNone, asSeed())
		d.ask("b", EventNone)
		a := ask(d, n)
		if o := a.good(); o.state == Fail {
			return o
		}
		came := a.Reply.Peers.Len()
		if n < 0 && came == 0 {
			if fifty := ask(d, 50); fifty.Reply != nil && fifty.Reply.Peers.Len() == 0 {
				return skipped("no peers come where 50 are wanted either")
			}
		}
		if n < 0 && came == 0 || n >= 0 && came > n {
			return failed("%s came", plural(came, "peer"))
		}
		return passed("%s came", plural(came, "peer"))
	}
}

// pause waits, unless the examination ends.
func (d *doctor) pause(t time.Duration) {
	select {
	case <-d.ctx.Done():
	case <-time.After(t):
	}
}
