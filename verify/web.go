package verify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
)

// WebOptions say how to check web seeds.
type WebOptions struct {
	Selection
	Memory
	WebAccess
	// Progress, if not nil, is told how many bytes of content were received.
	Progress func(done, total int64)
}

// WebAccess says which web seeds are asked, and how.
type WebAccess struct {
	// URLs are the seeds to check, by the rules of BEP 19; none are those of
	// the torrent (BEP 19 and BEP 17).
	URLs []string
	// AllowPrivate lets the torrent, and redirects, lead to addresses that are not
	// public, such as loopback. URLs may be there in any case.
	AllowPrivate bool
	// Connections is how many requests run side by side; 0 is 4.
	Connections int
	UserAgent   string // empty: torrentkit
	// Timeout bounds the check of each seed; 0 is as long as it takes.
	Timeout time.Duration
	// Stall is how long a server may send nothing, or less than 2 KiB for each
	// second, and Retries how often a request that failed is put again, after
	// pauses that grow from Pause; 0 is 20 seconds, 3 times and half a second.
	// Retries < 0 is never.
	Stall   time.Duration
	Retries int
	Pause   time.Duration

	resolver dial.Resolver
}

// WebReport is what checking one web seed found.
type WebReport struct {
	URL  string // as the torrent, or the options, have it
	Kind string // BEP 19 or BEP 17
	// Report is about the files that the seed serves. Its Root is URL.
	Report *Report
	Faults []WebFault // in the order in which they were found, each once
	// Requests counts the answers of the server, and Received the bytes of
	// content in them.
	Requests, Received int64
	// Unremembered counts the files whose good pieces the journal could not
	// take: the server sends no strong ETag and no Last-Modified that is old
	// enough to tell another version, or several servers take turns.
	Unremembered int
}

// OK tells whether everything that was asked for was served, by the rules.
func (w *WebReport) OK() bool { return len(w.Faults) == 0 && w.Report.OK() }

// WebFault is one thing that is wrong with a web seed.
type WebFault struct {
	// Kind is a stable name: url, scheme, address, connect, tls, redirect, status,
	// missing, base-folder, no-range, bad-range, size, changed, encoding, stall, slow,
	// cut-short, busy or timeout.
	Kind    string
	File    int    // index in Report.Files; -1 if it is not about one file
	Message string // never holds a URL
}

func (f *WebFault) Error() string { return f.Message }

// maxFaults bounds what is remembered of a bad seed, maxBad and maxAbsent with
// how many files in vain it is asked for more: those that cost tries and
// waiting, and those that are missing or of another size.
const (
	maxFaults = 100
	maxBad    = 8
	maxAbsent = 200
)

// WebSeeds checks the web seeds of a torrent, or those in the options, one
// after the other: URL, sizes, ranges and content. No byte of content is stored.
// What is wrong with a seed is in its report. The error is a problem of the
// torrent or the journal, that there are no seeds, or ctx's.
//
// The journal remembers good pieces by the URL of their files, the size and
// the version (ETag, Last-Modified) that the server tells: before what it knows
// is taken over, one byte of each file is asked for.
func WebSeeds(ctx context.Context, torrent []byte, o WebOptions) ([]*WebReport, error) {
	t, err := metainfo.Parse(torrent)
	if err != nil {
		return nil, err
	}
	seeds, err := seedsOf(t, o.WebAccess)
	if err != nil {
		return nil, err
	}
	var reports []*WebReport
	for _, s := range seeds {
		within, err := s.begin(ctx, o.Selection)
		if err != nil {
			return nil, err
		}
		err = s.check(within, o)
		s.stop(nil)
		s.client.CloseIdleConnections()
		reports = append(reports, s.rep)
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		if err != nil {
			return reports, err
		}
	}
	return reports, nil
}

// begin makes the report of a seed, and a context that ends when there is no
// use in asking for more.
func (s *seed) begin(ctx context.Context, o Selection) (context.Context, error) {
	r := blankReport(s.t, s.raw, contentFiles(s.t))
	if err := r.choose(o); err != nil {
		return nil, err
	}
	s.rep = &WebReport{URL: s.raw, Kind: s.kind, Report: r}
	s.files = make([]served, len(r.Files))
	ctx, stop := context.WithCancelCause(ctx)
	s.stop = stop
	if s.o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, s.o.Timeout, &WebFault{"timeout", -1, fmt.Sprintf("the check is not done within %v", s.o.Timeout)})
		s.stop = func(cause error) {
			stop(cause)
			cancel()
		}
	}
	return ctx, nil
}

// ErrNoSeeds is that a torrent has no web seed to check.
var ErrNoSeeds = errors.New("the torrent has no web seeds")

// seedsOf makes the seeds that are to be checked.
func seedsOf(t *metainfo.Torrent, o WebAccess) ([]*seed, error) {
	var seeds []*seed
	add := func(raw, kind, named string) {
		seeds = append(seeds, &seed{t: t, raw: raw, kind: kind, layout: t.Layout(), client: newClient(o, named), o: o.withDefaults()})
	}
	for _, raw := range o.URLs {
		named := ""
		if u, err := url.Parse(strings.TrimSpace(raw)); err == nil {
			named = u.Hostname()
		}
		add(raw, bep19, named)
	}
	if len(o.URLs) == 0 {
		for _, u := range t.WebSeeds {
			add(u, bep19, "")
		}
		for _, u := range t.HTTPSeeds {
			add(u, bep17, "")
		}
	}
	if len(seeds) == 0 {
		return nil, ErrNoSeeds
	}
	return seeds, nil
}

const (
	bep19 = "BEP 19"
	bep17 = "BEP 17"
)

func (o WebAccess) withDefaults() WebAccess {
	if o.Connections <= 0 {
		o.Connections = 4
	}
	o.Connections = min(o.Connections, dial.Sockets())
	if o.UserAgent == "" {
		o.UserAgent = "torrentkit"
	}
	if o.Stall <= 0 {
		o.Stall = 20 * time.Second
	}
	if o.Retries == 0 {
		o.Retries = 3
	}
	if o.Pause <= 0 {
		o.Pause = 500 * time.Millisecond
	}
	return o
}

// seed is one web seed.
type seed struct {
	t      *metainfo.Torrent
	raw    string
	kind   string
	base   *url.URL // BEP 19: of the one file, or of the folder of many
	layout *layout.Layout
	client *http.Client
	o      WebAccess
	rep    *WebReport

	requests, received atomic.Int64
	stop               context.CancelCauseFunc // ends all that goes on

	mu          sync.Mutex // guards rep.Faults and what follows
	files       []served   // by index in Report.Files
	bad, absent int        // files that were asked for in vain
}

// parse reads the URL by the rules of BEP 19. It returns what makes the seed unusable.
func (s *seed) parse() error {
	u, err := url.Parse(strings.TrimSpace(s.raw))
	if err != nil {
		return &WebFault{"url", -1, "the URL cannot be read"}
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return &WebFault{"scheme", -1, fmt.Sprintf("the scheme is %q: only http and https are checked", u.Scheme)}
	}
	if u.Host == "" {
		return &WebFault{"url", -1, "the URL names no host"}
	}
	s.base = u
	if s.kind == bep17 {
		if !s.t.Format.HasV1() {
			return &WebFault{"url", -1, "BEP 17 seeds serve v1 pieces, and the torrent has none"}
		}
		return nil
	}
	slash := strings.HasSuffix(u.Path, "/")
	switch {
	case !s.t.Single && u.RawQuery != "":
		s.fault(&WebFault{"url", -1, "the URL has a query, and names of files are added behind a path"})
	case !s.t.Single && !slash:
		s.fault(&WebFault{"url", -1, "the URL of a torrent of many files must end in a slash (BEP 19); it was read as if it did"})
	}
	if s.t.Single && slash || !s.t.Single {
		s.base = below(u, s.t.Name)
	}
	return nil
}

// below returns the URL of a name in a folder, or in folders below it. Every
// byte of the names that means something in a path is escaped.
func below(u *url.URL, names ...string) *url.URL {
	b := *u
	b.RawPath = strings.TrimSuffix(u.EscapedPath(), "/")
	for _, name := range names {
		b.RawPath += "/" + url.PathEscape(name)
	}
	b.Path, _ = url.PathUnescape(b.RawPath)
	return &b
}

// urlOf returns the URL of a file of the torrent.
func (s *seed) urlOf(i int) *url.URL {
	if s.t.Single {
		return s.base
	}
	return below(s.base, strings.Split(s.t.Files[i].Path, "/")...)
}

// fault remembers what is wrong, once.
func (s *seed) fault(f *WebFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range s.rep.Faults {
		if known.Kind == f.Kind && known.File == f.File {
			return
		}
	}
	if len(s.rep.Faults) < maxFaults {
		s.rep.Faults = append(s.rep.Faults, *f)
	}
}
