package announce

import (
	"fmt"
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
	bSees  answer
	aSees  answer
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

// simulate runs the swarm once; all checks of the group read its facts.
func (d *doctor) simulate() *swarmFacts {
	if d.swarm != nil {
		return d.swarm
	}
	f := &swarmFacts{views: make(map[string]Counts)}
	d.swarm = f
	for name := range d.members { // those of earlier checks leave first
		if name != "a" {
			d.ask(name, EventStopped)
		}
	}
	b := func(event Event, how ...asking) answer {
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
	var last answer
	if f.left, last = d.step(f); last.Reply != nil {
		if p, ok := last.Reply.Peers.ByPort(d.member("b").port); ok {
			f.stale = &p
		}
	}
	return f
}

// step asks as A, and scrapes.
func (d *doctor) step(f *swarmFacts) (step, answer) {
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

// swarmCheck is a check that reads the facts.
func swarmCheck(c Check, judge func(d *doctor, f *swarmFacts) outcome) check {
	return check{c, func(d *doctor) outcome {
		f := d.simulate()
		if f.broken != nil {
			return outcome{Skip, "the simulation failed: " + words(f.broken), words(f.broken)}
		}
		return judge(d, f)
	}}
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
		swarmCheck(Check{"swarm.visible", "a leecher sees the seeder", 3, "Trackers", Error, "hand out peers that announced"}, withPeers(func(d *doctor, f *swarmFacts) outcome {
			if f.bSees.Reply.Peers.Len() == 0 {
				return d.unseen()
			}
			return passed("B sees %s", plural(f.bSees.Reply.Peers.Len(), "peer"))
		})),
		swarmCheck(Check{"swarm.address", "the seeder is recorded at its address and port", 3, "Trackers", Error, "record the address that the announce came from, and the port it names"}, withPeers(judgeAddress)),
		swarmCheck(Check{"swarm.self", "a peer is not offered to itself", 3, "Trackers", Info, "leave the asking peer out of its own answer"}, withPeers(func(d *doctor, f *swarmFacts) outcome {
			if p, ok := f.aSees.Reply.Peers.ByPort(d.member("a").port); ok {
				return failed("A was offered %s, which is A", p.Addr)
			}
			return passed("A sees %s", plural(f.aSees.Reply.Peers.Len(), "other peer"))
		})),
		swarmCheck(Check{"swarm.counts", "counts move when a leecher joins", 3, "Trackers", Error, "count peers as they come and go"}, judgeCounts),
		swarmCheck(Check{"swarm.completed", "a leecher that completes becomes a seeder", 3, "Trackers", Error, "read event and left"}, func(_ *doctor, f *swarmFacts) outcome {
			a, b := f.both.reply, f.done.reply
			return judgeMove("completed", a, b, 1, -1)
		}),
		swarmCheck(Check{"swarm.completed-once", "a download is counted once", 48, "", Warning, "a second completed of the same peer counts for nothing"}, judgeOnce),
		swarmCheck(Check{"swarm.stopped", "stopped removes a peer at once", 3, "Trackers", Error, "otherwise others connect to it in vain"}, func(d *doctor, f *swarmFacts) outcome {
			if f.stale != nil {
				return failed("B has stopped, and is handed out: %s", f.stale.Addr.String())
			}
			return judgeMove("stopped", f.again.reply, f.left.reply, -1, 0)
		}),
		swarmCheck(Check{"swarm.scrape-agrees", "scrape and announce give the same counts at each step", 48, "", Warning, "count in one place"}, judgeScrape),
		swarmCheck(Check{"swarm.views-agree", "HTTP, UDP and WebSocket give the same counts", 48, "", Warning, "keep one swarm behind every transport"}, func(_ *doctor, f *swarmFacts) outcome {
			own := f.both.scrape
			if !own.Known {
				own.Seeds, own.Leeches = f.both.reply.Seeds, f.both.reply.Leeches
			}
			if len(f.views) == 0 {
				return skipped("no other transport of this tracker answers a scrape")
			}
			for u, c := range f.views {
				if c.Seeds != own.Seeds || c.Leeches != own.Leeches {
					return failed("%s says %d and %d, not %d and %d", secret.URL(u), c.Seeds, c.Leeches, own.Seeds, own.Leeches)
				}
			}
			return passed("%s agreed", plural(len(f.views), "other view"))
		}),
	}
}

func judgeAddress(d *doctor, f *swarmFacts) outcome {
	if f.bSees.Reply.Peers.Len() == 0 {
		return d.unseen()
	}
	port := d.member("a").port
	p, ok := f.bSees.Reply.Peers.ByPort(port)
	if !ok {
		return failed("no peer has A's port %d", port)
	}
	want, certain := ownAddress(&f.bSees.Result)
	switch is := p.Addr.Addr(); {
	case !certain || namesAddress(d.opt.Header) || is == want:
	case want.IsLoopback() && !is.IsLoopback() && !is.IsUnspecified():
		return passed("A is recorded as %s, as which the tracker knows its own machine", is)
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
	text := fmt.Sprintf("after %s: seeds %+d, leeches %+d", what, ds, dl)
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
	text := fmt.Sprintf("downloads were %d, then %d, then %d", a.Downloaded, b.Downloaded, c.Downloaded)
	if c.Downloaded != b.Downloaded {
		return failed("%s", text)
	}
	return passed("%s", text)
}

func judgeScrape(_ *doctor, f *swarmFacts) outcome {
	names := []string{"A seeds", "B leeches", "B completed", "B completed twice", "B left"}
	for i, s := range []step{f.alone, f.both, f.done, f.again, f.left} {
		if !s.scrape.Known {
			return skipped("no scrape")
		}
		if !bothKnown(s.reply.Seeds, s.scrape.Seeds) {
			return skipped("the tracker gives no counts")
		}
		if s.reply.Seeds != s.scrape.Seeds || bothKnown(s.reply.Leeches, s.scrape.Leeches) && s.reply.Leeches != s.scrape.Leeches {
			return failed("when %s: announce says %d and %d, scrape %d and %d", names[i], s.reply.Seeds, s.reply.Leeches, s.scrape.Seeds, s.scrape.Leeches)
		}
	}
	return passed("the same at five steps")
}
