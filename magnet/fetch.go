package magnet

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/metainfo"
)

// FetchOptions say how Fetch goes about it. The zero value asks the link's own
// peers and URLs.
type FetchOptions struct {
	// Sources find peers beside those in the link: trackers, the DHT (see
	// [DHT.Source]), the command line.
	Sources []Source
	// MaxPeers is how many peers are visited at once; 0 means 60.
	MaxPeers int
	// Timeout bounds the whole fetch; 0 means that only the context does.
	Timeout time.Duration
	// AllowPrivate lets untrusted sources, and the link, name addresses that are not
	// public.
	AllowPrivate bool
	// AllowMissingLayers accepts a v2 torrent although nobody gave its piece
	// layers.
	AllowMissingLayers bool
	// Client is what we call ourselves; "" means "torrentkit".
	Client string
	// Progress, unless nil, is told how things stand, a few times a second and
	// when something changes. Calls do not overlap.
	Progress func(Progress)

	patience time.Duration
	resolver dial.Resolver
	network  dial.Network
}

// Progress is how a fetch stands.
type Progress struct {
	Phase  Phase
	Found  int     // peers known
	Active int     // peers being visited
	Failed int     // peers that were of no use
	Done   float64 // how much of the phase is done, from 0 to 1
}

// Phase is what a fetch is at.
type Phase uint8

// The phases of a fetch.
const (
	FetchingMetadata Phase = iota
	FetchingLayers
	Finished
)

// Result is what a fetch brought.
type Result struct {
	// Torrent is the .torrent: the info dictionary as it came, the link's
	// trackers as tiers, its web seeds, and the piece layers.
	Torrent []byte
	metainfo.Hashes
	InfoSize int    // of the info dictionary, in bytes
	Name     string // any bytes
	Private  bool   // the torrent asks not to be had through the DHT (BEP 27)
	// MissingLayers counts the files whose piece layers nobody gave; 0 unless
	// AllowMissingLayers.
	MissingLayers int
	// Problems is what is wrong with the torrent, though it is the right one.
	Problems []string
	From     string // the peer or URL that completed the metadata
	Peers    []PeerReport
	Sources  []SourceReport
	Elapsed  time.Duration
}

// FetchError says why a fetch brought nothing.
type FetchError struct {
	Err     error // ErrNoPeers, ErrNobody, ErrNoLayers, or the context's
	Peers   []PeerReport
	Sources []SourceReport
}

// Reasons for which a fetch fails.
var (
	ErrNoPeers  = errors.New("no peers were found")
	ErrNobody   = errors.New("no peer gave the metadata")
	ErrNoLayers = errors.New("no peer gave the piece layers")
	ErrNotInfo  = errors.New("the infohash stands for something that is no info dictionary")
	ErrNoHash   = errors.New("the link has no infohash")
)

// Error counts what came of the peers.
func (e *FetchError) Error() string {
	var parts []string
	counts := Count(e.Peers)
	for r := range numReasons {
		if n := counts[r]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, r))
		}
	}
	if len(parts) == 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("%v (peers: %s)", e.Err, strings.Join(parts, ", "))
}

// Unwrap returns the reason.
func (e *FetchError) Unwrap() error { return e.Err }

// Count counts peers by reason.
func Count(peers []PeerReport) map[Reason]int {
	counts := make(map[Reason]int)
	for i := range peers {
		counts[peers[i].Reason]++
	}
	return counts
}

// Fetch gets the metadata of a link from peers (BEP 9) and the URLs in xs and
// as, all at once, and checks it against every infohash that the link has
// before it believes any of it. At most 32 MiB of metadata are fetched, and at
// most some 80 MiB held, whatever peers claim and send. A v2 torrent's piece
// layers are fetched by hash requests (BEP 52), each proven against its root.
//
// It fails with a [*FetchError], which tells what came of every peer.
func Fetch(ctx context.Context, link Link, opts FetchOptions) (*Result, error) {
	if link.V1.IsZero() && link.V2.IsZero() {
		return nil, ErrNoHash
	}
	start := time.Now()
	if opts.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opts.Timeout)
		defer cancel()
	}
	f := newFetcher(link, opts)
	ctx, cancel := context.WithCancel(ctx)
	wait := f.swarm.start(ctx, f.sources())
	res, err := f.run(ctx)
	cancel()
	wait()
	peers, sources := f.swarm.reports()
	if err != nil {
		return nil, &FetchError{Err: err, Peers: peers, Sources: sources}
	}
	res.Peers, res.Sources, res.Elapsed = peers, sources, time.Since(start)
	f.phase = Finished
	f.progress(true)
	return res, nil
}

type fetcher struct {
	link          Link
	opts          FetchOptions
	peerID        [20]byte
	hash, upgrade [20]byte
	swarm         *swarm
	store         *store

	fromURL chan document // torrents that xs and as led to

	mu    sync.Mutex // for what follows
	phase Phase
	done  func() float64
	told  time.Time
}

func newFetcher(link Link, opts FetchOptions) *fetcher {
	if opts.MaxPeers <= 0 {
		opts.MaxPeers = 60
	}
	if opts.Client == "" {
		opts.Client = "torrentkit"
	}
	if opts.patience == 0 {
		opts.patience = patience
	}
	f := &fetcher{link: link, opts: opts, swarm: newSwarm(), fromURL: make(chan document, 1)}
	f.store = newStore(f.checkBlocks)
	f.done = f.store.progressOf
	copy(f.peerID[:], "-TK0001-")
	_, _ = rand.Read(f.peerID[8:]) // never fails (crypto/rand)
	switch {
	case link.V1.IsZero():
		f.hash = link.V2.Short()
	default:
		f.hash = link.V1
		if !link.V2.IsZero() {
			f.upgrade = link.V2.Short()
		}
	}
	return f
}

// sources are those of the caller, the link's own peers, and its URLs.
func (f *fetcher) sources() []Source {
	sources := slices.Clone(f.opts.Sources)
	if len(f.link.Peers) > 0 {
		sources = append(sources, Peers("link", f.link.Peers, false))
	}
	if len(f.link.Sources)+len(f.link.Mirrors) > 0 {
		sources = append(sources, Source{Name: "urls", Find: f.findURLs})
	}
	return sources
}

// Peers is a source of known peers.
func Peers(name string, addresses []string, trusted bool) Source {
	return Source{Name: name, Trusted: trusted, Find: func(_ context.Context, found func(string)) error {
		for _, a := range addresses {
			found(a)
		}
		return nil
	}}
}

// checkBlocks compares metadata with every infohash of the link.
func (f *fetcher) checkBlocks(blocks [][]byte) error {
	h1, h2 := sha1.New(), sha256.New()
	for _, b := range blocks {
		h1.Write(b)
		h2.Write(b)
	}
	return f.checkHashes(metainfo.HashV1(h1.Sum(nil)), metainfo.HashV2(h2.Sum(nil)))
}

func (f *fetcher) checkHashes(v1 metainfo.HashV1, v2 metainfo.HashV2) error {
	// A v2 infohash cut to 20 bytes passes for a v1 one in the wild.
	ok1 := f.link.V1 == v1 || f.link.V1 == v2.Short()
	ok2 := f.link.V2 == v2
	switch {
	case (ok1 || f.link.V1.IsZero()) && (ok2 || f.link.V2.IsZero()):
		return nil
	case ok1 && !f.link.V2.IsZero():
		return fmt.Errorf("%w: it fits the link's v1 infohash, and not its v2 one", errHash)
	case ok2 && !f.link.V1.IsZero():
		return fmt.Errorf("%w: it fits the link's v2 infohash, and not its v1 one", errHash)
	}
	return errHash
}

// progress tells the caller how things stand, unless it was told just now.
func (f *fetcher) progress(now bool) {
	if f.opts.Progress == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !now && time.Since(f.told) < 100*time.Millisecond {
		return
	}
	f.told = time.Now()
	p := Progress{Phase: f.phase, Done: f.done()}
	p.Found, p.Active, p.Failed = f.swarm.count()
	f.opts.Progress(p)
}
