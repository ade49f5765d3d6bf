// Package webseed reads the content of a torrent from a web server, by BEP 19 or
// BEP 17, in the place of files on disk; and files of which no torrent is made yet.
//
// A [Seed] tells what is wrong with the server ([Fault]), and what it knows of the
// files, by their index in the torrent. It stores no content, and does not compare
// it with hashes.
package webseed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Kind is the document that says how a seed is asked.
type Kind string

// The kinds.
const (
	BEP19 Kind = "BEP 19" // by the paths of files, for ranges of their bytes
	BEP17 Kind = "BEP 17" // for whole pieces
)

// Options say how a seed is asked.
type Options struct {
	Named        string        // the host that the person named, which may be anywhere; "" where the torrent did
	AllowPrivate bool          // lets the torrent, and redirects, lead to addresses that are not public
	Connections  int           // requests side by side; 0 is 4, and up to 16 where they bring much
	UserAgent    string        // empty: torrentkit
	Timeout      time.Duration // for all; 0 is as long as it takes
	// Whole reads from servers that send files whole though ranges were asked for, which
	// is a fault all the same. Else one that never sends a range is asked no more.
	Whole bool
	// Stall is how long a server may send nothing, or too little, and Retries how
	// often a request that failed is put again, after pauses that grow from Pause;
	// 0 is 20 seconds, 3 times and half a second. Retries < 0 is never.
	Stall    time.Duration
	Retries  int
	Pause    time.Duration
	Resolver dial.Resolver // nil is the system's
	Network  dial.Network  // the same

	most int // requests side by side
}

func (o Options) withDefaults() Options {
	if o.most = o.Connections; o.Connections <= 0 {
		o.Connections, o.most = 4, 16
	}
	o.most = min(o.most, dial.Sockets())
	o.Connections = min(o.Connections, o.most)
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

// Fault is one thing that is wrong with a seed.
type Fault struct {
	Kind    string           // a stable name
	File    layout.FileIndex // -1 if it is not about one file
	Message string           // never holds a URL
}

func (f *Fault) Error() string { return f.Message }

// maxFaults bounds what is remembered of bad files, maxCostly and maxVain after
// how many of them in a row (BEP 17: of pieces) nothing more is asked for: of those
// that cost tries and waiting, and of all. Of the former there may be maxWaits, in
// a row or not.
const (
	maxFaults = 100
	maxCostly = 8
	maxVain   = 200
	maxWaits  = 50
)

// Seed is one web seed of a torrent, or files of one host.
type Seed struct {
	torrent *metainfo.Torrent // nil where the servers tell what there is
	urls    []*url.URL        // then, of the files
	URL     string            // as the torrent, or the person, has it
	Kind    Kind
	base    *url.URL // BEP 19: of the one file, or of the folder of many
	layout  *layout.Layout
	client  *http.Client
	o       Options
	ctx     context.Context         // done when there is no use in asking for more
	stop    context.CancelCauseFunc // ends all that goes on

	requests, received atomic.Int64
	open               atomic.Int64 // answers
	unranged, ranged   atomic.Bool  // the server sends files whole, and ranges of them
	reached            atomic.Bool  // there was a connection, with TLS where that is asked for

	mu           sync.Mutex // guards what follows
	faults       []Fault
	files        []File // by index in the torrent
	failed       bool   // a file was asked for in vain
	costly, vain int    // such files, or pieces, since the last answer that was good
	waits        int    // costly ones since the beginning
}

// New begins to ask a seed, until ctx is done.
func New(ctx context.Context, t *metainfo.Torrent, url string, kind Kind, o Options) *Seed {
	s := &Seed{torrent: t, URL: url, Kind: kind, layout: t.Layout(), client: newClient(o), o: o.withDefaults()}
	s.begin(ctx, len(t.Files))
	return s
}

// begin makes a context that ends when there is no use in asking for more.
func (s *Seed) begin(ctx context.Context, files int) {
	s.files = make([]File, files)
	for i := range s.files {
		if s.layout != nil {
			s.files[i].Length = s.layout.File(layout.FileIndex(i)).Length
		}
	}
	s.ctx, s.stop = context.WithCancelCause(ctx)
	if s.o.Timeout <= 0 {
		return
	}
	stop, cancel := s.stop, context.CancelFunc(nil)
	s.ctx, cancel = context.WithTimeoutCause(s.ctx, s.o.Timeout, &Fault{"timeout", -1, fmt.Sprintf("the check is not done within %v", s.o.Timeout)})
	s.stop = func(cause error) {
		stop(cause)
		cancel()
	}
}

// Close ends all requests.
func (s *Seed) Close() {
	s.stop(nil)
	s.client.CloseIdleConnections()
}

// Source is the files that the seed serves, to be read in any number of streams. It
// has a method Quit, which ends reads that wait for the server.
func (s *Seed) Source() piecehash.Source {
	if s.Kind == BEP19 {
		return webSource{s}
	}
	return &pieceSource{seed: s, open: map[int]*stream{}}
}

// Open reads the URL by the rules of BEP 19. Its error is a *Fault that makes the
// seed unusable, which is noted.
func (s *Seed) Open() error {
	err := s.parse()
	if err != nil {
		s.fail(err)
	}
	return err
}

func (s *Seed) parse() error {
	u, err := url.Parse(strings.TrimSpace(s.URL))
	if err != nil {
		return &Fault{"url", -1, "the URL cannot be read"}
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return &Fault{"scheme", -1, fmt.Sprintf("the scheme is %q: only http and https are checked", u.Scheme)}
	}
	if u.Host == "" {
		return &Fault{"url", -1, "the URL names no host"}
	}
	s.base = u
	if s.Kind == BEP17 {
		if !s.torrent.Format.HasV1() {
			return &Fault{"url", -1, "BEP 17 seeds serve v1 pieces, and the torrent has none"}
		}
		return nil
	}
	slash := strings.HasSuffix(u.Path, "/")
	switch {
	case !s.torrent.Single && u.RawQuery != "":
		s.note(&Fault{"url", -1, "the URL has a query, and names of files are added behind a path"})
	case !s.torrent.Single && !slash:
		s.note(&Fault{"url", -1, "the URL of a torrent of many files must end in a slash (BEP 19); it was read as if it did"})
	}
	if s.torrent.Single && slash || !s.torrent.Single {
		s.base = metainfo.URLBelow(u, s.torrent.Name)
	}
	return nil
}

// Asked is the URL that is asked for a file, or "" where there is none of its own.
func (s *Seed) Asked(i layout.FileIndex) string {
	if s.base == nil || s.Kind != BEP19 || i < 0 {
		return ""
	}
	return s.urlOf(i).String()
}

// urlOf returns the URL of a file of the torrent.
func (s *Seed) urlOf(i layout.FileIndex) *url.URL {
	switch {
	case s.torrent == nil:
		return s.urls[i]
	case s.torrent.Single:
		return s.base
	}
	return metainfo.URLBelow(s.base, strings.Split(s.torrent.Files[i].Path, "/")...)
}

// note remembers what is wrong, once.
func (s *Seed) note(f *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range s.faults {
		if known.Kind == f.Kind && known.File == f.File {
			return
		}
	}
	if f.File < 0 || len(s.faults) < maxFaults {
		s.faults = append(s.faults, *f)
	}
}

// File is what the answers of a seed told of one file.
type File struct {
	Seen      bool   // there was an answer
	Versioned bool   // which told its version
	Firm      bool   // another version of it would have another key
	Lost      *Fault // why it is not asked for again, or nil
	Size      int64  // that it has on the server, if Lost; -1 if that is not known
	// Length is what it has to have: by the torrent, or else the first answer.
	Length int64

	place   digest // the URL that answered first
	version digest // its validator
	key     digest // all that decides what its bytes are, for the journal
}

// fail notes a fault, and what it says about its file. It ends all where there is
// no use in asking for more. It returns what pieces are told.
func (s *Seed) fail(err error) error {
	var f *Fault
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	if errors.Is(err, dial.ErrShortage) { // which is no fault of the seed
		s.stop(err)
	}
	if !errors.As(err, &f) {
		return err
	}
	s.note(f)
	if f.File < 0 {
		s.stop(f)
		return f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	file := &s.files[f.File]
	switch {
	case file.Lost == nil:
		file.Lost, file.Size = f, -1
		var sized *otherSize
		if errors.As(err, &sized) {
			file.Size = sized.size
		}
	case s.Kind == BEP19: // several connections were at it
		return f
	}
	s.failed = true
	s.vain++
	switch f.Kind {
	case "connect", "stall", "slow", "busy", "cut-short":
		s.costly++
		s.waits++
	}
	if why := useless(s, f); why != "" && s.ctx.Err() == nil {
		given := Fault{"given-up", -1, "nothing more is asked for" + why}
		s.faults = append(s.faults, given)
		s.stop(&given)
	}
	return f
}

// useless says why there is no use in asking a seed for more than the file that has a fault, if there is none.
func useless(s *Seed, f *Fault) string {
	files := "files"
	if s.Kind == BEP17 {
		files = "pieces"
	}
	switch {
	case f.Kind == "no-range" && s.vain > 1 && !s.ranged.Load():
		return ", as there are no ranges"
	case s.costly >= maxCostly:
		return fmt.Sprintf(" after %d %s in a row that cost waiting", s.costly, files)
	case s.waits >= maxWaits:
		return fmt.Sprintf(" after %d %s that cost waiting", s.waits, files)
	case s.vain >= maxVain:
		return fmt.Sprintf(" after %d %s in a row that cannot be had", s.vain, files)
	}
	return ""
}

// known returns why a file is known not to be what is wanted.
func (s *Seed) known(i layout.FileIndex) error {
	if f := s.File(i).Lost; f != nil {
		return f
	}
	return nil
}

// File is what is known of a file.
func (s *Seed) File(i layout.FileIndex) File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[i]
}

// Faults are what is wrong, in the order in which they were found.
func (s *Seed) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.faults)
}

// Counts are how many answers the server gave, and how many bytes of content came
// in them.
func (s *Seed) Counts() (answers, bytes int64) { return s.requests.Load(), s.received.Load() }

// Context ends when there is no use in asking for more.
func (s *Seed) Context() context.Context { return s.ctx }

// Connections is how many requests may run side by side from the beginning, and how
// many where those bring much (piecehash.Job).
func (s *Seed) Connections() (first, most int) { return s.o.Connections, s.o.most }

// Unranged tells whether the server was found to send files whole, so that reading one
// from several places reads it as often.
func (s *Seed) Unranged() bool { return s.unranged.Load() }

// Failed tells whether a file was asked for in vain.
func (s *Seed) Failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// Ended is what the error of a job that read the seed means: nil if the faults
// of the seed say why it ended.
func (s *Seed) Ended(err error) error {
	var f *Fault
	switch cause := context.Cause(s.ctx); {
	case s.ctx.Err() == nil || !errors.Is(err, s.ctx.Err()):
	case errors.As(cause, &f):
		s.note(f)
		return nil
	case errors.Is(cause, dial.ErrShortage):
		return cause
	}
	return err
}

// Shortage is dial.ErrShortage if that ended the asking.
func (s *Seed) Shortage() error {
	if cause := context.Cause(s.ctx); errors.Is(cause, dial.ErrShortage) {
		return cause
	}
	return nil
}
