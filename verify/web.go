package verify

import (
	"context"
	"errors"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
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
	network  dial.Network
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
	seeds, err := o.seeds(t)
	if err != nil {
		return nil, err
	}
	var reports []*WebReport
	for _, a := range seeds {
		rep, err := checkSeed(ctx, t, a, o)
		if rep == nil {
			return nil, err
		}
		reports = append(reports, rep)
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		if err != nil {
			return reports, err
		}
	}
	return reports, nil
}

// ErrNoSeeds is that a torrent has no web seed to check.
var ErrNoSeeds = errors.New("the torrent has no web seeds")
