package announce

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"

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

func freshHash(d *doctor) outcome {
	d.keep(&d.first.Result)
	if d.first.Reply == nil {
		return skippedFor(d.first.Failure)
	}
	o := alone(d.first.Reply, d.member("a"))
	if o.state != Fail || !d.named {
		return o
	}
	h := RandomHash() // as the one that was named has others in it
	a := d.askAbout(h, "c", EventStarted, asSeed(), want(50))
	if a.Reply == nil {
		return skipped("the torrent that was named has others in it, and one that nobody knows is not served: %s", words(a.Failure))
	}
	d.aside(func() { d.askAbout(h, "c", EventStopped) })
	return alone(a.Reply, d.member("c"))
}

// alone judges what the first peer of a torrent is told.
func alone(r *Reply, own *member) outcome {
	if p, ok := r.Peers.find(func(p Peer) bool { return p.Port != own.port }); ok {
		return failed("the first peer of the torrent is offered %s", p.Addr)
	}
	if r.Seeds > 1 || r.Leeches > 0 {
		return failed("the first peer of the torrent is told of %s", counted(r.Seeds, r.Leeches))
	}
	return passed("%s, %s: nobody else", counted(r.Seeds, r.Leeches), plural(r.Peers.Len(), "peer"))
}

// portZero announces port 0 and looks for it in what another is given.
func portZero(d *doctor) outcome {
	enter := func(event Event) *answer {
		if d.e.transport != UDP {
			return d.http(set("port", "0"), set("left", "0"), set("event", string(event)))
		}
		return d.udpAnnounce(patient, putEvent(event), func(b []byte) []byte {
			be.PutUint16(b[96:], 0)
			return b
		})
	}
	if d.e.transport.isWS() {
		return skipped("WebSocket announces carry no port")
	}
	a := enter(EventStarted)
	sees := d.ask("b", EventNone, want(50))
	d.aside(func() { enter(EventStopped) })
	if sees.Failure != nil {
		return skippedFor(sees.Failure)
	}
	if p, ok := sees.Reply.Peers.ByPort(0); ok {
		return failed("B was offered %s", p.Addr)
	}
	switch f := a.bad(); {
	case f == nil && d.named && sampled(sees.Reply):
		return skipped("accepted, and not among the %s that B was offered, which are not all", plural(sees.Reply.Peers.Len(), "peer"))
	case f == nil:
		return passed("accepted, and not among the %s that B was offered", plural(sees.Reply.Peers.Len(), "peer"))
	case f.TrackerSpoke() || f.Code == NotATracker: // by HTTP status or a page, too
		return passed("%s", words(f))
	default:
		return skippedFor(f)
	}
}

// notRecorded announces over HTTP with something that names another address.
func notRecorded(param change, h http.Header) func(*doctor) outcome {
	return func(d *doctor) outcome {
		if h != nil && namesAddress(d.opt.Header) {
			return skipped("our own headers play the tracker's proxy")
		}
		return d.spoof(func(event Event) *answer {
			q := d.baseQuery(set("left", "0"), set("event", string(event)))
			if param != nil {
				param(&q)
			}
			return d.httpSend(http.MethodGet, q, h)
		}, func() { d.http(set("event", "stopped")) })
	}
}

func udpIP(d *doctor) outcome {
	return d.spoof(func(event Event) *answer {
		return d.udpAnnounce(patient, putEvent(event), func(b []byte) []byte {
			ip := spoofed().As4()
			copy(b[84:], ip[:])
			return b
		})
	}, func() { d.udpAnnounce(patient, putEvent(EventStopped)) })
}

// spoof announces as C at an address that is not ours, and looks at what another peer
// is given. Then C stops, there and at its own address.
func (d *doctor) spoof(send func(Event) *answer, stop func()) outcome {
	if a := send(EventStarted); a.bad() != nil {
		if a.bad().inWords {
			return a.refusal()
		}
		return skippedFor(a.Failure)
	}
	o := d.spoofSeen()
	d.aside(func() {
		send(EventStopped)
		stop()
	})
	return o
}

// spoofSeen asks as B whether the spoofed address is handed out.
func (d *doctor) spoofSeen() outcome {
	sees := d.ask("b", EventNone, want(50))
	if sees.Failure != nil {
		return skippedFor(sees.Failure)
	}
	if p, ok := sees.Reply.Peers.find(func(p Peer) bool { return p.Addr.Addr() == spoofed() }); ok {
		return failed("B was offered %s", p.Addr)
	}
	if p, ok := sees.Reply.Peers.ByPort(d.member("c").port); ok {
		return passed("recorded as %s", p.Addr)
	}
	return skipped("the peer is not handed out at all")
}

func scrapeChecks() []check {
	return []check{
		{Check{"scrape.works", "scrape is answered", 48, "", Warning, "clients show no counts without it"}, ownCounts(func(c Counts) outcome {
			return passed("%s", counted(c.Seeds, c.Leeches))
		})},
		{Check{"scrape.keys", "complete, incomplete and downloaded are there", 48, "", Warning, "send all three"}, ownCounts(func(c Counts) outcome {
			text := strings.ReplaceAll(fmt.Sprintf("complete %d, incomplete %d, downloaded %d", c.Seeds, c.Leeches, c.Downloaded), "-1", "missing")
			if c.Seeds == Unknown || c.Leeches == Unknown || c.Downloaded == Unknown {
				return failed("%s", text)
			}
			return passed("%s", text)
		})},
		{Check{"scrape.key-length", "keys of files are the 20 raw bytes", 48, "", Error, "write the infohash as bytes, not as text"}, scrapeFinding(showScrape, "scrape-key-mangled", "scrape-key-length")},
		{Check{"scrape.length", "the UDP answer has 12 bytes a torrent", 15, "Scrape", Error, "seeders, completed and leechers for each, and nothing else"}, scrapeFinding(showScrape, "scrape-length", "scrape-surplus")},
		{Check{"scrape.order", "the UDP answer has the torrents in the order asked", 15, "Scrape", Error, "counts come without infohashes: clients give them to the wrong torrents"}, scrapeOrder},
		{Check{"scrape.duplicates", "a torrent that is named twice has its counts twice", 15, "Scrape", Info, "answer each infohash in its place: a client takes what is missing for another torrent's"}, scrapeDuplicates},
		{Check{"scrape.canonical", "the scrape answer is canonical bencode", 3, "bencoding", Warning, "sort the keys of dictionaries as raw bytes"}, scrapeFinding(showKeys, "keys-unsorted", "keys-duplicate", "bencode-canonical", "trailing-data")},
		{Check{"scrape.unknown-hash", "an unknown torrent is left out or has zeros", 48, "", Warning, "do not fail the whole scrape"}, scrapeUnknown},
		{Check{"scrape.limit", "50 torrents a request are answered, 74 over UDP", 48, "", Warning, "clients do not notice torrents that are left out in silence"}, scrapeLimit},
		{Check{"scrape.full", "a scrape of everything is closed", 48, "", Info, "it lists every torrent, and is heavy; open it only on purpose"}, scrapeFull},
	}
}

// scrape sends one scrape as it is, without splitting it.
func (d *doctor) scrape(hashes ...metainfo.HashV1) (_ *answer, counts []Counts) {
	ctx, cancel := d.within(patient)
	defer cancel()
	sr := ScrapeResult{Result: Result{Query: Query{Tracker: d.e.raw}, Transport: d.e.transport}}
	t, f := d.s.openScrape(ctx, d.e, d.addrs, &sr.Result)
	if f == nil {
		counts, f = t.scrape(ctx, &sr, hashes)
		t.close()
	}
	if lost, bare := found(sr.Findings, "redirect-query"); bare { // which may be answered, as a scrape of everything
		f = fail(BadRedirect, lost.Text)
	}
	sr.Failure = f
	d.odd = []string{"scrape"}
	d.keep(&sr.Result)
	return &answer{Result: sr.Result}, counts
}

// noScrape is why a scrape was not answered.
func (a *answer) noScrape() outcome {
	if a.Failure.Code == BadRequest { // it has no scrape URL
		return skipped("%s", a.Failure.Error())
	}
	return a.good()
}

// ownCounts judges the counts of our own torrent.
func ownCounts(judge func(Counts) outcome) func(*doctor) outcome {
	return func(d *doctor) outcome {
		told := d.ask("a", EventNone, asSeed())
		switch a, counts := d.scrape(d.hash); {
		case a.Failure != nil:
			return a.noScrape()
		case !counts[0].Known:
			return failedFor("a torrent that has a peer is left out: asked about 1, told of 0")
		case told.Reply != nil && told.Reply.Seeds > 0 && countsNobody(counts):
			return failedFor("a torrent that has a peer is answered with zeros: 0 seeds, 0 leeches")
		default:
			return judge(counts[0])
		}
	}
}

// scrapes tells why there is nothing to be learned from scrapes of several torrents,
// where there is not.
func scrapes(d *doctor) (o outcome, ok bool) {
	o = ownCounts(func(Counts) outcome { return passed("") })(d)
	return outcome{Skip, o.detail, o.cause}, o.state == Pass
}

func scrapeFinding(show shown, ids ...string) func(*doctor) outcome {
	return func(d *doctor) outcome {
		d.ask("a", EventNone, asSeed())
		a, _ := d.scrape(d.hash)
		return a.finding(d.received, show, ids...)
	}
}

// scrapeOrder scrapes our torrent with one that nobody has, first and last in
// turns: an order by chance does not stay right.
func scrapeOrder(d *doctor) outcome {
	const turns = 8
	if o, ok := scrapes(d); !ok {
		return o
	}
	other := RandomHash()
	for turn := range turns {
		own := turn % 2
		asked := []metainfo.HashV1{other, other}
		asked[own] = d.hash
		a, counts := d.scrape(asked...)
		switch {
		case a.Failure != nil:
			return skippedFor(a.Failure)
		case !counts[0].Known || !counts[1].Known:
			return skipped("a torrent that nobody has is left out")
		case apart(counts[own], counts[1-own]) > 0 && counts[own].Seeds == 0:
			return failed("asked about 2 torrents, the counts of one came for the other: %s", counted(counts[1-own].Seeds, counts[1-own].Leeches))
		}
	}
	return passed("%s of 2 torrents, in either order", plural(turns, "scrape"))
}

func scrapeDuplicates(d *doctor) outcome {
	if o, ok := scrapes(d); !ok {
		return o
	}
	a, counts := d.scrape(d.hash, d.hash)
	switch {
	case a.Failure != nil:
		return skippedFor(a.Failure)
	case !counts[1].Known:
		return failed("asked about 1 torrent twice, the answer has %s: 8, and 12 for it once", plural(len(d.received), "byte"))
	}
	return passed("%s, and %s", counted(counts[0].Seeds, counts[0].Leeches), counted(counts[1].Seeds, counts[1].Leeches))
}

func scrapeUnknown(d *doctor) outcome {
	a, counts := d.scrape(RandomHash())
	switch {
	case a.Failure != nil:
		return a.noScrape()
	case !counts[0].Known:
		return passed("left out: 0 torrents are in the answer")
	case counts[0].Seeds > 0 || counts[0].Leeches > 0:
		return failed("%s", counted(counts[0].Seeds, counts[0].Leeches))
	}
	return passed("%s", counted(counts[0].Seeds, counts[0].Leeches))
}

// scrapeLimit finds by bisection how many torrents one request may carry.
func scrapeLimit(d *doctor) outcome {
	least, most := 50, 100
	if d.e.transport == UDP {
		least = 74
	}
	if o, ok := scrapes(d); !ok {
		return o
	}
	good, bad := 1, most+1
	for bad-good > 1 && d.ctx.Err() == nil {
		n := (good + bad) / 2
		if bad == most+1 && good == 1 {
			n = most
		}
		hashes := make([]metainfo.HashV1, n)
		for i := range hashes {
			hashes[i] = RandomHash()
		}
		hashes[n-1] = d.hash
		a, counts := d.scrape(hashes...)
		switch f := a.Failure; {
		case f != nil && (f.Code == Timeout || f.Code == Interrupted) && n <= least:
			return failed("a scrape of %d: %s", n, words(f))
		case f == nil && counts[n-1].Known:
			good = n
		default:
			bad = n
		}
	}
	switch {
	case good < least:
		return failed("only %d are answered", good)
	case good == most:
		return passed("%d or more are answered", most)
	}
	return passed("%d are answered", good)
}

func scrapeFull(d *doctor) outcome {
	a, counts := d.scrape()
	switch f := a.Failure; {
	case f == nil:
		return failed("open: %s", plural(len(counts), "torrent"))
	case f.Code == Malformed && strings.Contains(f.Detail, string(bodyTooLong)):
		return failed("open, and too long to be read: %s", f.Error())
	case f.Code == BadRequest || f.Code == Timeout || f.Code == Malformed: // nothing that could be read is no door that is closed
		return skippedFor(f)
	default:
		return passed("closed: %s", clip(f.Error()))
	}
}
