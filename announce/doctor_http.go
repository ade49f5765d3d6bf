package announce

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// query is an announce as a list of parameters with escaped values.
type query [][2]string

func (q *query) set(name, value string) {
	for i := range *q {
		if (*q)[i][0] == name {
			(*q)[i][1] = value
			return
		}
	}
	*q = append(*q, [2]string{name, value})
}

func (q *query) del(name string) {
	for i := range *q {
		if (*q)[i][0] == name {
			*q = append((*q)[:i:i], (*q)[i+1:]...)
			return
		}
	}
}

func (q query) String() string {
	parts := make([]string, len(q))
	for i, p := range q {
		parts[i] = p[0] + "=" + p[1]
	}
	return strings.Join(parts, "&")
}

// change edits a query before it is sent.
type change func(*query)

func set(name, value string) change { return func(q *query) { q.set(name, value) } }
func del(name string) change        { return func(q *query) { q.del(name) } }

// httpAsk is one raw question over HTTP and all that came of it.
type httpAsk struct {
	ans      *httpAnswer
	reply    *Reply
	findings []Finding
	refused  *Failure // the tracker's failure reason
	broken   *Failure // no answer that a client could read
}

// baseQuery is a good announce of member c.
func (d *doctor) baseQuery(changes ...change) query {
	m := d.member("c")
	q := query{
		{"info_hash", escapeBytes(d.hash[:])}, {"peer_id", escapeBytes(m.id[:])}, {"port", fmt.Sprint(m.port)},
		{"uploaded", "0"}, {"downloaded", "0"}, {"left", "1048576"}, {"compact", "1"}, {"numwant", "50"},
	}
	for _, c := range changes {
		c(&q)
	}
	return q
}

func (d *doctor) http(changes ...change) httpAsk {
	return d.httpSend(http.MethodGet, d.baseQuery(changes...), nil)
}

func (d *doctor) httpSend(method string, q query, h http.Header) httpAsk {
	if d.h == nil {
		d.h = d.s.newHTTPClient(d.e, d.addrs, &d.httpRes)
	}
	d.httpRes = Result{Query: Query{Tracker: d.e.raw}}
	ctx, cancel := context.WithTimeout(d.ctx, d.opt.Timeout)
	defer cancel()
	u := withQuery(d.e.url, q.String())
	if len(q) == 0 {
		u = d.e.url
	}
	var a httpAsk
	for hops := 1; ; hops++ {
		a.ans, a.broken = d.h.send(ctx, "announce", method, u, h)
		d.keep(&d.httpRes)
		if a.broken != nil || a.ans.location == nil {
			break
		}
		if a.broken = d.h.follow(hops, u, a.ans.location); a.broken != nil {
			break
		}
		u = a.ans.location
	}
	if a.broken == nil {
		a.read(method)
	}
	a.findings = append(a.findings, d.httpRes.Findings...)
	return a
}

func (a *httpAsk) read(method string) {
	if method == http.MethodHead {
		return
	}
	var r Result
	reply, f := readHTTPReply(a.ans, &r)
	a.reply, a.findings = reply, r.Findings
	if f != nil && len(a.ans.body) > 0 && a.ans.body[0] == 'd' && f.Reason != "" {
		a.refused = f
	} else if f != nil && reply == nil {
		a.broken = f
	}
}

// good is the verdict on a question that a tracker should answer.
func (a httpAsk) good() (State, string) {
	switch {
	case a.broken != nil:
		return Fail, words(a.broken)
	case a.refused != nil:
		return Fail, "refused: " + a.refused.Reason
	}
	return Pass, "answered"
}

// finding fails on findings of these ids.
func (a httpAsk) finding(ids ...string) (State, string) {
	if state, text := a.good(); state == Fail {
		return state, text
	}
	if f, ok := found(a.findings, ids...); ok {
		return Fail, f.Text
	}
	return Pass, "as it should be"
}

// refusal is the verdict on a question that a tracker should refuse in words.
func (a httpAsk) refusal() (State, string) {
	switch {
	case a.refused != nil:
		return Pass, "refused: " + clip(a.refused.Reason)
	case a.broken != nil:
		return Fail, words(a.broken)
	}
	return Fail, "accepted without a word"
}

// simple is a check of one good question.
func simple(c Check, changes ...change) check {
	return check{c, func(d *doctor) (State, string) { return d.http(changes...).good() }}
}

func httpCheck(c Check, ids ...string) check {
	return check{c, func(d *doctor) (State, string) { return d.http().finding(ids...) }}
}

func httpChecks() []check {
	const proto = "Trackers"
	return []check{
		{Check{"http.status", "the answer comes with status 200", 3, proto, Error, "answer every announce with 200; say what is wrong in failure reason"}, httpStatus},
		{Check{"http.content-type", "the content type is not HTML", 3, proto, Warning, "send text/plain"}, httpContentType},
		httpCheck(Check{"http.canonical", "the answer is canonical bencode", 3, "bencoding", Warning, "sort the keys of dictionaries as raw bytes, and write no key twice"},
			"keys-unsorted", "keys-duplicate", "bencode-canonical", "trailing-data"),
		httpCheck(Check{"http.length", "nothing is behind the end of the answer", 0, "RFC 9112, 6.3", Error, "what is behind the Content-Length may be taken for the answer to the next request"},
			"answer-surplus"),
		httpCheck(Check{"http.required-keys", "interval and peers are there", 3, proto, Error, "clients do not come back without interval"}, "interval-missing", "peers-missing"),
		httpCheck(Check{"http.numbers", "counts and times are integers from 0 on", 3, proto, Error, "clients show nonsense, or throw the answer away"}, "number-negative", "number-unreadable", "number-as-string"),
		httpCheck(Check{"http.interval", "the interval is between a second and a week", 3, proto, Warning, "1800 s is usual"}, "interval-odd"),
		httpCheck(Check{"http.min-interval", "min interval is not above interval", 3, proto, Warning, "clients that obey both cannot announce in time"}, "min-interval-odd"),
		{Check{"http.peers-length", "compact peers are a multiple of 6 bytes, peers6 of 18", 23, "", Error, "clients throw away the list"}, func(d *doctor) (State, string) {
			d.ask("a", EventNone, asSeed())
			return d.http().finding("peers-length", "peers-type")
		}},
		{Check{"http.peers6", "peers6 is a string of 18 bytes a peer where there is one", 7, "", Error, "6 bytes in peers, 18 in peers6"}, httpPeers6},
		{Check{"http.compact-default", "peers are compact where the client does not say", 23, "", Info, "dictionaries cost ten times as much traffic"}, httpForm(FormCompact, del("compact"))},
		{Check{"http.compact-1", "compact=1 gives compact peers", 23, "", Error, "most clients read nothing else"}, httpForm(FormCompact, set("compact", "1"))},
		simple(Check{"http.compact-0", "compact=0 is answered, in either form", 23, "", Warning, "answer compact if there is no other form, but not with an error"}, set("compact", "0")),
		{Check{"http.no-peer-id", "no_peer_id=1 leaves peer ids out", 23, "", Info, "peer ids are half of the answer"}, httpNoPeerID},
		{Check{"http.numwant-0", "numwant=0 gives no peers", 3, proto, Warning, "seeders and probes ask for none"}, httpNumWant(0)},
		{Check{"http.numwant-1", "numwant=1 gives at most one peer", 3, proto, Warning, "obey numwant"}, httpNumWant(1)},
		{Check{"http.numwant-200", "numwant=200 is answered with at most 200", 3, proto, Warning, "cap the number in silence"}, httpNumWant(200)},
		simple(Check{"http.event-started", "event=started is taken", 3, proto, Error, ""}, set("event", "started")),
		simple(Check{"http.event-none", "an announce without event is taken", 3, proto, Error, "it is what clients send most"}),
		simple(Check{"http.event-empty", "an empty event is as good as none", 3, proto, Warning, "BEP 3 names it"}, set("event", "")),
		simple(Check{"http.event-paused", "event=paused is taken", 21, "", Info, "treat it as an announce without event where partial seeds are not known"}, set("event", "paused")),
		{Check{"http.event-unknown", "an unknown event gives no server error", 3, proto, Warning, "ignore it, or say so in failure reason"}, httpUnharmed(set("event", "torrentkit"))},
		simple(Check{"http.event-completed", "event=completed is taken", 3, proto, Error, ""}, set("event", "completed"), set("left", "0")),
		simple(Check{"http.event-stopped", "event=stopped is taken", 3, proto, Error, "peers that left are handed out until they expire"}, set("event", "stopped"), set("numwant", "0")),
		simple(Check{"http.unknown-parameter", "unknown parameters are ignored", 3, proto, Warning, "clients send supportcrypto, corrupt, redundant and more"}, set("torrentkit_unknown", "1")),
		{Check{"http.escapes", "every byte may be escaped, in either case", 3, proto, Error, "decode %xx before anything else"}, httpEscapes},
		{Check{"http.head", "HEAD gives no server error", 3, proto, Info, "monitoring asks with HEAD"}, httpHead},
		{Check{"http.gzip", "gzip is declared where it is used", 3, proto, Error, "send Content-Encoding: gzip, and only to those who accept it"}, func(d *doctor) (State, string) {
			return d.http().finding("gzip-undeclared")
		}},
		{Check{"http.keep-alive", "a connection serves a second request", 3, proto, Info, "a handshake for each scrape is what busy trackers die of; some close on purpose, to save sockets"}, httpKeepAlive},
	}
}

func httpStatus(d *doctor) (State, string) {
	a := d.http()
	if a.ans == nil {
		return Fail, words(a.broken)
	}
	if a.ans.status != 200 {
		return Fail, "status " + a.ans.statusOut
	}
	return a.good()
}

func httpContentType(d *doctor) (State, string) {
	a := d.http()
	if a.ans == nil {
		return Fail, words(a.broken)
	}
	ct := a.ans.header.Get("Content-Type")
	if strings.Contains(strings.ToLower(ct), "html") {
		return Fail, "Content-Type is " + clip(ct)
	}
	if ct == "" {
		return Pass, "no Content-Type"
	}
	return Pass, clip(ct)
}

func httpPeers6(d *doctor) (State, string) {
	a := d.http()
	if state, text := a.good(); state == Fail {
		return state, text
	}
	for _, f := range a.findings {
		if strings.HasPrefix(f.Text, "peers6") {
			return Fail, f.Text
		}
	}
	return Pass, "as it should be"
}

func httpForm(form Form, changes ...change) func(*doctor) (State, string) {
	return func(d *doctor) (State, string) {
		d.ask("a", EventNone, asSeed())
		a := d.http(changes...)
		if state, text := a.good(); state == Fail {
			return state, text
		}
		if a.reply.Peers.Len() == 0 && a.reply.Form == FormNone {
			return Skip, "no peers in the answer"
		}
		if a.reply.Form != form {
			return Fail, "peers came as " + string(a.reply.Form)
		}
		return Pass, "peers came as " + string(form)
	}
}

func httpNoPeerID(d *doctor) (State, string) {
	d.ask("a", EventNone, asSeed())
	a := d.http(set("compact", "0"), set("no_peer_id", "1"))
	if state, text := a.good(); state == Fail {
		return Skip, text
	}
	if a.reply.Form != FormDicts {
		return Skip, "peers come compact"
	}
	for p := range a.reply.Peers.All() {
		if len(p.ID) > 0 {
			return Fail, "peer ids came all the same"
		}
	}
	return Pass, "no peer ids"
}

func httpNumWant(n int) func(*doctor) (State, string) {
	return func(d *doctor) (State, string) {
		d.ask("a", EventNone, asSeed())
		d.ask("b", EventStarted)
		a := d.http(set("numwant", fmt.Sprint(n)))
		if state, text := a.good(); state == Fail {
			return state, text
		}
		if got := a.reply.Peers.Len(); got > n {
			return Fail, plural(got, "peer") + " came"
		}
		return Pass, plural(a.reply.Peers.Len(), "peer") + " came"
	}
}

// httpUnharmed wants any answer that a client can read.
func httpUnharmed(changes ...change) func(*doctor) (State, string) {
	return func(d *doctor) (State, string) {
		a := d.http(changes...)
		if a.broken != nil {
			return Fail, words(a.broken)
		}
		if a.refused != nil {
			return Pass, "refused: " + clip(a.refused.Reason)
		}
		return Pass, "answered"
	}
}

func httpEscapes(d *doctor) (State, string) {
	all := func(raw []byte) string {
		var b strings.Builder
		for _, c := range raw {
			fmt.Fprintf(&b, "%%%02x", c)
		}
		return b.String()
	}
	id := d.member("c").id
	return d.http(set("info_hash", all(d.hash[:])), set("peer_id", all(id[:]))).good()
}

func httpHead(d *doctor) (State, string) {
	a := d.httpSend(http.MethodHead, d.baseQuery(set("event", "stopped")), nil)
	if a.broken != nil {
		return Fail, words(a.broken)
	}
	if a.ans.status >= 500 {
		return Fail, "status " + a.ans.statusOut
	}
	return Pass, "status " + a.ans.statusOut
}

func httpKeepAlive(d *doctor) (State, string) {
	d.http()
	time.Sleep(10 * time.Millisecond) // lets a close arrive
	a := d.http()
	if a.ans == nil {
		return Fail, words(a.broken)
	}
	if !a.ans.reused {
		return Fail, "each request needs a connection of its own"
	}
	return Pass, "the connection was used again"
}

// refusedCheck wants a failure reason for a wrong request, and takes the
// announce back where the tracker accepted it.
func refusedCheck(id, title string, sev Severity, changes ...change) check {
	return check{Check{id, title, 3, "Trackers", sev, "answer status 200 with a failure reason that names the parameter"}, func(d *doctor) (State, string) {
		a := d.http(changes...)
		state, text := a.refusal()
		if a.reply != nil {
			d.aside(func() { d.http(append(changes, set("event", "stopped"))...) })
		}
		return state, text
	}}
}

func httpBadChecks() []check {
	return []check{
		refusedCheck("http.peer-id-19", "a peer id of 19 bytes is refused in words", Warning, set("peer_id", "-tk0100-00000000000")),
		refusedCheck("http.hash-hex", "an info_hash in hexadecimal is refused in words", Warning, set("info_hash", strings.Repeat("ab", 20))),
		refusedCheck("http.port-0", "port 0 is refused in words", Info, set("port", "0"), set("event", "stopped")),
		refusedCheck("http.port-70000", "port 70000 is refused in words", Warning, set("port", "70000")),
		refusedCheck("http.missing-info-hash", "a missing info_hash is refused in words", Warning, del("info_hash")),
		refusedCheck("http.missing-peer-id", "a missing peer_id is refused in words", Warning, del("peer_id")),
		refusedCheck("http.missing-port", "a missing port is refused in words", Warning, del("port")),
		{Check{"http.several-hashes", "two info_hashes in one announce give no server error", 3, "Trackers", Info, "refuse in words, or take one"}, func(d *doctor) (State, string) {
			other := RandomHash()
			q := append(d.baseQuery(), [2]string{"info_hash", escapeBytes(other[:])})
			a := d.httpSend(http.MethodGet, q, nil)
			if a.broken != nil {
				return Fail, words(a.broken)
			}
			return Pass, "answered"
		}},
		{Check{"http.failure-status", "refusals come with status 200", 3, "Trackers", Warning, "clients and proxies drop the body of other statuses"}, func(d *doctor) (State, string) {
			a := d.http(del("info_hash"))
			switch {
			case a.ans == nil:
				return Fail, words(a.broken)
			case a.refused == nil && a.ans.status == 200:
				return Skip, "no refusal came"
			case a.ans.status != 200:
				return Fail, "status " + a.ans.statusOut
			}
			return Pass, "status 200"
		}},
		{Check{"http.unlisted", "a torrent that is not tracked is refused in words", 3, "Trackers", Error, "answer status 200 with a failure reason"}, func(d *doctor) (State, string) {
			h := RandomHash()
			a := d.http(set("info_hash", escapeBytes(h[:])))
			if a.reply != nil {
				d.http(set("info_hash", escapeBytes(h[:])), set("event", "stopped"))
				return Pass, "any torrent is tracked"
			}
			return a.refusal()
		}},
	}
}
