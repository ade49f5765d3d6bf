package announce

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/secret"
)

// Probe announces to one tracker. It returns one result, or with
// Options.AllAddresses one for each address of the host, in the order of the
// resolver. It never returns none, and ends by the timeout or with ctx.
func Probe(ctx context.Context, q Query, opt Options) []Result {
	var out []Result
	for _, r := range probe(ctx, q, opt) {
		out = append(out, r.Result)
	}
	return out
}

// probe is Probe, of whose results only that of the announce is set.
func probe(ctx context.Context, q Query, opt Options) []ScrapeResult {
	s := opt.fill(q)
	return s.eachAddress(ctx, q, func(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *ScrapeResult) {
		s.announce(ctx, e, addrs, &r.Result)
	})
}

// asker puts a question to the addresses, and keeps in r what came of it: counts, if
// it is a scrape.
type asker func(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *ScrapeResult)

// maxStarved is how often a probe begins anew that lacked a file descriptor.
const maxStarved = 10

// eachAddress finds the addresses and runs ask once for all of them, or once for
// each. That we lack file descriptors is not the tracker's fault, whose time begins
// anew then.
func (s *settings) eachAddress(ctx context.Context, q Query, ask asker) []ScrapeResult {
	for try := 1; ; try++ {
		results := s.askEach(ctx, q, ask)
		starved := false
		for i := range results {
			f := results[i].Failure
			starved = starved || f != nil && f.Code == Shortage
		}
		if !starved || try == maxStarved || ctx.Err() != nil {
			return results
		}
	}
}

func (s *settings) askEach(ctx context.Context, q Query, ask asker) []ScrapeResult {
	started := time.Now()
	probeCtx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	e, r := s.begin(q)
	base := ScrapeResult{Result: r}
	groups := [][]netip.AddrPort{nil} // a proxy finds the address
	if base.Failure == nil && s.Proxy == nil {
		groups[0], base.Failure = s.resolve(probeCtx, e.host, e.port)
		base.Timing.DNS = time.Since(started)
	}
	if base.Failure != nil {
		base.Timing.Total = time.Since(started)
		return []ScrapeResult{base}
	}
	if s.AllAddresses && s.Proxy == nil {
		all := groups[0]
		groups = nil
		for i := range all {
			groups = append(groups, all[i:i+1])
		}
	}
	results := make([]ScrapeResult, len(groups))
	var wg sync.WaitGroup
	for i, addrs := range groups {
		results[i] = base
		wg.Go(func() {
			results[i].Addr = firstOf(addrs)
			ask(probeCtx, e, addrs, &results[i])
			if results[i].Timing.Total == 0 {
				results[i].Timing.Total = time.Since(started)
			}
		})
	}
	wg.Wait()
	return results
}

// begin returns the tracker of a question, and the result that nothing has come of
// yet. It has a Failure where the question cannot be asked.
func (s *settings) begin(q Query) (endpoint, Result) {
	r := Result{Query: q, Event: s.Event}
	if r.Event == EventAuto {
		r.Event = EventStarted
	}
	e, f := parseTracker(q.Tracker)
	if f == nil {
		f = s.check(e)
	}
	r.Transport, r.Failure = e.transport, f
	return e, r
}

// firstOf returns the only address of a group; with several it is not known
// yet which one will answer.
func firstOf(addrs []netip.AddrPort) netip.AddrPort {
	if len(addrs) == 1 {
		return addrs[0]
	}
	return netip.AddrPort{}
}

// check refuses what the transport cannot carry, before anything is sent.
func (s *settings) check(e endpoint) *Failure {
	if s.Proxy != nil {
		if s.PublicOnly {
			return fail(BadRequest, "a proxy would connect to whatever address: none is asked for trackers that strangers name")
		}
		switch s.Proxy.Scheme {
		case "http", "https", "socks5", "socks5h":
		default:
			return fail(BadRequest, "http, https, socks5 and socks5h proxies can be used, not "+secret.URL(s.Proxy.String()))
		}
	}
	for name, values := range s.Header {
		if !isToken(name) || strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") {
			return fail(BadRequest, fmt.Sprintf("%q is no header that HTTP carries", name))
		}
	}
	if e.transport != UDP {
		return nil
	}
	if s.Proxy != nil && s.Proxy.Scheme != "socks5" && s.Proxy.Scheme != "socks5h" {
		return fail(BadRequest, "UDP passes a socks5 proxy only, not "+secret.URL(s.Proxy.String()))
	}
	if s.IP != "" {
		if a, err := netip.ParseAddr(s.IP); err != nil || !a.Is4() {
			return fail(BadRequest, "over UDP only an IPv4 address can be announced as ip")
		}
	}
	return nil
}

// isToken tells whether s can be the name of a header (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// ProbeAll asks many trackers at once, at most Options.Parallel at a time, and
// yields results as they arrive with the index of their query. Breaking out of
// the loop ends all probes.
func ProbeAll(ctx context.Context, queries []Query, opt Options) iter.Seq2[int, Result] {
	all := fanOut(ctx, len(queries), opt.Parallel, func(ctx context.Context, i int) []ScrapeResult { return probe(ctx, queries[i], opt) })
	return func(yield func(int, Result) bool) {
		all(func(i int, r ScrapeResult) bool { return yield(i, r.Result) })
	}
}

// fanOut runs n jobs in parallel and yields what they return on the caller's goroutine.
func fanOut(ctx context.Context, n, parallel int, job func(context.Context, int) []ScrapeResult) iter.Seq2[int, ScrapeResult] {
	if parallel <= 0 {
		parallel = 512
	}
	parallel = min(parallel, dial.Sockets())
	return func(yield func(int, ScrapeResult) bool) {
		type item struct {
			i  int
			vs []ScrapeResult
		}
		ctx, cancel := context.WithCancel(ctx)
		out := make(chan item)
		next := make(chan int)
		var wg sync.WaitGroup
		for range min(parallel, n) {
			wg.Go(func() {
				for i := range next {
					out <- item{i, job(ctx, i)}
				}
			})
		}
		go func() {
			for i := range n {
				next <- i
			}
			close(next)
			wg.Wait()
			close(out)
		}()
		more := true
		for it := range out {
			for _, v := range it.vs {
				if more && !yield(it.i, v) {
					more = false
					cancel()
				}
			}
		}
		cancel()
	}
}
