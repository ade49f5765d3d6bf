package announce

import (
	"net/netip"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/memnet"
	"github.com/torrentkit/torrentkit/internal/peertest"
	tt "github.com/torrentkit/torrentkit/internal/trackertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

func manyHashes(n int) []metainfo.HashV1 {
	out := make([]metainfo.HashV1, n)
	for i := range out {
		out[i] = RandomHash()
	}
	return out
}

func scrapeOne(t *testing.T, tracker string, hashes []metainfo.HashV1) ScrapeResult {
	t.Helper()
	rs := Scrape(t.Context(), tracker, hashes, Options{Timeout: time.Minute})
	if len(rs) != 1 || len(rs[0].Counts) != len(hashes) {
		t.Fatalf("%d results: %+v", len(rs), rs)
	}
	return rs[0]
}

func TestScrapeEveryTransport(t *testing.T) {
	tr := tt.Start(t)
	hashes := manyHashes(120)
	for i, h := range hashes {
		for range i % 3 {
			tr.Add(h, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(1+tr.Count(h))), "", 0)
		}
	}
	for transport, u := range urls(tr) {
		if transport == HTTPS || transport == WSS {
			continue
		}
		r := scrapeOne(t, u, hashes)
		requests := 3
		if transport == UDP {
			requests *= 4 // two torrents alone, and the chunk once more, prove the order
		}
		if !r.Good() || r.Requests != requests || len(r.Findings) > 0 {
			t.Fatalf("%s: %v, %d requests, %v", transport, r.Failure, r.Requests, r.Findings)
		}
		for i, c := range r.Counts {
			if !c.Known || c.Hash != hashes[i] || c.Seeds != int64(i%3) || c.Leeches != 0 || c.Downloaded != 0 {
				t.Fatalf("%s: %d: %+v", transport, i, c)
			}
		}
	}
}

func TestScrapeShortAnswers(t *testing.T) {
	hashes := manyHashes(20)
	tr := tt.Start(t, tt.DroppedScrapes)
	r := scrapeOne(t, tr.HTTP(), hashes)
	if !r.Good() || len(r.Findings) != 1 || r.Findings[0].ID != "scrape-short" || !r.Counts[19].Known {
		t.Errorf("%v, findings %v", r.Failure, r.Findings)
	}
}

func TestScrapeFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			fault     tt.Fault
			transport Transport
			want      string
		}{
			{tt.ScrapeMangled, HTTP, "scrape-key-mangled"}, {tt.ScrapeClosed, HTTP, "not-a-tracker"}, {tt.ScrapeClosed, UDP, "rejected"},
			{tt.UDPScrapeLength, UDP, "scrape-length"}, {tt.HTML, HTTP, "not-a-tracker"}, {tt.Mute, WS, "timeout"}, {tt.Nested, HTTP, "malformed"},
		} {
			n := new(memnet.Network)
			tr := tt.StartIn(t, n, c.fault)
			rs := Scrape(t.Context(), urls(tr)[c.transport], []metainfo.HashV1{{0xff, 0xfe}}, Options{network: n})
			checkOutcome(t, rs[0].Result, c.want, "")
			if c.fault == tt.ScrapeMangled && !rs[0].Counts[0].Known {
				t.Error("the mangled key was not matched")
			}
		}
	})
}

func TestScrapeURL(t *testing.T) {
	for in, want := range map[string]string{
		"http://t/announce": "http://t/scrape", "http://t/x/announce.php?k=1": "http://t/x/scrape.php?k=1",
		"http://t/announce/key": "http://t/scrape/key", "http://t/announce.php/key?a=b": "http://t/scrape.php/key?a=b",
		"http://t/key/announce": "http://t/key/scrape", "http://t/announce/announce": "http://t/announce/scrape",
		"http://t/announcer/key": "", "http://t/announcements": "http://t/scrapements",
		"http://t/a%2Fb/announce": "http://t/a%2Fb/scrape", "http://t/scrape?k": "http://t/scrape?k", "http://t/": "", "http://t": "",
	} {
		e, f := parseTracker(in)
		if f != nil {
			t.Fatal(f)
		}
		s := Options{}.fill(Query{})
		if got, f := s.scrapeURL(e); (f == nil) != (want != "") || f == nil && got.String() != want {
			t.Errorf("the scrape URL of %q is %v, %v", in, got, f)
		}
	}
}

// TestScrapeWithKey: a tracker whose key follows announce is scraped with it, and
// one that scrapes elsewhere where it is told.
func TestScrapeWithKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		tr := tt.StartIn(t, n, tt.Private)
		for _, c := range []struct{ tracker, scrape, want string }{
			{tr.HTTP(), "", "passkey-invalid"}, {tr.HTTP() + "/key", "", ""}, {"http://nowhere.invalid/tracker", "http://" + netAddress(tr) + "/scrape/key", ""},
			{tr.HTTP() + "/key", "udp://127.0.0.1:9", "bad-request"}, {tr.UDP(), "http://127.0.0.1:9/scrape", "bad-request"},
		} {
			opt := Options{network: n, ScrapeURL: c.scrape, Resolver: host{"127.0.0.1"}}
			r := Scrape(t.Context(), c.tracker, manyHashes(1), opt)[0]
			if got := r.Failure; (got == nil) != (c.want == "") || got != nil && string(got.Code) != c.want {
				t.Errorf("%s, %q: %v", c.tracker, c.scrape, got)
			}
		}
	})
}

// TestScrapeOfZeros: that a tracker counts nobody is believed, unless its own announce says otherwise, or that a key is missing.
func TestScrapeOfZeros(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			name     string
			faults   []tt.Fault
			path     string
			peers    int
			want     string
			requests int
		}{
			{"nobody there", nil, "/announce", 0, "", 2},
			{"somebody there", nil, "/announce", 1, "", 1},
			{"no key", []tt.Fault{tt.Private}, "/announce", 1, "passkey-invalid", 2},
			{"no key, by the scrape URL", []tt.Fault{tt.Private}, "/scrape", 1, "passkey-invalid", 2},
			{"a key", []tt.Fault{tt.Private}, "/announce/key", 1, "", 1},
			{"a key, and nobody there", []tt.Fault{tt.Private}, "/announce/key", 0, "", 2},
			{"zeros for everybody", []tt.Fault{tt.ScrapeZeros}, "/announce", 3, "scrape-zeros", 3},
			{"an announce that fails", []tt.Fault{tt.StoppedError}, "/announce", 0, "", 2},
			{"an announce of another torrent", []tt.Fault{tt.Whitelist}, "/announce", 0, "", 2},
		} {
			n := new(memnet.Network)
			tr := tt.StartIn(t, n, c.faults...)
			hash := RandomHash()
			for i := range c.peers {
				tr.Add(hash, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(1+i)), "", 0)
			}
			r := Scrape(t.Context(), "http://"+netAddress(tr)+c.path, []metainfo.HashV1{hash}, Options{network: n})[0]
			checkOutcome(t, r.Result, c.want, "")
			if r.Requests != c.requests {
				t.Errorf("%s: %d requests, want %d", c.name, r.Requests, c.requests)
			}
			if r.Counts[0].Known == (c.want == "passkey-invalid") || tr.Count(hash) != c.peers {
				t.Errorf("%s: %+v; %d peers are there", c.name, r.Counts, tr.Count(hash))
			}
		}
	})
}

func netAddress(tr *tt.Tracker) string {
	u, err := url.Parse(tr.HTTP())
	if err != nil {
		panic(err)
	}
	return u.Host
}

func TestScrapeEach(t *testing.T) {
	tr := tt.Start(t)
	n := 0
	urls, hashes := []string{tr.HTTP(), tr.UDP(), tr.WS()}, manyHashes(2)
	for _, r := range ScrapeEach(t.Context(), len(urls), func(i int) (string, []metainfo.HashV1) { return urls[i], hashes }, Options{}) {
		if n++; !r.Good() {
			t.Error(r.Failure)
		}
	}
	if n != 3 {
		t.Errorf("%d results", n)
	}
	full := Scrape(t.Context(), tt.Start(t, tt.FullScrapeOpen).HTTP(), nil, Options{})
	if !full[0].Good() {
		t.Error(full[0].Failure)
	}
}

func TestScrapeReal(t *testing.T) {
	hashes := manyHashes(60)
	raw := make([][20]byte, len(hashes))
	for i, h := range hashes {
		raw[i] = h
	}
	for _, real := range []peertest.Tracker{peertest.Opentracker(t, raw...), peertest.BittorrentTracker(t)} {
		for _, h := range hashes {
			wantGood(t, one(t, Query{Tracker: real.UDP, Hash: h}, Options{Event: EventStarted, Seed: true, NoStop: true}))
		}
		for _, u := range realURLs(real) {
			r := scrapeOne(t, u, hashes)
			if !r.Good() {
				t.Fatal(r.Failure)
			}
			for i, c := range r.Counts {
				if !c.Known || c.Seeds != 1 {
					t.Errorf("%s: %d: %+v", u, i, c)
				}
			}
			if nobody := Scrape(t.Context(), u, manyHashes(1), Options{Timeout: time.Minute})[0]; !nobody.Good() {
				t.Errorf("%s: a torrent without peers: %v", u, nobody.Failure)
			} else if f, ok := found(nobody.Findings, "scrape-zeros"); ok {
				t.Errorf("%s: %s", u, f.Text)
			}
			t.Logf("%s: %d requests, %v", u, r.Requests, r.Findings)
		}
	}
}

// TestScrapeOrder: counts belong to the torrents that they are given for, in
// whatever order a UDP tracker sends them.
func TestScrapeOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			name   string
			seeds  []int // of each torrent
			faults []tt.Fault
			found  bool
		}{
			{"two", []int{1, 0}, []tt.Fault{tt.UDPScrapeTable}, true},
			{"half and half", []int{1, 0, 1, 0, 0, 1, 1, 0, 1, 0}, []tt.Fault{tt.UDPScrapeTable}, true},
			{"all the same", []int{2, 2, 2, 2}, []tt.Fault{tt.UDPScrapeTable}, false},
			{"in order", []int{3, 0, 1, 7}, nil, false},
			{"unknown ones left out", []int{0, 1}, []tt.Fault{tt.UDPScrapeOmits}, true},
		} {
			n := new(memnet.Network)
			tr := tt.StartIn(t, n, c.faults...)
			var hashes []metainfo.HashV1
			for i, seeds := range c.seeds { // in descending order, which the table is not
				h := metainfo.HashV1{byte(0xff - i)}
				hashes = append(hashes, h, h)
				for port := range seeds {
					tr.Add(h, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(1+port)), "", 0)
				}
			}
			r := Scrape(t.Context(), tr.UDP(), hashes, Options{network: n})[0]
			if r.Failure != nil || len(r.Counts) != len(hashes) {
				t.Fatalf("%s: %v, %d counts", c.name, r.Failure, len(r.Counts))
			}
			for i, got := range r.Counts {
				if want := int64(c.seeds[i/2]); got.Hash != hashes[i] || max(got.Seeds, 0) != want {
					t.Errorf("%s: torrent %d has %d seeds, want %d", c.name, i, got.Seeds, want)
				}
			}
			if _, ok := found(r.Findings, "scrape-order"); ok != c.found {
				t.Errorf("%s: findings %v", c.name, r.Findings)
			}
		}
	})
}
