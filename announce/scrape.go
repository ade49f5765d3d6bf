package announce

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"
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
// order of the torrents, they are asked for one by one, and a finding says so. An
// HTTP tracker that counts nobody in any of them is asked once by an announce of
// stopped, which registers nothing: without a valid key private trackers answer zeros.
func Scrape(ctx context.Context, tracker string, hashes []metainfo.HashV1, opt Options) []ScrapeResult {
	q := Query{Tracker: tracker}
	if len(hashes) > 0 {
		q.Hash = hashes[0]
	}
	s := opt.fill(q)
	s.Event = EventNone
	asked := distinct(hashes)
	out := s.eachAddress(ctx, q, func(ctx context.Context, e endpoint, addrs []netip.AddrPort, sr *ScrapeResult) {
		s.scrape(ctx, e, addrs, asked, sr)
	})
	for i := range out {
		out[i].Counts = spread(out[i].Counts, hashes)
	}
	return out
}

// distinct leaves the first of equals: trackers answer for a torrent once.
func distinct(hashes []metainfo.HashV1) []metainfo.HashV1 {
	seen := make(map[metainfo.HashV1]bool, len(hashes))
	out := make([]metainfo.HashV1, 0, len(hashes))
	for _, h := range hashes {
		if !seen[h] {
			seen[h] = true
			out = append(out, h)
		}
	}
	return out
}

// spread gives counts to each hash as it was asked for, repetitions too, and those
// that are not known to the rest. Where everything was asked for it is all there is.
func spread(counts []Counts, hashes []metainfo.HashV1) []Counts {
	if len(hashes) == 0 {
		return counts
	}
	byHash := make(map[metainfo.HashV1]Counts, len(counts))
	for _, c := range counts {
		byHash[c.Hash] = c
	}
	out := make([]Counts, len(hashes))
	for i, h := range hashes {
		c, ok := byHash[h]
		if out[i] = c; !ok {
			out[i] = unknownCounts(h)
		}
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
type scraper func(ctx context.Context, sr *ScrapeResult, chunk []metainfo.HashV1) ([]Counts, *Failure)

func (s *settings) scrape(ctx context.Context, e endpoint, addrs []netip.AddrPort, hashes []metainfo.HashV1, sr *ScrapeResult) {
	started := time.Now()
	t, f := s.openScrape(ctx, e, addrs, &sr.Result)
	if f == nil {
		defer t.close()
		ask := func(ctx context.Context, sr *ScrapeResult, chunk []metainfo.HashV1) ([]Counts, *Failure) {
			sr.Requests++
			return t.scrape(ctx, sr, chunk)
		}
		if e.transport == UDP {
			ask = (&orderProof{ask: ask}).scrape
		}
		f = scrapeChunks(ctx, ask, hashes, sr)
		if f == nil && len(hashes) > 0 && (e.transport == HTTP || e.transport == HTTPS) {
			f = s.doubtZeros(ctx, e, addrs, ask, sr)
		}
	}
	sr.Failure = f
	sr.Timing.Total = sr.Timing.DNS + time.Since(started)
}

// openScrape begins a session that is good for scrapes only.
func (s *settings) openScrape(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *Result) (session, *Failure) {
	if e.transport == HTTP || e.transport == HTTPS {
		u, f := s.scrapeURL(e)
		if f != nil {
			return nil, f
		}
		if u.Host != e.url.Host { // it is looked up on its own
			e.host, addrs = u.Hostname(), nil
		}
		e.url = u
	} else if s.ScrapeURL != "" {
		return nil, fail(BadRequest, "a scrape URL is for trackers over HTTP, not "+secret.URL(e.raw))
	}
	return s.open(ctx, e, addrs, r)
}

// scrapeChunks asks chunk by chunk. Where a chunk of several comes back short
// the hashes without counts are asked for once more, by themselves.
func scrapeChunks(ctx context.Context, ask scraper, hashes []metainfo.HashV1, sr *ScrapeResult) (f *Failure) {
	if len(hashes) == 0 {
		sr.Counts, f = ask(ctx, sr, nil)
		return f
	}
	for len(hashes) > 0 {
		chunk := hashes[:min(len(hashes), scrapeChunk)]
		hashes = hashes[len(chunk):]
		counts, f := ask(ctx, sr, chunk)
		var again []metainfo.HashV1
		for _, c := range counts {
			if !c.Known {
				again = append(again, c.Hash)
			}
		}
		if n := len(again); f == nil && n > 0 && n < len(chunk) {
			f = fillIn(ctx, ask, counts, again, sr)
		}
		sr.Counts = append(sr.Counts, counts...)
		if f != nil {
			return f
		}
	}
	return nil
}

func fillIn(ctx context.Context, ask scraper, counts []Counts, again []metainfo.HashV1, sr *ScrapeResult) *Failure {
	second, f := ask(ctx, sr, again)
	if f != nil {
		return f
	}
	late := false
	for i, c := range counts {
		if at := slices.Index(again, c.Hash); at >= 0 && second[at].Known {
			counts[i], late = second[at], true
		}
	}
	if late {
		sr.note("scrape-short", Warning, 48, fmt.Sprintf("a request for %d torrents was answered for %d of them only; the rest came when asked again", len(counts), len(counts)-len(again)))
	}
	return nil
}

func (u *udpSession) scrape(ctx context.Context, sr *ScrapeResult, chunk []metainfo.HashV1) ([]Counts, *Failure) {
	if len(chunk) == 0 {
		return nil, fail(BadRequest, "over UDP there is no scrape of everything")
	}
	p, f := u.request(ctx, "scrape", func(id uint64, tid uint32) []byte {
		b := head(id, actScrape, tid)
		for _, h := range chunk {
			b = append(b, h[:]...)
		}
		return b
	})
	if f == nil {
		f = u.answers("scrape", actScrape, p)
	}
	if f != nil {
		return nil, f
	}
	counts, notes := decodeUDPScrape(p, chunk)
	sr.Findings = append(sr.Findings, notes...)
	return counts, nil
}

func (w *wsSession) scrape(ctx context.Context, sr *ScrapeResult, chunk []metainfo.HashV1) ([]Counts, *Failure) {
	if len(chunk) == 0 {
		return nil, fail(BadRequest, "a scrape of everything is asked over HTTP only")
	}
	names := make([]string, len(chunk))
	for i, h := range chunk {
		names[i] = binaryString(h[:])
	}
	m, f := w.ask(ctx, "scrape", mustJSON(map[string]any{"action": "scrape", "info_hash": names}), func(m wsMessage) bool {
		return m.text("action") == "scrape" || m.refuses()
	})
	if f != nil {
		return nil, f
	}
	counts, notes, f := m.scrape()
	sr.Findings = append(sr.Findings, notes...)
	return spread(counts, chunk), f
}

func (c *httpClient) scrape(ctx context.Context, sr *ScrapeResult, chunk []metainfo.HashV1) ([]Counts, *Failure) {
	target := c.e.url
	if len(chunk) > 0 {
		query := make([]string, len(chunk))
		for i, h := range chunk {
			query[i] = "info_hash=" + escapeBytes(h[:])
		}
		target = withQuery(target, strings.Join(query, "&"))
	}
	ans, f := c.get(ctx, "scrape", target)
	if f != nil {
		return nil, f
	}
	if looksLikeHTML(ans) || ans.status != 200 && (len(ans.body) == 0 || ans.body[0] != 'd') {
		return nil, notBencode(ans)
	}
	var d replyReader
	counts, wait, f := d.scrape(ans.body)
	sr.Findings = append(sr.Findings, d.findings...)
	sr.Wait = max(sr.Wait, wait)
	return spread(counts, chunk), f
}

// scrape reads the body of an HTTP scrape. Keys are 20 raw bytes and, failing that,
// what undoing what turns bytes into UTF-8 makes such.
func (d *replyReader) scrape(body []byte) (counts []Counts, wait time.Duration, f *Failure) {
	top, f := d.scan(body)
	if f != nil {
		return nil, 0, f
	}
	if v, ok := top.Get("failure reason"); ok {
		text, _ := v.Text()
		d.retry(top)
		return nil, 0, refusal(text, d.reply.RetryIn)
	}
	files, ok := top.Get("files")
	if !ok || files.Kind() != bencode.Dict {
		return nil, 0, fail(Malformed, "the scrape answer has no files dictionary")
	}
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
		c := numbers(func(key string) (int64, bool) { return d.number(v, key) }).of(metainfo.HashV1(raw))
		if name, ok := v.Get("name"); ok {
			c.Name, _ = name.Text()
		}
		counts = append(counts, c)
	}
	if flags, ok := top.Get("flags"); ok {
		if n, ok := d.number(flags, "min_request_interval"); ok {
			wait = seconds(n)
		}
	}
	return counts, wait, nil
}

func (d *replyReader) once(id string, sev Severity, bep int, format string, args ...any) {
	if !d.has(id) {
		d.note(id, sev, bep, format, args...)
	}
}

// of takes the counts of a torrent.
func (get numbers) of(h metainfo.HashV1) Counts {
	return Counts{Hash: h, Known: true, Seeds: get.count("complete"), Leeches: get.count("incomplete"), Downloaded: get.count("downloaded")}
}
