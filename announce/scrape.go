package announce

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/secret"
	"github.com/torrentkit/torrentkit/metainfo"
)

// scrapeChunk is how many infohashes one request carries: real trackers
// answer 50 over HTTP, and 74 over UDP, without dropping any.
const scrapeChunk = 50

// Counts is what a scrape says of one torrent (BEP 48). Counts that the
// tracker did not give are Unknown.
type Counts struct {
	Hash       metainfo.HashV1
	Known      bool // the tracker answered for it
	Seeds      int64
	Leeches    int64
	Downloaded int64
	Name       string
}

func unknownCounts(h metainfo.HashV1) Counts {
	return Counts{Hash: h, Seeds: Unknown, Leeches: Unknown, Downloaded: Unknown}
}

// ScrapeResult is what a scrape of one address brought. Counts has an element
// for each hash, in the order asked, also where there is a failure: then those
// that came before it are Known.
type ScrapeResult struct {
	Result   // Reply is nil; Hash is that of the first torrent
	Counts   []Counts
	Requests int           // requests that it took
	Wait     time.Duration // min_request_interval, 0 where not given
}

// Good says whether the tracker answered; unknown torrents do not matter.
func (r *ScrapeResult) Good() bool { return r.Failure == nil }

// Scrape asks one tracker for the counts of torrents, in as many requests as
// real trackers need to answer in full. It returns one result, or with
// Options.AllAddresses one for each address. Without hashes it asks HTTP
// trackers for everything they have. Where a UDP tracker does not keep the
// order of the torrents, they are asked for one by one, and a finding says so.
func Scrape(ctx context.Context, tracker string, hashes []metainfo.HashV1, opt Options) []ScrapeResult {
	q := Query{Tracker: tracker}
	if len(hashes) > 0 {
		q.Hash = hashes[0]
	}
	s := opt.fill(q)
	s.Event = EventNone
	var mu sync.Mutex
	scrapes := make(map[*Result]*ScrapeResult)
	asked := distinct(hashes)
	results := s.eachAddress(ctx, q, func(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *Result) {
		sr := s.scrapeAddress(ctx, e, addrs, asked, r)
		sr.spread(hashes)
		mu.Lock()
		defer mu.Unlock()
		scrapes[r] = sr
	})
	out := make([]ScrapeResult, len(results))
	for i := range results {
		out[i].Counts = missing(hashes)
		if sr := scrapes[&results[i]]; sr != nil {
			out[i] = *sr
		}
		out[i].Result = results[i]
	}
	return out
}

// distinct leaves the first of equals: trackers answer for a torrent once.
func distinct(hashes []metainfo.HashV1) []metainfo.HashV1 {
	seen := make(map[metainfo.HashV1]bool, len(hashes))
	return slices.DeleteFunc(slices.Clone(hashes), func(h metainfo.HashV1) bool {
		old := seen[h]
		seen[h] = true
		return old
	})
}

// spread gives counts to each hash as it was asked for, repetitions too.
func (sr *ScrapeResult) spread(hashes []metainfo.HashV1) {
	if len(hashes) <= len(sr.Counts) { // nothing is repeated, or everything was asked for
		return
	}
	byHash := make(map[metainfo.HashV1]Counts, len(sr.Counts))
	for _, c := range sr.Counts {
		byHash[c.Hash] = c
	}
	sr.Counts = make([]Counts, len(hashes))
	for i, h := range hashes {
		sr.Counts[i] = byHash[h]
	}
}

func missing(hashes []metainfo.HashV1) []Counts {
	var out []Counts
	for _, h := range hashes {
		out = append(out, unknownCounts(h))
	}
	return out
}

// ScrapeEach scrapes n trackers at once and yields results as they arrive with
// the index of their tracker: ask returns the tracker of an index, and the
// torrents that it is asked about.
func ScrapeEach(ctx context.Context, n int, ask func(i int) (string, []metainfo.HashV1), opt Options) iter.Seq2[int, ScrapeResult] {
	return fanOut(ctx, n, opt.Parallel, func(ctx context.Context, i int) []ScrapeResult {
		tracker, hashes := ask(i)
		return Scrape(ctx, tracker, hashes, opt)
	})
}

// scraper asks for the counts of one chunk of hashes over an open session.
type scraper func(ctx context.Context, chunk []metainfo.HashV1, sr *ScrapeResult, r *Result) ([]Counts, *Failure)

func (s *settings) scrapeAddress(ctx context.Context, e endpoint, addrs []netip.AddrPort, hashes []metainfo.HashV1, r *Result) *ScrapeResult {
	started := time.Now()
	sr := &ScrapeResult{}
	ask, done, f := s.openScrape(ctx, e, addrs, r)
	if f == nil && e.transport == UDP {
		ask = (&orderProof{ask: ask}).scrape
	}
	if f == nil {
		f = scrapeChunks(ctx, ask, hashes, sr, r)
		done()
	}
	if got := len(sr.Counts); got < len(hashes) {
		sr.Counts = append(sr.Counts, missing(hashes[got:])...)
	}
	r.Failure = f
	r.Timing.Total = r.Timing.DNS + time.Since(started)
	return sr
}

// scrapeChunks asks chunk by chunk. Where a chunk of several comes back short
// the hashes without counts are asked for once more, by themselves.
func scrapeChunks(ctx context.Context, ask scraper, hashes []metainfo.HashV1, sr *ScrapeResult, r *Result) *Failure {
	if len(hashes) == 0 {
		all, f := ask(ctx, nil, sr, r)
		sr.Counts = all
		return f
	}
	for at := 0; at < len(hashes); at += scrapeChunk {
		chunk := hashes[at:min(at+scrapeChunk, len(hashes))]
		counts, f := ask(ctx, chunk, sr, r)
		if f != nil {
			sr.Counts = append(sr.Counts, counts...)
			return f
		}
		var again []metainfo.HashV1
		for _, c := range counts {
			if !c.Known {
				again = append(again, c.Hash)
			}
		}
		if n := len(again); n > 0 && n < len(chunk) {
			if err := fillIn(ctx, ask, counts, again, sr, r); err != nil {
				return err
			}
		}
		sr.Counts = append(sr.Counts, counts...)
	}
	return nil
}

func fillIn(ctx context.Context, ask scraper, counts []Counts, again []metainfo.HashV1, sr *ScrapeResult, r *Result) *Failure {
	second, f := ask(ctx, again, sr, r)
	if f != nil {
		return f
	}
	found := make(map[metainfo.HashV1]Counts)
	for _, c := range second {
		if c.Known {
			found[c.Hash] = c
		}
	}
	for i, c := range counts {
		if late, ok := found[c.Hash]; ok && !c.Known {
			counts[i] = late
		}
	}
	if len(found) > 0 {
		r.note("scrape-short", Warning, 48, fmt.Sprintf("a request for %d torrents was answered for %d of them only; the rest came when asked again", len(counts), len(counts)-len(again)))
	}
	return nil
}

func (s *settings) openScrape(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *Result) (scraper, func(), *Failure) {
	if s.ScrapeURL != "" && e.transport != HTTP && e.transport != HTTPS {
		return nil, nil, fail(BadRequest, "a scrape URL is for trackers over HTTP, not "+secret.URL(e.raw))
	}
	switch e.transport {
	case UDP:
		u, f := s.reachUDP(ctx, e, addrs, r)
		if f != nil {
			return nil, nil, f
		}
		return u.scrape, func() {
			u.close()
			r.Sent += u.sent
			r.Exchanges = append(r.Exchanges, u.log...)
		}, nil
	case WS, WSS:
		w, f := s.openWS(ctx, e, addrs, r)
		if f != nil {
			return nil, nil, f
		}
		return w.scrape, func() {
			w.close()
			r.Sent += w.sent
		}, nil
	}
	u, f := s.scrapeURL(e)
	if f != nil {
		return nil, nil, f
	}
	if u.Host != e.url.Host { // it is looked up on its own
		e.host, addrs = u.Hostname(), nil
	}
	c := s.newHTTPClient(e, addrs, r)
	return func(ctx context.Context, chunk []metainfo.HashV1, sr *ScrapeResult, r *Result) ([]Counts, *Failure) {
		return c.scrape(ctx, u, chunk, sr, r)
	}, c.close, nil
}

func (u *udpSession) scrape(ctx context.Context, chunk []metainfo.HashV1, sr *ScrapeResult, r *Result) ([]Counts, *Failure) {
	if len(chunk) == 0 {
		return nil, fail(BadRequest, "over UDP there is no scrape of everything")
	}
	sr.Requests++
	asked := time.Now()
	p, f := u.request(ctx, "scrape", actScrape, func(id uint64, tid uint32) []byte {
		b := head(id, actScrape, tid)
		for _, h := range chunk {
			b = append(b, h[:]...)
		}
		return b
	})
	r.Timing.FirstByte = time.Since(asked)
	if f != nil {
		return nil, f
	}
	counts, notes, f := decodeUDPScrape(p, chunk)
	r.Findings = append(r.Findings, notes...)
	return counts, f
}

func (w *wsSession) scrape(ctx context.Context, chunk []metainfo.HashV1, sr *ScrapeResult, r *Result) ([]Counts, *Failure) {
	if len(chunk) == 0 {
		return nil, fail(BadRequest, "a scrape of everything is asked over HTTP only")
	}
	sr.Requests++
	names := make([]string, len(chunk))
	for i, h := range chunk {
		names[i] = binaryString(h[:])
	}
	if _, f := w.write(ctx, "scrape", mustJSON(map[string]any{"action": "scrape", "info_hash": names})); f != nil {
		return nil, f
	}
	asked := time.Now()
	m, f := w.read(ctx, "scrape", func(m wsMessage) bool { return m.text("action") == "scrape" || m.refuses() })
	r.Timing.FirstByte = time.Since(asked)
	if f != nil {
		return nil, f
	}
	counts, notes, f := m.scrape(chunk)
	r.Findings = append(r.Findings, notes...)
	return counts, f
}

func (c *httpClient) scrape(ctx context.Context, u *url.URL, chunk []metainfo.HashV1, sr *ScrapeResult, r *Result) ([]Counts, *Failure) {
	sr.Requests++
	var query []string
	for _, h := range chunk {
		query = append(query, "info_hash="+escapeBytes(h[:]))
	}
	target := u
	if len(query) > 0 {
		target = withQuery(u, strings.Join(query, "&"))
	}
	ans, f := c.get(ctx, "scrape", target)
	if f != nil {
		return nil, f
	}
	if looksLikeHTML(ans) || ans.status != 200 && (len(ans.body) == 0 || ans.body[0] != 'd') {
		return nil, notBencode(ans)
	}
	var d replyReader
	counts, wait, f := d.scrape(ans.body, chunk)
	r.Findings = append(r.Findings, d.findings...)
	sr.Wait = max(sr.Wait, wait)
	return counts, f
}

// scrape reads the body of an HTTP scrape. Keys are matched by their 20 raw
// bytes and, failing that, by undoing what turns bytes into UTF-8.
func (d *replyReader) scrape(body []byte, hashes []metainfo.HashV1) ([]Counts, time.Duration, *Failure) {
	top, f := d.scan(body)
	if f != nil {
		return nil, 0, f
	}
	if v, ok := top.Get("failure reason"); ok {
		text, _ := v.Text()
		d.retry(top)
		return nil, 0, &Failure{Code: classify(text), Reason: text, Detail: "the tracker refused", Retry: d.reply.RetryIn}
	}
	files, ok := top.Get("files")
	if !ok || files.Kind() != bencode.Dict {
		return nil, 0, fail(Malformed, "the scrape answer has no files dictionary")
	}
	byHash := make(map[metainfo.HashV1]Counts)
	var order []metainfo.HashV1
	for k, v := range files.Entries() {
		raw, _ := k.Bytes()
		if len(raw) != 20 {
			plain := undoMangling(raw)
			if len(plain) != 20 {
				d.once("scrape-key-length", Error, 48, "a key of files has %d bytes, not 20", len(raw))
				continue
			}
			d.once("scrape-key-mangled", Error, 48, "a key of files has %d bytes, not 20: the infohash was written as UTF-8", len(raw))
			raw = plain
		}
		h := metainfo.HashV1(raw)
		byHash[h] = d.fileCounts(h, v)
		order = append(order, h)
	}
	var wait time.Duration
	if flags, ok := top.Get("flags"); ok {
		if n, ok := d.number(flags, "min_request_interval"); ok {
			wait = seconds(n)
		}
	}
	if len(hashes) == 0 {
		hashes = order
	}
	out := missing(hashes)
	for i, h := range hashes {
		if c, ok := byHash[h]; ok {
			out[i] = c
		}
	}
	return out, wait, nil
}

func (d *replyReader) once(id string, sev Severity, bep int, format string, args ...any) {
	if !d.has(id) {
		d.note(id, sev, bep, format, args...)
	}
}

func (d *replyReader) fileCounts(h metainfo.HashV1, v bencode.Value) Counts {
	c := unknownCounts(h)
	c.Known = true
	for _, field := range []struct {
		key string
		to  *int64
	}{{"complete", &c.Seeds}, {"incomplete", &c.Leeches}, {"downloaded", &c.Downloaded}} {
		if n, ok := d.number(v, field.key); ok {
			*field.to = n
		}
	}
	if n, ok := v.Get("name"); ok {
		c.Name, _ = n.Text()
	}
	return c
}
