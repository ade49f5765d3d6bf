package verify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/metainfo"
)

// WebOptions say how to check web seeds.
type WebOptions struct {
	Options // choices, workers and progress; what is about folders has no effect
	// URLs are the seeds to check, by the rules of BEP 19; none are those of
	// the torrent (BEP 19 and BEP 17).
	URLs []string
	// AllowPrivate lets connections go to addresses that are not public, such
	// as loopback. Without it a seed cannot make the program talk to them, by
	// its name or by a redirect.
	AllowPrivate bool
	// Connections is how many requests run side by side; 0 is 4.
	Connections int
	UserAgent   string // empty: torrentkit
	// Stall is how long a server may send nothing, and Retries how often a
	// request that failed is put again, after pauses that grow from Pause; 0
	// is 20 seconds, 3 times and half a second. Retries < 0 is never.
	Stall   time.Duration
	Retries int
	Pause   time.Duration
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
}

// OK tells whether everything that was asked for was served, by the rules.
func (w *WebReport) OK() bool { return len(w.Faults) == 0 && w.Report.OK() }

// WebFault is one thing that is wrong with a web seed.
type WebFault struct {
	// Kind is a stable name: url, scheme, address, connect, tls, redirect, status,
	// missing, base-folder, no-range, bad-range, size, encoding, stall, cut-short or busy.
	Kind    string
	File    int    // index in Report.Files; -1 if it is not about one file
	Message string // never holds a URL
}

func (f *WebFault) Error() string { return f.Message }

// maxFaults bounds what is remembered of a bad seed, maxBadRuns how often it is
// asked for more.
const (
	maxFaults  = 100
	maxBadRuns = 8
)

// WebSeeds checks the web seeds of a torrent, or those in the options, one
// after the other: URL, sizes, ranges and content. No byte of content is stored.
// What is wrong with a seed is in its report. The error is a problem of the
// torrent, that there are no seeds, or ctx's.
func WebSeeds(ctx context.Context, torrent []byte, o WebOptions) ([]*WebReport, error) {
	t, err := metainfo.Parse(torrent)
	if err != nil {
		return nil, err
	}
	seeds, err := seedsOf(t, o)
	if err != nil {
		return nil, err
	}
	var reports []*WebReport
	for _, s := range seeds {
		if s.rep, err = newWebReport(t, s, o); err != nil {
			return nil, err
		}
		err := s.check(ctx, o)
		s.client.CloseIdleConnections()
		reports = append(reports, s.rep)
		if err != nil {
			return reports, err
		}
	}
	return reports, nil
}

func newWebReport(t *metainfo.Torrent, s *seed, o WebOptions) (*WebReport, error) {
	r := blankReport(t, s.raw, contentFiles(t))
	if err := r.choose(o.Options); err != nil {
		return nil, err
	}
	return &WebReport{URL: s.raw, Kind: s.kind, Report: r}, nil
}

// ErrNoSeeds is that a torrent has no web seed to check.
var ErrNoSeeds = errors.New("the torrent has no web seeds")

// seedsOf makes the seeds that are to be checked.
func seedsOf(t *metainfo.Torrent, o WebOptions) ([]*seed, error) {
	var seeds []*seed
	add := func(raw, kind string) {
		seeds = append(seeds, &seed{t: t, raw: raw, kind: kind, plane: newPlane(t.Layout()), client: newClient(o), o: o.withDefaults()})
	}
	urls, pieceURLs := o.URLs, []string(nil)
	if len(urls) == 0 {
		urls, pieceURLs = t.WebSeeds, t.HTTPSeeds
	}
	for _, u := range urls {
		add(u, bep19)
	}
	for _, u := range pieceURLs {
		add(u, bep17)
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

func (o WebOptions) withDefaults() WebOptions {
	if o.Connections <= 0 {
		o.Connections = 4
	}
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
	plane  plane
	client *http.Client
	o      WebOptions
	rep    *WebReport

	mu    sync.Mutex // guards rep and what follows
	bad   int        // runs that failed
	done  int64      // bytes of content that were asked for, of total
	total int64
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

// below returns the URL of a name in a folder. Every byte of the name that
// means something in a path is escaped.
func below(u *url.URL, name string) *url.URL {
	b := *u
	b.RawPath = strings.TrimSuffix(u.EscapedPath(), "/") + "/" + url.PathEscape(name)
	b.Path, _ = url.PathUnescape(b.RawPath)
	return &b
}

// urlOf returns the URL of a file of the torrent.
func (s *seed) urlOf(i int) string {
	u := s.base
	if !s.t.Single {
		for part := range strings.SplitSeq(s.t.Files[i].Path, "/") {
			u = below(u, part)
		}
	}
	return u.String()
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
