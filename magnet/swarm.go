package magnet

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
)

// Sources can be made to name millions of peers: this many of each are
// remembered, and this many in all.
const (
	maxPerSource = 1000
	maxKnown     = 20000
)

// Source finds peers. Find is called on its own goroutine and calls found with
// HOST:PORT for every peer until it has no more or ctx is done. Its error is
// reported, and does not end the fetch.
type Source struct {
	Name string // like "dht" or a tracker's URL
	// Trusted sources, like the command line, may name private addresses.
	Trusted bool
	Find    func(ctx context.Context, found func(address string)) error
}

// PeerReport says what came of a peer.
type PeerReport struct {
	Address   string
	Source    string // the name of the first source that knew it
	Client    string // as the peer calls itself; any bytes
	Reason    Reason
	Err       error // why, unless it delivered or was unneeded
	Encrypted bool
	Blocks    int // metadata blocks and runs of hashes that it brought
}

// SourceReport says what came of a source.
type SourceReport struct {
	Name  string
	Peers int // how many it found that no source before it had
	Err   error
}

type peer struct {
	report  PeerReport
	trusted bool
	blocks  atomic.Int64
	visited bool
}

type swarm struct {
	mu      sync.Mutex
	known   map[string]*peer
	peers   []*peer
	queues  [][]*peer // who waits: first those of a second round, then by source
	turn    int       // the queue that is served next
	sources []SourceReport
	finding int // sources that still run
	active  int
	wake    chan struct{}
}

func newSwarm() *swarm {
	return &swarm{known: map[string]*peer{}, wake: make(chan struct{}, 1)}
}

func (s *swarm) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// start runs the sources until ctx is done. The returned function waits for
// their end.
func (s *swarm) start(ctx context.Context, sources []Source) (wait func()) {
	var group sync.WaitGroup
	s.sources = make([]SourceReport, len(sources))
	s.finding = len(sources)
	s.queues = make([][]*peer, 1+len(sources))
	for i, src := range sources {
		s.sources[i].Name = src.Name
		group.Go(func() {
			err := src.Find(ctx, func(address string) { s.add(i, src, address) })
			s.mu.Lock()
			if ctx.Err() == nil {
				s.sources[i].Err = err
			}
			s.finding--
			s.mu.Unlock()
			s.poke()
		})
	}
	return group.Wait
}

func (s *swarm) add(i int, src Source, address string) {
	if _, port, err := net.SplitHostPort(address); err != nil || port == "0" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[address] != nil || s.sources[i].Peers >= maxPerSource || len(s.peers) >= maxKnown && !src.Trusted {
		return
	}
	p := &peer{trusted: src.Trusted, report: PeerReport{Address: address, Source: src.Name, Reason: Unneeded}}
	s.known[address] = p
	s.peers = append(s.peers, p)
	s.queues[1+i] = append(s.queues[1+i], p)
	s.sources[i].Peers++
	s.poke()
}

// requeue begins a new round with the peers that keep says yes to; those that
// delivered come first.
func (s *swarm) requeue(keep func(Reason) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var first, rest []*peer
	for _, p := range s.peers {
		switch {
		case p.blocks.Load() > 0 && p.report.Reason != HashMismatch:
			first = append(first, p)
		case !p.visited || keep(p.report.Reason):
			rest = append(rest, p)
		}
	}
	clear(s.queues)
	s.queues[0] = append(first, rest...)
}

// run visits peers, slots at a time, until ctx is done, or nobody is left to
// visit and no source runs any more.
func (s *swarm) run(ctx context.Context, slots int, visit func(context.Context, *peer) error) {
	var group sync.WaitGroup
	defer group.Wait()
	for {
		p, idle := s.next(slots)
		if idle || ctx.Err() != nil {
			return
		}
		if p != nil {
			group.Go(func() {
				err := visit(ctx, p)
				if ctx.Err() != nil && classify(err) != HashMismatch && classify(err) != SizeMismatch {
					err = errUnneeded
				}
				s.left(p, err)
			})
			continue
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return
		}
	}
}

func (s *swarm) next(slots int) (p *peer, idle bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queued() == 0 {
		return nil, s.active == 0 && s.finding == 0
	}
	if s.active >= slots {
		return nil, false
	}
	// Sources take turns, so that one that names a thousand dead peers does not
	// stand before all others. Those of a second round go first.
	for q := 0; ; q = 1 + s.turn%(len(s.queues)-1) {
		if q > 0 {
			s.turn++
		}
		if len(s.queues[q]) > 0 {
			p = s.queues[q][0]
			s.queues[q] = s.queues[q][1:]
			break
		}
	}
	s.active++
	p.visited = true
	return p, false
}

// queued counts those who wait. The caller holds mu.
func (s *swarm) queued() int {
	n := 0
	for _, q := range s.queues {
		n += len(q)
	}
	return n
}

func (s *swarm) left(p *peer, err error) {
	s.mu.Lock()
	s.active--
	if errors.Is(err, dial.ErrShortage) { // which says nothing about the peer: it waits again
		s.queues[0] = append(s.queues[0], p)
		s.mu.Unlock()
		s.poke()
		return
	}
	r := classify(err)
	if r == Unneeded && p.blocks.Load() > 0 {
		r = Delivered
	}
	if p.report.Reason != Delivered || r == HashMismatch {
		p.report.Reason = r
	}
	p.report.Err = nil
	if r != Delivered && r != Unneeded {
		p.report.Err = err
	}
	s.mu.Unlock()
	s.poke()
}

// waiting reports whether peers wait for a slot.
func (s *swarm) waiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queued() > 0
}

// met notes what a peer's handshake told.
func (s *swarm) met(p *peer, client string, encrypted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.report.Encrypted = encrypted
	if client != "" {
		p.report.Client = client
	}
}

func (s *swarm) count() (found, active, failed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.peers {
		if p.visited && p.report.Reason > Unneeded {
			failed++
		}
	}
	return len(s.peers), s.active, failed
}

func (s *swarm) reports() ([]PeerReport, []SourceReport) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]PeerReport, len(s.peers))
	for i, p := range s.peers {
		out[i] = p.report
		out[i].Blocks = int(p.blocks.Load())
	}
	return out, append([]SourceReport(nil), s.sources...)
}

// patience is how long a peer may take between two signs of being useful; while
// others wait for its place, it is half of that.
const patience = 8 * time.Second

func (f *fetcher) patience() time.Duration {
	if f.swarm.waiting() {
		return f.opts.patience / 2
	}
	return f.opts.patience
}
