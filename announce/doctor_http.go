package announce

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// query is an announce as a list of parameters, name=value with escaped values.
type query []string

// change edits a query before it is sent.
type change func(*query)

func set(name, value string) change {
	return func(q *query) { del(name)(q); also(name, value)(q) }
}

func del(name string) change {
	return func(q *query) {
		*q = slices.DeleteFunc(*q, func(p string) bool { return strings.HasPrefix(p, name+"=") })
	}
}

func also(name, value string) change { return func(q *query) { *q = append(*q, name+"="+value) } }

// baseQuery is a good announce of member c.
func (d *doctor) baseQuery(changes ...change) query {
	m := d.member("c")
	q := query{
		"info_hash=" + escapeBytes(d.hash[:]), "peer_id=" + escapeBytes(m.id[:]), fmt.Sprint("port=", m.port),
		"uploaded=0", "downloaded=0", "left=1048576", "compact=1", "numwant=50",
	}
	for _, c := range changes {
		c(&q)
	}
	return q
}

func (d *doctor) http(changes ...change) *answer {
	return d.httpSend(http.MethodGet, d.baseQuery(changes...), nil)
}

func (d *doctor) httpSend(method string, q query, h http.Header) *answer {
	a := &answer{Result: Result{Query: Query{Tracker: d.e.raw}}}
	if d.h == nil {
		d.h = d.s.openHTTP(d.e, d.addrs, &a.Result)
	}
	d.h.ask(&d.s, &a.Result)
	ctx, cancel := context.WithTimeout(d.ctx, d.opt.Timeout)
	defer cancel()
	a.http, a.Failure = d.h.follow(ctx, "announce", method, withQuery(d.e.url, strings.Join(q, "&")), h)
	d.keep(&a.Result)
	if d.odd = q.oddities(d.baseQuery(), h); method != http.MethodGet {
		d.odd = append(d.odd, method)
	}
	if a.Failure == nil && method != http.MethodHead {
		a.Reply, a.Failure = readHTTPReply(a.http, &a.Result)
		if a.Reply == nil && a.http.status != http.StatusOK {
			d.refusals = append(d.refusals, fmt.Sprintf("status %s (%s)", a.http.statusOut, clip(strings.Join(d.odd, ", "))))
		}
	}
	d.h.look()
	return a
}

// oddities lists what a request has that a plain one has not.
func (q query) oddities(plain query, h http.Header) []string {
	var out []string
	for _, p := range q {
		if !slices.Contains(plain, p) {
			out = append(out, p)
		}
	}
	for _, p := range plain {
		name, _, _ := strings.Cut(p, "=")
		if !slices.ContainsFunc(q, func(s string) bool { return strings.HasPrefix(s, name+"=") }) {
			out = append(out, "no "+name)
		}
	}
	for name := range h {
		out = append(out, name)
	}
	return out
}

// simple asks one good question.
func simple(changes ...change) func(*doctor) outcome {
	return func(d *doctor) outcome { return d.http(changes...).good() }
}

func httpFinding(show shown, ids ...string) func(*doctor) outcome {
	return func(d *doctor) outcome {
		a := d.http()
		return a.finding(d.received, show, ids...)
	}
}

// harmless asks a question that may be answered or refused.
func harmless(changes ...change) func(*doctor) outcome {
	return func(d *doctor) outcome { return d.http(changes...).unharmed() }
}

func httpChecks() []check {
	const (
		proto = "Trackers"
		wiki  = "Bittorrent Protocol Specification v1.0 (wiki.theory.org)"
	)
	return []check{
		{Check{"http.redirect", "a redirect keeps the query", 3, proto, Error, "redirect to $uri$is_args$args, or whatever your server calls the whole of what was asked"}, httpRedirect},
		{Check{"http.status", "the answer comes with status 200", 3, proto, Error, "answer every announce with 200; say what is wrong in failure reason"}, httpStatus},
		{Check{"http.content-type", "the content type is not HTML", 3, proto, Warning, "send text/plain"}, httpContentType},
		{Check{"http.canonical", "the answer is canonical bencode", 3, "bencoding", Warning, "sort the keys of dictionaries as raw bytes, and write no key twice"},
			httpFinding(showKeys, "keys-unsorted", "keys-duplicate", "bencode-canonical", "trailing-data")},
		{Check{"http.length", "nothing is behind the end of the answer", 0, "RFC 9112, 6.3", Error, "what is behind the Content-Length may be taken for the answer to the next request"},
			httpFinding(showLength, "answer-surplus")},
		{Check{"http.required-keys", "interval and peers are there", 3, proto, Error, "clients do not come back without interval"}, httpFinding(showKeys, "interval-missing", "peers-missing")},
		{Check{"http.numbers", "counts and times are integers from 0 on", 3, proto, Error, "clients show nonsense, or throw the answer away"}, httpFinding(showReply, "number-negative", "number-unreadable", "number-as-string")},
		{Check{"http.interval", "the interval is between a second and a week", 3, proto, Warning, "1800 s is usual"}, httpFinding(showInterval, "interval-odd")},
		{Check{"http.min-interval", "min interval is not above interval", 0, wiki, Warning, "clients that obey both cannot announce in time"}, httpFinding(showMinInterval, "min-interval-odd")},
		{Check{"http.peers-length", "compact peers are a multiple of 6 bytes, peers6 of 18", 23, "", Error, "clients throw away the list"}, func(d *doctor) outcome {
			d.ask("a", EventNone, asSeed())
			a := d.http()
			return a.finding(d.received, showPeers("peers", "peers6"), "peers-length", "peers-type")
		}},
		{Check{"http.peer-address", "peers have an address and a port", 3, proto, Warning, "leave out peers to which nobody can connect: 0.0.0.0, and port 0"}, httpFinding(showReply, "peer-address")},
		{Check{"http.peers6", "peers6 is a string of 18 bytes a peer where there is one", 7, "", Error, "6 bytes in peers, 18 in peers6"}, httpPeers6},
		{Check{"http.compact-default", "peers are compact where the client does not say", 23, "", Info, "dictionaries cost ten times as much traffic"}, httpForm(FormCompact, del("compact"))},
		{Check{"http.compact-1", "compact=1 gives compact peers", 23, "", Warning, "clients are to read both forms, and some do not; a peer costs 6 bytes instead of some 60"}, httpForm(FormCompact, set("compact", "1"))},
		{Check{"http.compact-0", "compact=0 is answered, in either form", 23, "", Warning, "answer compact if there is no other form, but not with an error"}, simple(set("compact", "0"))},
		{Check{"http.peer-dictionaries", "peers in dictionaries have ip, port and a peer id of 20 bytes", 3, proto, Error, "ip is text, port a number, peer id the raw bytes that the peer sent"}, httpDictionaries},
		{Check{"http.no-peer-id", "no_peer_id=1 leaves peer ids out", 0, wiki, Info, "peer ids are half of the answer"}, httpNoPeerID},
		{Check{"http.numwant-0", "numwant=0 gives no peers", 0, wiki, Warning, "seeders and probes ask for none"}, obeysNumWant(0, httpNumWant)},
		{Check{"http.numwant-1", "numwant=1 gives at most one peer", 0, wiki, Warning, "obey numwant"}, obeysNumWant(1, httpNumWant)},
		{Check{"http.numwant-200", "numwant=200 is answered with at most 200", 0, wiki, Warning, "cap the number in silence"}, obeysNumWant(200, httpNumWant)},
		{Check{"http.event-started", "event=started is taken", 3, proto, Error, ""}, simple(set("event", "started"))},
		{Check{"http.event-none", "an announce without event is taken", 3, proto, Error, "it is what clients send most"}, simple()},
		{Check{"http.event-empty", "an empty event is as good as none", 3, proto, Warning, "BEP 3 names it"}, simple(set("event", ""))},
		{Check{"http.event-paused", "event=paused is taken", 21, "", Info, "treat it as an announce without event where partial seeds are not known"}, simple(set("event", "paused"))},
		{Check{"http.event-unknown", "an unknown event gives no server error", 3, proto, Warning, "ignore it, or say so in failure reason"}, harmless(set("event", "torrentkit"))},
		{Check{"http.event-completed", "event=completed is taken", 3, proto, Error, ""}, simple(set("event", "completed"), set("left", "0"))},
		{Check{"http.event-stopped", "event=stopped is taken", 3, proto, Error, "peers that left are handed out until they expire"}, simple(set("event", "stopped"), set("numwant", "0"))},
		{Check{"http.unknown-parameter", "unknown parameters are ignored", 3, proto, Warning, "clients send supportcrypto, corrupt, redundant and more"}, simple(set("torrentkit_unknown", "1"))},
		{Check{"http.escapes", "every byte may be escaped, in either case", 3, proto, Error, "decode %xx before anything else"}, httpEscapes},
		{Check{"http.head", "HEAD gives no server error", 0, "RFC 9110, 9.3.2", Info, "monitoring asks with HEAD"}, httpHead},
		{Check{"http.external-ip", "external ip, where it is there, is 4 or 16 bytes", 24, "", Warning, "write the address as bytes in network order, not as text"}, httpFinding(showExternalIP, "external-ip")},
		{Check{"http.cache", "the answer is not to be kept", 0, "RFC 9111, 4.2", Info, "send Cache-Control: no-store, or nothing: what a proxy keeps, clients get again for as long"}, httpCache},
		{Check{"http.gzip", "gzip is declared where it is used", 3, proto, Error, "send Content-Encoding: gzip, and only to those who accept it"}, httpFinding(showCoding, "gzip-undeclared")},
		{Check{"http.keep-alive", "a connection serves a second request", 0, "RFC 9112, 9.3", Info, "a handshake for each scrape is what busy trackers die of; some close on purpose, to save sockets"}, httpKeepAlive},
	}
}

func httpRedirect(d *doctor) outcome {
	a := d.http()
	f, lost := found(a.Findings, "redirect-query")
	switch {
	case lost:
		return outcome{Fail, f.Text, a.good().cause}
	case len(a.Redirects) == 0:
		return passed("0 redirects")
	}
	return passed("%s", plural(len(a.Redirects), "redirect"))
}

func httpStatus(d *doctor) outcome {
	a := d.http()
	switch {
	case a.http == nil:
		return a.good()
	case a.http.status != 200:
		return outcome{Fail, "status " + a.http.statusOut, a.good().cause}
	}
	return passed("status 200")
}

func httpContentType(d *doctor) outcome {
	a := d.http()
	if a.http == nil {
		return a.good()
	}
	ct := a.http.header.Get("Content-Type")
	switch {
	case strings.Contains(strings.ToLower(ct), "html"):
		return failed("Content-Type: %s", clip(ct))
	case ct == "":
		return passed("0 headers of that name")
	}
	return passed("Content-Type: %s", clip(ct))
}

func httpPeers6(d *doctor) outcome {
	a := d.http()
	for _, f := range a.Findings {
		if strings.HasPrefix(f.Text, "peers6") {
			return failed("%s", f.Text)
		}
	}
	return a.finding(d.received, showPeers("peers6"))
}

func httpForm(form Form, changes ...change) func(*doctor) outcome {
	return func(d *doctor) outcome {
		d.ask("a", EventNone, asSeed())
		a := d.http(changes...)
		switch {
		case a.bad() != nil:
			return skippedFor(a.Failure)
		case a.Reply.Form == FormNone:
			return skipped("no peers in the answer")
		}
		came := plural(a.Reply.Peers.Len(), "peer") + " came compact"
		if a.Reply.Form == FormDicts {
			came = plural(a.Reply.Peers.Len(), "peer") + " came as dictionaries"
		}
		if a.Reply.Form != form {
			return failed("%s", came)
		}
		return passed("%s", came)
	}
}

func httpNoPeerID(d *doctor) outcome {
	d.ask("a", EventNone, asSeed())
	a := d.http(set("compact", "0"), set("no_peer_id", "1"))
	if a.bad() != nil {
		return skippedFor(a.Failure)
	}
	if a.Reply.Form != FormDicts {
		return skipped("peers come compact")
	}
	if _, named := a.Reply.Peers.find(func(p Peer) bool { return len(p.ID) > 0 }); named {
		return failed("%s came, with peer ids all the same", plural(a.Reply.Peers.Len(), "peer"))
	}
	return passed("%s came, 0 of them with a peer id", plural(a.Reply.Peers.Len(), "peer"))
}

// httpDictionaries asks for the form that has a peer id of each, when one has bytes that are no text: some trackers
// write a character for each.
func httpDictionaries(d *doctor) outcome {
	bytes := func(o *Options) {
		o.PeerID = [20]byte{'-', 't', 'k', '0', '1', '0', '0', '-', 8: 0xff, 9: 0x80, 10: 0, 19: 0xc3}
	}
	d.ask("d", EventStarted, asSeed(), bytes)
	a := d.http(set("compact", "0"))
	d.aside(func() { d.ask("d", EventStopped, bytes) })
	if a.bad() == nil && a.Reply.Form != FormDicts {
		return skipped("peers come compact")
	}
	return a.finding(d.received, showReply, "peer-malformed", "peer-id-length")
}

// httpCache looks for what lets a proxy keep an answer (RFC 9111, section 4.2.1).
func httpCache(d *doctor) outcome {
	a := d.http()
	if a.http == nil {
		return a.good()
	}
	control, expires := strings.ToLower(strings.Join(a.http.header.Values("Cache-Control"), ", ")), a.http.header.Get("Expires")
	if control == "" && expires == "" {
		return passed("0 headers of Cache-Control and Expires")
	}
	var said []string
	for _, name := range []string{"Cache-Control", "Expires"} {
		for _, value := range a.http.header.Values(name) {
			said = append(said, name+": "+value)
		}
	}
	text := clip(strings.Join(said, "; "))
	for part := range strings.SplitSeq(control, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch seconds, _ := strconv.Atoi(strings.Trim(value, `"`)); {
		case name == "no-store" || name == "no-cache" || name == "private":
			return passed("%s", text)
		case (name == "max-age" || name == "s-maxage") && seconds > 0:
			return failed("%s", text)
		case name == "max-age" || name == "s-maxage": // which go before Expires
			return passed("%s", text)
		}
	}
	if at, err := http.ParseTime(expires); err == nil && time.Until(at) > 0 {
		return failed("%s", text)
	}
	return passed("%s", text)
}

func httpNumWant(d *doctor, n int) *answer { return d.http(set("numwant", fmt.Sprint(n))) }

func httpEscapes(d *doctor) outcome {
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

func httpHead(d *doctor) outcome {
	a := d.httpSend(http.MethodHead, d.baseQuery(set("event", "stopped")), nil)
	switch {
	case a.Failure != nil:
		return a.good()
	case a.http.status >= 500:
		return failed("status %s", a.http.statusOut)
	}
	return passed("status %s", a.http.statusOut)
}

func httpKeepAlive(d *doctor) outcome {
	d.http()
	d.pause(10 * time.Millisecond) // lets a close arrive
	a := d.http()
	switch {
	case a.http == nil:
		return a.good()
	case len(a.Redirects) > 0:
		return skipped("a redirect may lead to another server")
	case !a.http.reused:
		return failed("2 requests took 2 connections")
	}
	return passed("2 requests went over 1 connection")
}

// refused wants a failure reason for a wrong request, and takes the
// announce back where the tracker accepted it.
func refused(changes ...change) func(*doctor) outcome {
	return func(d *doctor) outcome {
		a := d.http(changes...)
		if a.Reply != nil {
			d.aside(func() { d.http(append(changes, set("event", "stopped"))...) })
		}
		return a.refusal()
	}
}

func httpBadChecks() []check {
	const inWords = "answer status 200 with a failure reason that names the parameter"
	other := RandomHash()
	return []check{
		{Check{"http.peer-id-19", "a peer id of 19 bytes is refused in words", 3, "Trackers", Warning, inWords}, refused(set("peer_id", "-tk0100-00000000000"))},
		{Check{"http.hash-hex", "an info_hash in hexadecimal is refused in words", 3, "Trackers", Warning, inWords}, refused(set("info_hash", strings.Repeat("ab", 20)))},
		{Check{"http.port-0", "port 0 is refused in words", 3, "Trackers", Info, inWords}, refused(set("port", "0"), set("event", "stopped"))},
		{Check{"http.port-70000", "port 70000 is refused in words", 3, "Trackers", Warning, inWords}, refused(set("port", "70000"))},
		{Check{"http.missing-info-hash", "a missing info_hash is refused in words", 3, "Trackers", Warning, inWords}, refused(del("info_hash"))},
		{Check{"http.missing-peer-id", "a missing peer_id is refused in words", 3, "Trackers", Warning, inWords}, refused(del("peer_id"))},
		{Check{"http.missing-port", "a missing port is refused in words", 3, "Trackers", Warning, inWords}, refused(del("port"))},
		{Check{"http.several-hashes", "two info_hashes in one announce give no server error", 3, "Trackers", Info, "refuse in words, or take one"},
			harmless(also("info_hash", escapeBytes(other[:])))},
		{Check{"http.unlisted", "a torrent that is not tracked is refused in words", 3, "Trackers", Error, "answer status 200 with a failure reason"}, unlisted},
		{Check{"http.failure-status", "refusals come with status 200", 3, "Trackers", Warning, "clients and proxies drop the body of other statuses"}, httpFailureStatus},
	}
}

// httpFailureStatus provokes one refusal, and judges it with all that came before.
func httpFailureStatus(d *doctor) outcome {
	a := d.http(del("info_hash"))
	switch {
	case a.http == nil:
		return a.good()
	case len(d.refusals) > 0:
		slices.Sort(d.refusals)
		all := slices.Compact(d.refusals)
		return failed("%s", strings.Join(all, ", "))
	case a.refusal().state == Fail:
		return skipped("no refusal came")
	}
	return passed("status 200")
}
