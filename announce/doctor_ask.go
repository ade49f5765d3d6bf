package announce

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
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

// nowhere is the cause where a tracker knows peers at no address.
const nowhere = "peers are known at no address"

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
func (a *answer) good() outcome {
	if f := a.bad(); f != nil {
		return failedFor(words(f))
	}
	return passed("%s", told(a.Reply))
}

// finding fails on findings of these ids.
func (a *answer) finding(raw []byte, show shown, ids ...string) outcome {
	if a.bad() != nil {
		return skippedFor(a.Failure)
	}
	f, ok := found(a.Findings, ids...)
	switch {
	case !ok:
		return passed("%s", show(a, raw))
	case f.ID == "peer-address": // for which others fail, too
		return outcome{Fail, f.Text, nowhere}
	}
	return failed("%s", f.Text)
}

// refusal is the verdict on a question that a tracker should refuse in words.
func (a *answer) refusal() outcome {
	switch f := a.bad(); {
	case f == nil:
		return failed("accepted without a word: %s", told(a.Reply))
	case f.inWords:
		return passed("%s", words(f))
	default:
		return failedFor(words(f))
	}
}

// unharmed wants any answer that a client can read.
func (a *answer) unharmed() outcome {
	switch {
	case a.bad() == nil:
		return a.good()
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
func (d *doctor) ask(name string, event Event, how ...asking) *answer {
	return d.askAbout(d.hash, name, event, how...)
}

// askAbout is ask for any torrent.
func (d *doctor) askAbout(hash metainfo.HashV1, name string, event Event, how ...asking) *answer {
	if d.odd = nil; hash != d.hash {
		d.odd = []string{"another torrent"}
	}
	a := &answer{Result: d.tell(d.member(name), hash, event, how...)}
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
		d.last, d.received = x, x.Received
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
	last, sent, received, odd := d.last, d.sent, d.received, d.odd
	do()
	d.last, d.sent, d.received, d.odd = last, sent, received, odd
}

// unlisted asks for a torrent that nobody registered.
func unlisted(d *doctor) outcome {
	h := RandomHash()
	a := d.askAbout(h, "c", EventNone)
	if a.bad() != nil {
		return a.refusal()
	}
	d.aside(func() { d.askAbout(h, "c", EventStopped) })
	return passed("any torrent is tracked: %s", told(a.Reply))
}

// obeysNumWant looks at how many peers a question brings, where a seeder and a leecher
// could be named: at most as many as were wanted, and some where the tracker may choose.
func obeysNumWant(n int, ask func(d *doctor, n int) *answer) func(*doctor) outcome {
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

// What a verdict shows are the values that were seen, also where all is well: who reads it can judge them, too.

// shown tells what an answer has of that which a check is about. raw is the body or datagram.
type shown func(a *answer, raw []byte) string

// told is what an answer says.
func told(r *Reply) string {
	return fmt.Sprintf("interval %s, %s, %s", shortTime(r.Interval), counted(r.Seeds, r.Leeches), plural(r.Peers.Len(), "peer"))
}

// counted names counts, of which one may be missing.
func counted(seeds, leeches int64) string {
	one := func(n int64, what, s string) string {
		switch n {
		case Unknown:
			return "no count of " + what + s
		case 1:
			return "1 " + what
		}
		return fmt.Sprintf("%d %s%s", n, what, s)
	}
	return one(seeds, "seed", "s") + ", " + one(leeches, "leech", "es")
}

// shortTime leaves out the minutes and seconds of which there are none.
func shortTime(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func showReply(a *answer, _ []byte) string { return told(a.Reply) }

func showInterval(a *answer, _ []byte) string { return "interval " + shortTime(a.Reply.Interval) }

func showMinInterval(a *answer, raw []byte) string {
	least := "no min interval"
	if a.Reply.MinInterval > 0 {
		least = "min interval " + shortTime(a.Reply.MinInterval)
	}
	return least + ", " + showInterval(a, raw)
}

func showCounts(a *answer, _ []byte) string { return counted(a.Reply.Seeds, a.Reply.Leeches) }

func showExternalIP(a *answer, _ []byte) string {
	if !a.Reply.ExternalIP.IsValid() {
		return "0 bytes of external ip"
	}
	return "external ip " + a.Reply.ExternalIP.String()
}

// showKeys names the keys of a dictionary as they stand in it.
func showKeys(_ *answer, raw []byte) string {
	top, _, _ := bencode.Scan(raw)
	return clip(plural(len(raw), "byte") + ", with the keys " + strings.Join(keysOf(top), ", "))
}

func keysOf(dict bencode.Value) (keys []string) {
	for k := range dict.Entries() {
		key, _ := k.Bytes()
		if keys = append(keys, string(key)); len(keys) == 100 {
			break
		}
	}
	return keys
}

func showLength(a *answer, raw []byte) string {
	if a.http == nil || a.http.length < 0 {
		return plural(len(raw), "byte") + ", without a Content-Length"
	}
	return fmt.Sprintf("Content-Length %d", a.http.length)
}

func showCoding(a *answer, raw []byte) string {
	if a.http != nil && a.http.gzip != "" {
		return "Content-Encoding gzip, " + plural(len(raw), "byte") + " without it"
	}
	return plural(len(raw), "byte") + ", not compressed"
}

// showPeers tells in what form the peers of a bencoded answer are.
func showPeers(keys ...string) shown {
	return func(_ *answer, raw []byte) string {
		var parts []string
		top, _, _ := bencode.Scan(raw)
		for _, key := range keys {
			switch v, _ := top.Get(key); v.Kind() {
			case bencode.String:
				b, _ := v.Bytes()
				parts = append(parts, key+" has "+plural(len(b), "byte"))
			case bencode.List:
				n := 0
				for range v.Items() {
					n++
				}
				parts = append(parts, key+" is a list of "+plural(n, "peer"))
			default:
				parts = append(parts, "0 bytes of "+key)
			}
		}
		return strings.Join(parts, ", ")
	}
}

// showDatagram is for answers to announces over UDP.
func showDatagram(a *answer, raw []byte) string {
	return fmt.Sprintf("%s: 20, and %s", plural(len(raw), "byte"), plural(a.Reply.Peers.Len(), "peer"))
}

// showScrape is for answers to a scrape of one torrent: its key, or the bytes of its counts.
func showScrape(_ *answer, raw []byte) string {
	if bytes.HasPrefix(raw, []byte("d")) {
		var sizes []string
		top, _, _ := bencode.Scan(raw)
		files, _ := top.Get("files")
		for k := range files.Entries() {
			key, _ := k.Bytes()
			sizes = append(sizes, plural(len(key), "byte"))
		}
		return fmt.Sprintf("%s in files, of %s", plural(len(sizes), "key"), strings.Join(sizes, ", "))
	}
	return fmt.Sprintf("%s: 8, and %d of counts", plural(len(raw), "byte"), len(raw)-8)
}
