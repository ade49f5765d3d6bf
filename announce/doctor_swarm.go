package announce

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/secret"
	"github.com/torrentkit/torrentkit/metainfo"
)

// swarmFacts is what a small swarm showed: A seeds, B leeches, completes and
// leaves. Steps are what A was told, and what a scrape said, at each point.
type swarmFacts struct {
	broken *Failure // an announce that failed ended it
	bSees  *answer
	aSees  *answer
	alone  step  // only A
	both   step  // A and B
	done   step  // B has completed
	again  step  // B has said so twice
	left   step  // B has gone
	stale  *Peer // that is B, and handed out all the same
	views  map[string]Counts
}

// step is one point of the simulation.
type step struct {
	reply  Reply
	scrape Counts // not Known where there is no scrape
}

// simulate runs the swarm for the nth time; all checks of the group read its facts.
func (d *doctor) simulate(n int) *swarmFacts {
	if n < len(d.swarms) {
		return d.swarms[n]
	}
	f := &swarmFacts{views: make(map[string]Counts)}
	d.swarms = append(d.swarms, f)
	for name := range d.members { // those of earlier checks leave first
		if name != "a" {
			d.ask(name, EventStopped)
		}
	}
	b := func(event Event, how ...asking) *answer {
		r := d.ask("b", event, how...)
		if r.Failure != nil && f.broken == nil {
			f.broken = r.Failure
		}
		return r
	}
	f.alone, _ = d.step(f)
	f.bSees = b(EventStarted, want(50))
	f.both, f.aSees = d.step(f)
	d.otherViews(f)
	b(EventCompleted, asSeed())
	f.done, _ = d.step(f)
	b(EventCompleted, asSeed())
	f.again, _ = d.step(f)
	b(EventStopped, asSeed())
	var last *answer
	if f.left, last = d.step(f); last.Reply != nil {
		if p, ok := d.member("b").offered(last.Reply, f.aSees.Reply); ok {
			f.stale = &p
		}
	}
	return f
}

// step asks as A, and scrapes.
func (d *doctor) step(f *swarmFacts) (step, *answer) {
	r := d.ask("a", EventNone, asSeed(), want(50))
	if r.Failure != nil {
		if f.broken == nil {
			f.broken = r.Failure
		}
		return step{}, r
	}
	counts := *r.Reply
	counts.Peers = Peers{} // which keep the answer
	return step{counts, d.scrapeOwn(d.e.raw)}, r
}

// scrapeOwn scrapes our torrent, without patience.
func (d *doctor) scrapeOwn(tracker string) Counts {
	opt := d.opt.Options
	opt.Timeout, opt.Record = min(opt.Timeout, 2*time.Second), false
	r := Scrape(d.ctx, tracker, []metainfo.HashV1{d.hash}, opt)[0]
	if r.Failure != nil {
		return unknownCounts(d.hash)
	}
	return r.Counts[0]
}

// otherViews scrapes the same tracker over its other transports, as far as it
// has them: at the same host and port, and where the options say.
func (d *doctor) otherViews(f *swarmFacts) {
	list := slices.Clone(d.opt.Also)
	for _, scheme := range []string{"http", "udp", "ws"} {
		if own := strings.TrimSuffix(d.e.url.Scheme, "s"); own != scheme && d.s.Proxy == nil {
			list = append(list, (&url.URL{Scheme: scheme, Host: d.e.hostPort(), Path: d.e.url.Path, RawQuery: d.e.url.RawQuery}).String())
		}
	}
	for _, u := range list {
		if c := d.scrapeOwn(u); c.Known {
			f.views[u] = c
		}
	}
}

func bothKnown(a, b int64) bool { return a != Unknown && b != Unknown }

// inSwarm judges by the facts.
func inSwarm(judge func(d *doctor, f *swarmFacts) outcome) func(*doctor) outcome {
	return func(d *doctor) outcome {
		defer func() { d.odd = nil }() // of whichever request of the simulation was the last
		return steadily(d.named, func(run int) (o outcome, still bool) {
			f := d.simulate(run)
			if f.broken != nil {
				return outcome{Skip, "the simulation failed: " + words(f.broken), words(f.broken)}, false
			}
			alone, left := f.alone.reply, f.left.reply
			return judge(d, f), f.stale != nil || alone.Seeds == left.Seeds && alone.Leeches == left.Leeches
		})
	}
}

// withPeers leaves a check out where answers carry no peers.
func withPeers(judge func(d *doctor, f *swarmFacts) outcome) func(*doctor, *swarmFacts) outcome {
	return func(d *doctor, f *swarmFacts) outcome {
		if d.e.transport.isWS() {
			return skipped("WebSocket trackers introduce peers by offers, and none were made")
		}
		return judge(d, f)
	}
}

func swarmChecks() []check {
	return []check{
		{Check{"swarm.visible", "a leecher sees the seeder", 3, "Trackers", Error, "hand out peers that announced"}, inSwarm(withPeers(func(d *doctor, f *swarmFacts) outcome {
			if _, o := f.seeder(d); d.named && o.state != Pass { // in a torrent of our own who else would it be
				return o
			}
			if f.bSees.Reply.Peers.Len() == 0 {
				return d.unseen()
			}
			return passed("B sees %s", plural(f.bSees.Reply.Peers.Len(), "peer"))
		}))},
		{Check{"swarm.address", "the seeder is recorded at its address and port", 3, "Trackers", Error, "record the address that the announce came from, and the port it names"}, inSwarm(withPeers(judgeAddress))},
		{Check{"swarm.self", "a peer is not offered to itself", 0, "", Info, "leave the asking peer out of its own answer"}, inSwarm(withPeers(func(d *doctor, f *swarmFacts) outcome {
			if p, ok := d.member("a").offered(f.aSees.Reply, f.bSees.Reply); ok {
				return failed("A was offered %s, which is A", p.Addr)
			}
			return passed("A sees %s", plural(f.aSees.Reply.Peers.Len(), "other peer"))
		}))},
		{Check{"swarm.counts", "counts move when a leecher joins", 3, "Trackers", Error, "count peers as they come and go"}, inSwarm(judgeCounts)},
		{Check{"swarm.completed", "a leecher that completes becomes a seeder", 3, "Trackers", Error, "read event and left"}, inSwarm(func(_ *doctor, f *swarmFacts) outcome {
			a, b := f.both.reply, f.done.reply
			return judgeMove("completed", a, b, 1, -1)
		})},
		{Check{"swarm.completed-once", "a download is counted once", 48, "", Warning, "a second completed of the same peer counts for nothing"}, inSwarm(judgeOnce)},
		{Check{"swarm.stopped", "stopped removes a peer at once", 3, "Trackers", Error, "otherwise others connect to it in vain"}, inSwarm(func(d *doctor, f *swarmFacts) outcome {
			if f.stale != nil {
				return failed("B has stopped, and is handed out: %s", f.stale.Addr.String())
			}
			return judgeMove("stopped", f.again.reply, f.left.reply, -1, 0)
		})},
		{Check{"swarm.scrape-agrees", "scrape and announce give the same counts at each step", 48, "", Warning, "count in one place"}, inSwarm(judgeScrape)},
		{Check{"swarm.views-agree", "HTTP, UDP and WebSocket give the same counts", 48, "", Warning, "keep one swarm behind every transport"}, inSwarm(func(_ *doctor, f *swarmFacts) outcome {
			own := f.both.scrape
			if !own.Known {
				own.Seeds, own.Leeches = f.both.reply.Seeds, f.both.reply.Leeches
			}
			if len(f.views) == 0 {
				return skipped("no other transport of this tracker answers a scrape")
			}
			for _, u := range slices.Sorted(maps.Keys(f.views)) {
				c := f.views[u]
				if c.Seeds != own.Seeds || c.Leeches != own.Leeches {
					return failed("%s says %s, not %s", secret.URL(u), counted(c.Seeds, c.Leeches), counted(own.Seeds, own.Leeches))
				}
			}
			return passed("%s, as %s", counted(own.Seeds, own.Leeches), plural(len(f.views), "other view"))
		})},
	}
}

func judgeAddress(d *doctor, f *swarmFacts) outcome {
	p, o := f.seeder(d)
	if o.state != Pass {
		return o
	}
	want, certain := ownAddress(&f.bSees.Result)
	switch is := p.Addr.Addr(); {
	case !certain || namesAddress(d.opt.Header) || is == want:
	case want.IsLoopback() && !is.IsLoopback() && !is.IsUnspecified():
		return passed("A is recorded as %s, as which the tracker knows its own machine", is)
	case is.IsUnspecified():
		return outcome{Fail, fmt.Sprintf("A is recorded as %s, not %s", is, want), nowhere}
	default:
		return failed("A is recorded as %s, not %s", p.Addr.Addr(), want)
	}
	return passed("A is recorded as %s", p.Addr)
}

// unseen is that B was given nobody.
func (d *doctor) unseen() outcome {
	cause := "B was given no peers while A seeds"
	if len(d.addrs) == 1 && d.addrs[0].Addr().IsLoopback() {
		cause += " (some trackers know peers on their own machine by an outside address, which may be of the other family: examine it from another machine)"
	}
	return failedFor(cause)
}

// namesAddress says whether headers tell an address of ours, as a proxy's do.
func namesAddress(h http.Header) bool {
	return slices.ContainsFunc([]string{"X-Forwarded-For", "X-Real-Ip", "Forwarded"}, func(name string) bool { return h.Get(name) != "" })
}

// ownAddress is what a tracker should see us as; not certain behind NAT.
func ownAddress(r *Result) (netip.Addr, bool) {
	if r.Reply != nil && r.Reply.ExternalIP.IsValid() {
		return r.Reply.ExternalIP, true
	}
	local, tracker := r.Local.Addr(), r.Addr.Addr()
	if !local.IsValid() || !tracker.IsValid() {
		return local, false
	}
	nat := dial.Private(local) && !dial.Private(tracker)
	return local, !nat
}

func judgeMove(what string, before, after Reply, seeds, leeches int64) outcome {
	if !bothKnown(before.Seeds, after.Seeds) {
		return skipped("the tracker gives no counts")
	}
	ds, dl := after.Seeds-before.Seeds, after.Leeches-before.Leeches
	text := fmt.Sprintf("after %s: seeds %+d, leeches %+d (%s)", what, ds, dl, counted(after.Seeds, after.Leeches))
	if ds != seeds || bothKnown(before.Leeches, after.Leeches) && dl != leeches {
		return failed("%s, not %+d and %+d", text, seeds, leeches)
	}
	return passed("%s", text)
}

func judgeCounts(_ *doctor, f *swarmFacts) outcome {
	return judgeMove("started", f.alone.reply, f.both.reply, 0, 1)
}

func judgeOnce(_ *doctor, f *swarmFacts) outcome {
	a, b, c := f.both.scrape, f.done.scrape, f.again.scrape
	if !a.Known || !bothKnown(a.Downloaded, b.Downloaded) {
		return skipped("the tracker gives no count of downloads")
	}
	text := fmt.Sprintf("downloads: %+d when B completes, %+d when it says so again", b.Downloaded-a.Downloaded, c.Downloaded-b.Downloaded)
	if c.Downloaded != b.Downloaded {
		return failed("%s", text)
	}
	return passed("%s", text)
}

func judgeScrape(_ *doctor, f *swarmFacts) outcome {
	var said []string
	names := []string{"A seeds", "B leeches", "B completed", "B completed twice", "B left"}
	for i, s := range []step{f.alone, f.both, f.done, f.again, f.left} {
		if !s.scrape.Known {
			return skipped("no scrape")
		}
		if !bothKnown(s.reply.Seeds, s.scrape.Seeds) {
			return skipped("the tracker gives no counts")
		}
		said = append(said, fmt.Sprintf("%d and %d", s.scrape.Seeds, s.scrape.Leeches))
		if s.reply.Seeds != s.scrape.Seeds || bothKnown(s.reply.Leeches, s.scrape.Leeches) && s.reply.Leeches != s.scrape.Leeches {
			return failed("when %s: announce says %s; scrape says %s", names[i], counted(s.reply.Seeds, s.reply.Leeches), counted(s.scrape.Seeds, s.scrape.Leeches))
		}
	}
	return passed("seeds and leeches at 5 steps: %s", strings.Join(said, ", "))
}

// A torrent that was named may have others in it, who come and go while it is examined, and of
// whom an answer has only some. What is in this file keeps them from being taken for faults of
// the tracker.

// freePort is a port by which a member is told from other peers. An answer may have peers at
// every port.
func freePort(members map[string]*member, r *Reply) (port uint16) {
	for range 10 {
		port = uint16(20000 + rand.IntN(40000))
		taken := false
		for _, m := range members {
			taken = taken || m.port == port
		}
		if r != nil && !taken {
			_, taken = r.Peers.ByPort(port)
		}
		if !taken {
			break
		}
	}
	return port
}

// steadily judges what counts tell, which others move, too: in a torrent that was named a
// fault is one where it shows three times in the same way, while nobody else moves. still
// says whether the counts ended as they began.
func steadily(named bool, judge func(run int) (o outcome, still bool)) outcome {
	const runs = 3
	o, still := judge(0)
	for run := 1; run < runs && named && o.state == Fail; run++ {
		again, stillAgain := judge(run)
		switch {
		case again.state != Fail:
			return again
		case !still || !stillAgain || again.detail != o.detail:
			return skipped("others come and go in the torrent that was named: %s; then %s", o.detail, again.detail)
		}
	}
	return o
}

// sampled says whether an answer may have left somebody out, as it has not all peers that
// there are.
func sampled(r *Reply) bool {
	return !bothKnown(r.Seeds, r.Leeches) || int64(r.Peers.Len())+1 < r.Seeds+r.Leeches
}

// offered finds a member in an answer: by its port, and by the address at which another answer
// has it, if it has.
func (m *member) offered(in, known *Reply) (Peer, bool) {
	var at netip.AddrPort
	if p, ok := known.Peers.ByPort(m.port); ok {
		at = p.Addr
	}
	return in.Peers.find(func(p Peer) bool { return p.Port == m.port && (!at.IsValid() || p.Addr == at) })
}

// seeder finds A in what B was given; where it is not there, the outcome says what that means.
func (f *swarmFacts) seeder(d *doctor) (Peer, outcome) {
	r, port := f.bSees.Reply, d.member("a").port
	came := r.Peers.Len()
	p, ok := r.Peers.ByPort(port)
	switch {
	case came == 0:
		return p, d.unseen()
	case ok:
		return p, passed("")
	case d.named && sampled(r):
		return p, skipped("B was given %s, which are not all, and none has A's port %d", plural(came, "peer"), port)
	}
	return p, failedFor(plural(came, "peer") + " came, and none has A's port")
}
