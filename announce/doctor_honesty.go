package announce

import (
	"fmt"
	"net/http"
	"net/netip"

	"github.com/torrentkit/torrentkit/metainfo"
)

// spoofed is an address for documentation (RFC 5737) that nobody has.
func spoofed() netip.Addr { return netip.AddrFrom4([4]byte{203, 0, 113, 77}) }

func honestyChecks() []check {
	return []check{
		{Check{"honesty.fresh-hash", "a torrent that nobody knows has no peers", 0, "", Error, "do not make up peers"}, freshHash},
		{Check{"honesty.port-zero", "port 0 is not handed out", 3, "Trackers", Warning, "refuse port 0, or leave such peers out"}, portZero},
		{Check{"honesty.ip", "ip= of a stranger does not change the recorded address", 3, "Trackers", Error, "anybody can point a swarm at a victim that way"},
			notRecorded(set("ip", spoofed().String()), nil)},
		{Check{"honesty.ipv4", "ipv4= of a stranger does not change the recorded address", 7, "", Error, "anybody can point a swarm at a victim that way"},
			notRecorded(set("ipv4", spoofed().String()), nil)},
		{Check{"honesty.forwarded", "X-Forwarded-For of a stranger does not change the recorded address", 0, "", Error, "trust it from your own proxy only"},
			notRecorded(nil, http.Header{"X-Forwarded-For": {spoofed().String()}, "X-Real-Ip": {spoofed().String()}})},
		{Check{"honesty.udp-ip", "the IP field of a stranger does not change the recorded address", 15, "Announce", Error, "anybody can point a swarm at a victim that way"}, udpIP},
	}
}

func freshHash(d *doctor) (State, string) {
	r := d.first.Reply
	d.keep(&d.first)
	if r == nil {
		return Skip, words(d.first.Failure)
	}
	for p := range r.Peers.All() {
		if p.Port != d.member("a").port {
			return Fail, "the first peer of the torrent is offered " + p.Addr.String()
		}
	}
	if r.Seeds > 1 || r.Leeches > 0 {
		return Fail, fmt.Sprintf("the first peer of the torrent is told of %d seeds and %d leeches", r.Seeds, r.Leeches)
	}
	return Pass, "nobody else is there"
}

// portZero announces port 0 and looks for it in what another is given.
func portZero(d *doctor) (State, string) {
	enter := func(event Event) (refused, broken *Failure) {
		if d.e.transport != UDP {
			a := d.http(set("port", "0"), set("left", "0"), set("event", string(event)))
			return a.refused, a.broken
		}
		p, f := d.udp("announce", d.packet(func(b []byte) []byte {
			be.PutUint16(b[96:], 0)
			return put32(80, udpEvent(event))(b)
		}))
		if f == nil && isAction(p, actError) {
			refused, _ = decodeUDPError(p)
		}
		return refused, f
	}
	if d.e.transport == WS || d.e.transport == WSS {
		return Skip, "WebSocket announces carry no port"
	}
	refused, broken := enter(EventStarted)
	sees := d.ask("b", EventNone, want(50))
	d.aside(func() { enter(EventStopped) })
	if sees.Failure != nil {
		return Skip, words(sees.Failure)
	}
	if p, ok := sees.Reply.Peers.ByPort(0); ok {
		return Fail, "B was offered " + p.Addr.String()
	}
	switch {
	case broken != nil && (broken.TrackerSpoke() || broken.Code == NotATracker): // by HTTP status or a page
		return Pass, "refused: " + clip(broken.Error())
	case broken != nil:
		return Skip, words(broken)
	case refused != nil:
		return Pass, "refused: " + clip(refused.Reason)
	}
	return Pass, "accepted, and not handed out"
}

// notRecorded announces over HTTP with something that names another address,
// and looks at what another peer is given.
func notRecorded(param change, h http.Header) func(*doctor) (State, string) {
	return func(d *doctor) (State, string) {
		if h != nil && namesAddress(d.opt.Header) {
			return Skip, "our own headers play the tracker's proxy"
		}
		send := func(event string) httpAsk {
			q := d.baseQuery(set("left", "0"), set("event", event))
			if param != nil {
				param(&q)
			}
			return d.httpSend(http.MethodGet, q, h)
		}
		if a := send("started"); a.reply == nil {
			if a.refused != nil {
				return Pass, "refused: " + clip(a.refused.Reason)
			}
			return Skip, words(a.broken)
		}
		state, text := d.spoofSeen()
		d.aside(func() {
			send("stopped")
			d.http(set("event", "stopped"))
		})
		return state, text
	}
}

// spoofSeen asks as B whether the spoofed address is handed out.
func (d *doctor) spoofSeen() (State, string) {
	sees := d.ask("b", EventNone, want(50))
	if sees.Failure != nil {
		return Skip, words(sees.Failure)
	}
	for p := range sees.Reply.Peers.All() {
		if p.Addr.Addr() == spoofed() {
			return Fail, "B was offered " + p.Addr.String()
		}
	}
	if p, ok := sees.Reply.Peers.ByPort(d.member("c").port); ok {
		return Pass, "recorded as " + p.Addr.String()
	}
	return Skip, "the peer is not handed out at all"
}

func udpIP(d *doctor) (State, string) {
	send := func(event Event) (*Reply, State, string) {
		return d.accepts(func(b []byte) []byte {
			ip := spoofed().As4()
			copy(b[84:], ip[:])
			return put32(80, udpEvent(event))(b)
		})
	}
	if r, _, text := send(EventStarted); r == nil {
		return Pass, "refused: " + text
	}
	state, text := d.spoofSeen()
	d.aside(func() {
		send(EventStopped)
		d.accepts(put32(80, udpEvent(EventStopped)))
	})
	return state, text
}

func scrapeChecks() []check {
	return []check{
		{Check{"scrape.works", "scrape is answered", 48, "", Warning, "clients show no counts without it"}, scrapeWorks},
		{Check{"scrape.keys", "complete, incomplete and downloaded are there", 48, "", Warning, "send all three"}, func(d *doctor) (State, string) {
			return d.scraped(func(c Counts) (State, string) {
				if c.Seeds == Unknown || c.Leeches == Unknown || c.Downloaded == Unknown {
					return Fail, "a count is missing"
				}
				return Pass, fmt.Sprintf("%d, %d, %d", c.Seeds, c.Leeches, c.Downloaded)
			})
		}},
		{Check{"scrape.key-length", "keys of files are the 20 raw bytes", 48, "", Error, "write the infohash as bytes, not as text"}, scrapeFinding("scrape-key-mangled", "scrape-key-length")},
		{Check{"scrape.length", "the UDP answer has 12 bytes a torrent", 15, "Scrape", Error, "seeders, completed and leechers for each, and nothing else"}, scrapeFinding("scrape-length", "scrape-surplus")},
		{Check{"scrape.order", "the UDP answer has the torrents in the order asked", 15, "Scrape", Error, "counts come without infohashes: clients give them to the wrong torrents"}, scrapeOrder},
		{Check{"scrape.canonical", "the scrape answer is canonical bencode", 3, "bencoding", Warning, "sort the keys of dictionaries as raw bytes"}, scrapeFinding("keys-unsorted", "keys-duplicate", "bencode-canonical", "trailing-data")},
		{Check{"scrape.unknown-hash", "an unknown torrent is left out or has zeros", 48, "", Warning, "do not fail the whole scrape"}, scrapeUnknown},
		{Check{"scrape.limit", "50 torrents a request are answered, 74 over UDP", 48, "", Warning, "clients do not notice torrents that are left out in silence"}, scrapeLimit},
		{Check{"scrape.full", "a scrape of everything is closed", 48, "", Info, "it lists every torrent, and is heavy; open it only on purpose"}, scrapeFull},
	}
}

// scraped judges the counts of our own torrent.
func (d *doctor) scraped(judge func(Counts) (State, string)) (State, string) {
	d.ask("a", EventNone, asSeed())
	counts, _, f := d.scrapeRaw([]metainfo.HashV1{d.hash})
	switch {
	case f != nil:
		return Skip, words(f)
	case !counts[0].Known:
		return Fail, "a torrent that has a peer is left out"
	}
	return judge(counts[0])
}

func scrapeWorks(d *doctor) (State, string) {
	d.ask("a", EventNone, asSeed())
	counts, _, f := d.scrapeRaw([]metainfo.HashV1{d.hash})
	switch {
	case f != nil && f.Code == BadRequest:
		return Skip, f.Error()
	case f != nil:
		return Fail, words(f)
	case !counts[0].Known:
		return Fail, "a torrent that has a peer is left out"
	}
	return Pass, fmt.Sprintf("%d seeds, %d leeches", counts[0].Seeds, counts[0].Leeches)
}

// scrapeOrder scrapes our torrent with one that nobody has, first and last in
// turns: an order by chance does not stay right.
func scrapeOrder(d *doctor) (State, string) {
	const turns = 8
	if state, text := d.scraped(func(Counts) (State, string) { return Pass, "" }); state != Pass {
		return Skip, text
	}
	other := RandomHash()
	for turn := range turns {
		own := turn % 2
		asked := []metainfo.HashV1{other, other}
		asked[own] = d.hash
		counts, _, f := d.scrapeRaw(asked)
		switch {
		case f != nil:
			return Skip, words(f)
		case !counts[0].Known || !counts[1].Known:
			return Skip, "a torrent that nobody has is left out"
		case apart(counts[own], counts[1-own]) > 0 && counts[own].Seeds == 0:
			return Fail, "the counts of one torrent came for another"
		}
	}
	return Pass, plural(turns, "scrape") + " of two torrents"
}

func scrapeFinding(ids ...string) func(*doctor) (State, string) {
	return func(d *doctor) (State, string) {
		d.ask("a", EventNone, asSeed())
		_, notes, f := d.scrapeRaw([]metainfo.HashV1{d.hash})
		if f != nil {
			return Skip, words(f)
		}
		if n, ok := found(notes, ids...); ok {
			return Fail, n.Text
		}
		return Pass, "as it should be"
	}
}

func scrapeUnknown(d *doctor) (State, string) {
	counts, _, f := d.scrapeRaw([]metainfo.HashV1{RandomHash()})
	switch {
	case f != nil && f.Code == BadRequest:
		return Skip, f.Error()
	case f != nil:
		return Fail, words(f)
	case !counts[0].Known:
		return Pass, "left out"
	case counts[0].Seeds > 0 || counts[0].Leeches > 0:
		return Fail, fmt.Sprintf("it has %d seeds and %d leeches", counts[0].Seeds, counts[0].Leeches)
	}
	return Pass, "zeros"
}

// scrapeLimit finds by bisection how many torrents one request may carry.
func scrapeLimit(d *doctor) (State, string) {
	least, most := 50, 100
	if d.e.transport == UDP {
		least = 74
	}
	if state, text := d.scraped(func(Counts) (State, string) { return Pass, "" }); state != Pass {
		return Skip, text
	}
	good, bad := 1, most+1
	for bad-good > 1 && d.ctx.Err() == nil {
		n := (good + bad) / 2
		if bad == most+1 && good == 1 {
			n = most
		}
		whole, f := d.scrapeMany(n)
		if f != nil && (f.Code == Timeout || f.Code == Interrupted) && n <= least {
			return Fail, fmt.Sprintf("a scrape of %d: %s", n, words(f))
		}
		if whole {
			good = n
		} else {
			bad = n
		}
	}
	switch {
	case good < least:
		return Fail, fmt.Sprintf("only %d are answered", good)
	case good == most:
		return Pass, fmt.Sprintf("%d or more are answered", most)
	}
	return Pass, fmt.Sprintf("%d are answered", good)
}

func scrapeFull(d *doctor) (State, string) {
	counts, _, f := d.scrapeRaw(nil)
	switch {
	case f != nil && (f.Code == BadRequest || f.Code == Timeout):
		return Skip, words(f)
	case f != nil && f.Code == Malformed:
		return Fail, "open, and too long to be read: " + f.Error()
	case f != nil:
		return Pass, "closed: " + clip(f.Error())
	}
	return Fail, "open: " + plural(len(counts), "torrent")
}
