package announce

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/metainfo"
)

// Check is one rule that Doctor holds a tracker to.
type Check struct {
	ID       string // like http.status; the part before the point is a group
	Title    string // what is expected
	BEP      int    // 0 where it is custom, not a BEP
	Section  string // of the BEP
	Severity Severity
	Advice   string // to who runs the tracker
}

// State is the outcome of a check.
type State string

// The states of a verdict.
const (
	Pass State = "pass"
	Fail State = "fail"
	Skip State = "skip" // could not be judged; Detail says why
)

// Verdict is a check with its outcome.
type Verdict struct {
	Check
	State    State
	Detail   string        // what was found
	Sent     string        // the last request of the check, without secrets
	Exchange Exchange      // that request whole, and the answer to it, raw and clipped to 1 KiB; empty where nothing was sent
	Length   int           // of the whole answer, in bytes
	Elapsed  time.Duration // of the whole check
	// Cause is the id of the check that failed for the cause for which this one failed,
	// too, or could not be judged: it is a Skip, so that a cause counts once.
	Cause string
}

// DoctorOptions says how a tracker is examined.
type DoctorOptions struct {
	Options // of each request: Timeout is that of one request, 5 s where 0
	// Hash is what to ask about. Zero means a random one; trackers with a whitelist
	// need one that they list. Others may share that torrent: the members of the
	// doctor's swarm are handed out to them, and its count of downloads grows.
	Hash metainfo.HashV1
	Only []string // ids or groups to run; empty means all
	Skip []string // ids or groups to leave out
	Also []string // URLs of the same tracker over other transports, beside those at the same port
	// ExpiryWait is how long to wait for a UDP connection id to expire: two
	// minutes is what BEP 15 asks for. Zero leaves that check out.
	ExpiryWait time.Duration
	Progress   func(done, total int) // called before each check, on the caller's goroutine
}

// Report is what Doctor found.
type Report struct {
	Tracker   string
	Transport Transport
	Addr      netip.AddrPort
	Hash      metainfo.HashV1
	Failure   *Failure // the tracker cannot be examined at all
	Barred    *Failure // the tracker refuses every announce for a torrent like ours: most checks were left out
	Verdicts  []Verdict
	Elapsed   time.Duration
}

// Count returns how many verdicts have the state, and for Fail the severity,
// unless that is "".
func (r *Report) Count(state State, sev Severity) int {
	n := 0
	for _, v := range r.Verdicts {
		if v.State == state && (sev == "" || v.Severity == sev) {
			n++
		}
	}
	return n
}

// Examined says whether the checks can carry a verdict: more were judged than
// could not be.
func (r *Report) Examined() bool {
	judged := 0
	for _, v := range r.Verdicts {
		if v.State != Skip || v.Cause != "" {
			judged++
		}
	}
	return judged > 0 && judged >= len(r.Verdicts)-judged
}

// ground is why a verdict is not good, for which others may fail, too.
type ground struct {
	cause string
	odd   []string // what the request had that a plain one has not
}

// covers says whether a request with the ground of another check could but fail for it, too.
func (g ground) covers(h ground) bool {
	return g.cause != "" && g.cause == h.cause && !slices.ContainsFunc(g.odd, func(s string) bool { return !slices.Contains(h.odd, s) })
}

// joinCauses makes skips of verdicts that failed for the cause of another one that weighs as
// much, and whose request had nothing that theirs have not.
func (r *Report) joinCauses(grounds []ground) {
	order := []Severity{Info, Warning, Error}
	weight := func(i int) int { return slices.Index(order, r.Verdicts[i].Severity) }
	roots := make(map[int]int)
	for i, own := range grounds {
		best := i
		for j, g := range grounds {
			if j == i || r.Verdicts[j].State != Fail || !g.covers(own) {
				continue
			}
			if r.Verdicts[best].State == Fail && cmp.Or(cmp.Compare(weight(j), weight(best)), cmp.Compare(len(grounds[best].odd), len(g.odd)), cmp.Compare(best, j)) < 0 {
				continue
			}
			best = j
		}
		if best != i {
			roots[i] = best
		}
	}
	for i, root := range roots {
		v := &r.Verdicts[i]
		v.State, v.Cause = Skip, r.Verdicts[root].ID
		v.Detail = "for the cause of " + v.Cause + ": " + v.Detail
	}
}

// maxShown is how much of an answer a verdict keeps: the whole of most, and little
// where a hundred answers are as long as they may be.
const maxShown = 1 << 10

// check is a Check with the code that judges.
type check struct {
	Check
	run func(d *doctor) outcome
}

// on is the group of transports that the check is about; "" is any.
func (c check) on() string {
	switch c.ID {
	case "honesty.ip", "honesty.ipv4", "honesty.forwarded", "scrape.full", "scrape.key-length", "scrape.canonical":
		return "http"
	case "honesty.udp-ip", "scrape.length", "scrape.order", "scrape.duplicates":
		return "udp"
	}
	switch own, _, _ := strings.Cut(c.ID, "."); own {
	case "http", "udp", "ws", "tls":
		return own
	}
	return ""
}

// Checks lists every check, in the order in which they run.
func Checks() []Check {
	var out []Check
	for _, c := range allChecks() {
		out = append(out, c.Check)
	}
	return out
}

func allChecks() (all []check) {
	for _, group := range []func() []check{dnsChecks, tlsChecks, httpChecks, httpBadChecks, udpChecks, udpIDChecks, wsChecks, swarmChecks, honestyChecks, scrapeChecks} {
		all = append(all, group()...)
	}
	return all
}

// doctor is one examination.
type doctor struct {
	ctx   context.Context
	opt   DoctorOptions
	s     settings
	e     endpoint
	addrs []netip.AddrPort
	hash  metainfo.HashV1
	named bool // the hash is not ours: others may be in the swarm, and come and go

	h *httpClient
	u *udpSession

	members  map[string]*member
	last     Exchange // of the present check, as sent and received are
	sent     string
	received []byte
	odd      []string      // what the last request had that a plain one has not
	refusals []string      // over HTTP, with their statuses, but for those with 200
	first    *answer       // of the preflight
	barred   bool          // the tracker refused it, and would any other
	swarms   []*swarmFacts // of each run of the simulation
	bad      badID
	errors   [][]byte // error packets that came over UDP
}

// Doctor examines a tracker with a battery of checks. It announces as several
// peers of a torrent of its own, or of the one that is named, and stops them all at
// the end.
func Doctor(ctx context.Context, tracker string, opt DoctorOptions) (rep Report) {
	started := time.Now()
	if opt.Timeout == 0 {
		opt.Timeout = 5 * time.Second
	}
	named := !opt.Hash.IsZero()
	if !named {
		opt.Hash = RandomHash()
	}
	opt.NoStop, opt.Record, opt.AllAddresses = true, true, false
	d := &doctor{ctx: ctx, opt: opt, hash: opt.Hash, named: named, members: make(map[string]*member), first: new(answer)}
	d.s = opt.fill(Query{})
	rep = Report{Tracker: tracker, Hash: d.hash}
	defer func() { rep.Elapsed = time.Since(started) }()
	if f := d.open(tracker); f != nil {
		rep.Failure, rep.Transport = f, d.e.transport
		return rep
	}
	defer d.close()
	rep.Transport, rep.Addr = d.e.transport, d.first.Addr
	if d.hopeless() {
		rep.Failure = d.first.Failure
		return rep
	}
	if d.barred {
		rep.Barred = d.first.Failure
	}
	var grounds []ground
	checks := d.selected()
	for i, c := range checks {
		if opt.Progress != nil {
			opt.Progress(i, len(checks))
		}
		if ctx.Err() != nil {
			rep.Failure = fail(Interrupted, fmt.Sprintf("interrupted after %d of %d checks", i, len(checks)))
			break
		}
		v, why := d.judge(c)
		rep.Verdicts, grounds = append(rep.Verdicts, v), append(grounds, why)
	}
	rep.joinCauses(grounds)
	return rep
}

// open resolves the tracker, pins one address, and asks it for the first time.
func (d *doctor) open(tracker string) *Failure {
	var r Result
	if d.e, r = d.s.begin(Query{Tracker: tracker}); r.Failure != nil {
		return r.Failure
	}
	d.first = d.ask("a", EventStarted, asSeed(), want(50))
	if d.first.Addr.IsValid() {
		d.addrs = []netip.AddrPort{d.first.Addr}
	} else if d.s.Proxy == nil && !d.hopeless() { // what came from one of several was not understood
		var f *Failure
		if d.addrs, f = d.s.resolve(d.ctx, d.e.host, d.e.port); f != nil {
			return f
		}
	}
	if _, lost := found(d.first.Findings, "redirect-query"); lost {
		return nil // that is a finding of its own
	}
	if f := d.first.Failure; f != nil && f.TrackerSpoke() {
		d.barred = f.Code != Rejected // which can be for something in the request
		if !d.barred {
			again := d.ask("a", EventNone).Failure
			d.barred = again != nil && again.Code == Rejected
		}
	}
	return nil
}

// hopeless says whether the first answer leaves nothing to examine: there was
// none, or not of a tracker.
func (d *doctor) hopeless() bool {
	f := d.first.Failure
	return f != nil && !f.TrackerSpoke() && f.Code != Malformed && d.first.Reply == nil
}

// selected returns the checks that fit the transport and the options.
func (d *doctor) selected() []check {
	group := "http"
	switch {
	case d.e.transport == UDP:
		group = "udp"
	case d.e.transport.isWS():
		group = "ws"
	}
	matches := func(list []string, id string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return s == id || strings.HasPrefix(id, strings.TrimSuffix(s, ".")+".") })
	}
	var out []check
	for _, c := range allChecks() {
		own := c.on()
		other := own != "" && own != group
		if own == "tls" {
			other = d.e.transport != HTTPS && d.e.transport != WSS
		}
		if other || len(d.opt.Only) > 0 && !matches(d.opt.Only, c.ID) || matches(d.opt.Skip, c.ID) {
			continue
		}
		out = append(out, c)
	}
	return out
}

func (d *doctor) judge(c check) (v Verdict, why ground) {
	started := time.Now()
	d.last, d.sent, d.received, d.odd = Exchange{}, "", nil, nil
	v.Check = c.Check
	if d.barred && !strings.Contains(c.ID, "unlisted") && !strings.HasPrefix(c.ID, "dns.") {
		v.State, v.Detail = Skip, "each announce is refused: "+d.first.Failure.Error()
		return v, why
	}
	o := c.run(d)
	v.State, v.Detail = o.state, o.detail
	v.Sent, v.Length = d.sent, len(d.received)
	v.Exchange = d.last
	v.Exchange.Received = bytes.Clone(d.received[:min(len(d.received), maxShown)]) // so that the rest is not kept
	v.Elapsed = time.Since(started)
	return v, ground{o.cause, d.odd}
}

// close stops every member of the swarm.
func (d *doctor) close() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(d.ctx), min(d.opt.Timeout, 3*time.Second))
	if d.ctx.Err() != nil {
		cancel()
		ctx, cancel = context.WithTimeout(context.WithoutCancel(d.ctx), grace)
	}
	defer cancel()
	d.ctx = ctx
	if !d.barred && !d.hopeless() {
		var said sync.WaitGroup // side by side, as there is little time after an interrupt
		for _, m := range d.members {
			said.Go(func() { d.tell(m, d.hash, EventStopped) })
		}
		said.Wait()
	}
	for _, m := range d.members {
		if m.kept != nil {
			m.kept.close()
		}
	}
	if d.h != nil {
		d.h.close()
	}
	if d.u != nil {
		d.u.close()
	}
}

// found returns the finding of that id.
func found(fs []Finding, ids ...string) (Finding, bool) {
	for _, f := range fs {
		if slices.Contains(ids, f.ID) {
			return f, true
		}
	}
	return Finding{}, false
}
