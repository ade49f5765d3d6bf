package announce

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/torrentkit/torrentkit/metainfo"
)

// orderProof makes sure of whom the counts of a UDP scrape are. They come without
// infohashes, in the order asked (BEP 15), but some trackers answer in the order of
// a table of their own, which can be another one each time.
type orderProof struct {
	ask       scraper
	unordered bool // the tracker has shown it
}

// scrape asks for a chunk. Where its answers differ the order matters, and is
// proven or done without.
func (p *orderProof) scrape(ctx context.Context, sr *ScrapeResult, chunk []metainfo.HashV1) ([]Counts, *Failure) {
	counts, f := p.ask(ctx, sr, chunk)
	if f != nil || len(chunk) < 2 || alike(counts) {
		return counts, f
	}
	if !p.unordered {
		held, f := p.held(ctx, sr, chunk, counts)
		if f != nil {
			return nil, f
		}
		if held {
			return counts, nil
		}
		p.unordered = true
		sr.note("scrape-order", Error, 15, "counts of several torrents do not come in the order asked: each torrent was asked for alone")
	}
	for i := range chunk {
		one, f := p.ask(ctx, sr, chunk[i:i+1])
		if f != nil {
			return counts[:i], f
		}
		counts[i] = one[0]
	}
	return counts, nil
}

// held asks for two torrents alone, and for all once more the other way round,
// since an order by chance may have two right.
func (p *orderProof) held(ctx context.Context, sr *ScrapeResult, chunk []metainfo.HashV1, counts []Counts) (bool, *Failure) {
	for _, i := range witnesses(counts) {
		one, f := p.ask(ctx, sr, chunk[i:i+1])
		if f != nil || !one[0].Known || moved(counts, i, one[0]) {
			return false, f
		}
	}
	if len(chunk) == 2 {
		return true, nil
	}
	back := make([]metainfo.HashV1, len(chunk))
	for i, h := range chunk {
		back[len(back)-1-i] = h
	}
	again, f := p.ask(ctx, sr, back)
	if f != nil {
		return false, f
	}
	for i, was := range counts {
		if now := again[len(again)-1-i]; now.Known && was.Known && moved(counts, i, now) {
			return false, nil
		}
	}
	return true, nil
}

// witnesses picks the torrent whose counts the fewest have, and one that is as
// different from it as can be.
func witnesses(counts []Counts) [2]int {
	var out [2]int
	rarest := len(counts) + 1
	for i, c := range counts {
		same := 0
		for _, o := range counts {
			if apart(c, o) == 0 {
				same++
			}
		}
		if c.Known && same < rarest {
			rarest, out[0] = same, i
		}
	}
	for i, c := range counts {
		if c.Known && apart(counts[out[0]], c) >= apart(counts[out[0]], counts[out[1]]) {
			out[1] = i
		}
	}
	return out
}

// moved says whether now fits the counts of another torrent better than those
// of the ith. Swarms change between two questions, but hardly into another.
func moved(counts []Counts, i int, now Counts) bool {
	own := apart(counts[i], now)
	for _, c := range counts {
		if c.Known && apart(c, now) < own {
			return true
		}
	}
	return false
}

// apart is how much two counts differ.
func apart(x, y Counts) int64 {
	d := func(a, b int64) int64 { return max(a-b, b-a) }
	return d(x.Seeds, y.Seeds) + d(x.Leeches, y.Leeches) + d(x.Downloaded, y.Downloaded)
}

// alike says whether any order would do: all have the same counts.
func alike(counts []Counts) bool {
	for _, c := range counts {
		if apart(c, counts[0]) != 0 {
			return false
		}
	}
	return true
}

// countsNobody says whether the tracker answered for every torrent, and counts nothing in any.
func countsNobody(counts []Counts) bool {
	for _, c := range counts {
		if !c.Known || c.Seeds != 0 || c.Leeches != 0 || c.Downloaded > 0 {
			return false
		}
	}
	return len(counts) > 0
}

// doubtZeros makes sure of a scrape over HTTP that counts nobody in any torrent. That is
// what private trackers such as Torrust answer who has no valid key, too. An announce
// that says stopped registers nothing, and is refused there; or its counts differ.
func (s *settings) doubtZeros(ctx context.Context, e endpoint, addrs []netip.AddrPort, ask scraper, sr *ScrapeResult) *Failure {
	var ok bool
	if e.url, ok = announceURL(e.url); !ok || !countsNobody(sr.Counts) {
		return nil
	}
	witness := sr.Counts[:1]
	told := s.stoppedOnce(ctx, e, addrs, witness[0].Hash, sr)
	if f := told.Failure; f != nil && f.Code == PasskeyInvalid {
		for i, c := range sr.Counts {
			sr.Counts[i] = unknownCounts(c.Hash)
		}
		return &Failure{Code: f.Code, Reason: f.Reason, Retry: f.Retry, Err: f.Err,
			Detail: "the scrape is answered with zeros, which say nothing: the tracker refuses an announce"}
	}
	if told.Reply == nil || told.Reply.Seeds <= 0 && told.Reply.Leeches <= 1 { // one may be us
		return nil
	}
	again, f := ask(ctx, sr, []metainfo.HashV1{witness[0].Hash}) // somebody may have come in between
	if f == nil && countsNobody(again) {
		sr.note("scrape-zeros", Warning, 48, fmt.Sprintf("the scrape counts nobody, but an announce for %s is told of %s",
			witness[0].Hash, counted(max(told.Reply.Seeds, 0), max(told.Reply.Leeches, 0))))
	}
	return nil
}

// nobodysPort is one that no client of this machine is likely to have: trackers that tell
// peers by address and port would take it for gone.
const nobodysPort = 65535

// stoppedOnce announces that nobody of ours is there. It does not take long where there is no answer.
func (s *settings) stoppedOnce(ctx context.Context, e endpoint, addrs []netip.AddrPort, h metainfo.HashV1, sr *ScrapeResult) Result {
	ctx, cancel := context.WithTimeout(ctx, min(s.Timeout, 3*time.Second))
	defer cancel()
	own := *s
	own.Event, own.NoStop, own.Left, own.Port, own.PeerID = EventStopped, true, 1, nobodysPort, randomPeerID()
	r := Result{Query: Query{Tracker: sr.Tracker, Hash: h}, Event: EventStopped, Transport: e.transport}
	own.announce(ctx, e, addrs, &r)
	sr.Requests++
	sr.Sent += r.Sent
	sr.Exchanges = append(sr.Exchanges, r.Exchanges...)
	return r
}
