package magnet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/peerwire"
)

const (
	firstWindow = 4 // requests under way at a peer that has proven nothing
	// maxWindow is for a peer that keeps bringing. libtorrent answers at once
	// while it has less than 160 KiB to send, and else once a second.
	maxWindow   = 8
	maxRefusals = 3 // of one block, by a peer that brought others
)

// connect dials a peer and waits for its extension handshake. The connection
// is closed when ctx ends.
func (f *fetcher) connect(ctx context.Context, p *peer, hash, upgrade [20]byte) (*peerwire.Conn, func(), error) {
	conn, err := peerwire.Connect(ctx, p.report.Address, peerwire.Config{
		InfoHash: hash, Upgrade: upgrade, PeerID: f.peerID, Client: f.opts.Client,
		Timeout: f.patience(), Dial: f.dialer(p.trusted).DialContext,
	})
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	done := func() { stop(); _ = conn.Close() }
	f.swarm.met(p, "", conn.Encrypted)
	if err := f.extend(conn); err != nil {
		done()
		return nil, nil, err
	}
	return conn, done, nil
}

// extend gives a peer time for its next message.
func (f *fetcher) extend(conn *peerwire.Conn) error {
	return conn.SetDeadline(time.Now().Add(f.patience()))
}

// metadata visits a peer for the info dictionary.
func (f *fetcher) metadata(ctx context.Context, p *peer) error {
	conn, done, err := f.connect(ctx, p, f.hash, f.upgrade)
	if r := classify(err); f.upgrade != [20]byte{} && (r == Closed || r == OtherTorrent) {
		// Somebody who knows the hybrid as a v2 torrent only.
		conn, done, err = f.connect(ctx, p, f.upgrade, [20]byte{})
	}
	if err != nil {
		return err
	}
	defer done()
	for {
		m, err := conn.Next()
		if err != nil {
			return err
		}
		if m.Kind == peerwire.Handshake {
			break
		}
	}
	ext := conn.Extended()
	f.swarm.met(p, ext.Client, conn.Encrypted)
	switch {
	case ext.MetadataID == 0:
		return errNoMetadata
	case ext.MetadataSize == 0:
		return fmt.Errorf("%w: the peer has ut_metadata and no metadata", errNoMetadata)
	case ext.MetadataSize < 0 || ext.MetadataSize > maxMetadata:
		return fmt.Errorf("%w: the peer claims %d bytes, and at most %d are fetched", errSize, ext.MetadataSize, maxMetadata)
	}
	for {
		g := gatherer{f: f, conn: conn, peer: p, a: f.store.join(ext.MetadataSize), pending: map[int]int{}, refused: map[int]int{}, window: firstWindow}
		err := g.run(ctx)
		f.store.leave(g.a, g.pending)
		if errors.Is(err, errHash) && conn.InfoHash != f.hash && conn.InfoHash != f.upgrade {
			return fmt.Errorf("%w, whose metadata it has", peerwire.ErrInfoHash)
		}
		if err != nil || f.store.result() != nil {
			return err
		}
		if err := f.extend(conn); err != nil {
			return err
		}
	}
}

// A gatherer fetches blocks of one assembly from one peer.
type gatherer struct {
	f       *fetcher
	conn    *peerwire.Conn
	peer    *peer
	a       *assembly
	pending map[int]int // blocks asked for
	refused map[int]int // how often the peer rejected a block
	brought int
	strays  int // blocks that were not waited for
	window  int
}

// run ends without error when the assembly is over, whatever came of it.
func (g *gatherer) run(ctx context.Context) error {
	for {
		if err := g.ask(ctx); err != nil {
			return err
		}
		if len(g.pending) == 0 {
			return g.a.await(ctx)
		}
		m, err := g.conn.Next()
		if err != nil {
			return err
		}
		switch m.Kind {
		case peerwire.MetadataBlock:
			err = g.block(m)
		case peerwire.MetadataReject:
			err = g.reject(ctx, m.Block)
		}
		if err != nil {
			return err
		}
		select {
		case <-g.a.over:
			return g.afterwards(ctx)
		default:
		}
	}
}

// afterwards keeps peers whose assembly was given up for lack of memory from
// starting again at once.
func (g *gatherer) afterwards(ctx context.Context) error {
	if g.f.store.result() != nil {
		return nil
	}
	if g.f.store.crowded() {
		return breathe(ctx)
	}
	return nil
}

func (g *gatherer) ask(ctx context.Context) error {
	mine := make(map[int]int, len(g.pending))
	for i := range g.pending {
		mine[i] = 1
	}
	for i, n := range g.refused {
		if g.brought == 0 || n >= maxRefusals {
			mine[i] = n
		}
	}
	items := g.f.store.pick(g.a, g.window-len(g.pending), mine)
	for _, i := range items {
		g.pending[i]++
	}
	if len(items) == 0 && len(g.pending) == 0 && len(g.refused) > 0 {
		select {
		case <-g.a.over:
		case <-ctx.Done():
		default:
			return errRejected
		}
	}
	return g.conn.RequestMetadata(items...)
}

func (g *gatherer) block(m peerwire.Message) error {
	if m.Block >= len(g.a.have) {
		return fmt.Errorf("%w: block %d of %d", peerwire.ErrMessage, m.Block, len(g.a.have))
	}
	if m.TotalSize != 0 && m.TotalSize != g.a.size {
		return fmt.Errorf("%w: %d bytes in the handshake, %d in a block", errSize, g.a.size, m.TotalSize)
	}
	if want := g.a.blockSize(m.Block); len(m.Data) != want {
		return fmt.Errorf("%w: block %d has %d bytes instead of %d", errSize, m.Block, len(m.Data), want)
	}
	if g.pending[m.Block] == 0 {
		return strayed(&g.strays) // late, or never asked for: the deadline runs on
	}
	delete(g.pending, m.Block)
	g.brought++
	g.peer.blocks.Add(1)
	g.window = min(g.window+2, maxWindow)
	if err := g.f.extend(g.conn); err != nil {
		return err
	}
	if !g.f.store.put(g.a, g.peer, m.Block, m.Data) {
		return nil
	}
	err := g.f.store.finish(g.a)
	g.f.progress(false)
	return err
}

// maxStrays is how many answers a peer may give that nobody waits for.
const maxStrays = 1000

func strayed(n *int) error {
	if *n++; *n > maxStrays {
		return fmt.Errorf("%w: answers to nothing", peerwire.ErrFlood)
	}
	return nil
}

// reject puts off a block. Peers reject for lack of metadata, and for too many
// requests at once, which those that brought something get over.
func (g *gatherer) reject(ctx context.Context, block int) error {
	if g.pending[block] == 0 {
		return strayed(&g.strays)
	}
	g.f.store.returned(g.a, block)
	delete(g.pending, block)
	g.refused[block]++
	g.window = max(1, g.window/2)
	if g.brought == 0 {
		if len(g.refused) >= maxRefusals || len(g.pending) == 0 {
			return errRejected
		}
		return nil
	}
	if len(g.pending) > 0 {
		return nil
	}
	select {
	case <-time.After(100 * time.Millisecond):
		return g.f.extend(g.conn)
	case <-ctx.Done():
		return errUnneeded
	}
}

// dialer returns a dialer for what a source named that may be trusted.
func (f *fetcher) dialer(trusted bool) *dial.Dialer {
	return &dial.Dialer{AllowPrivate: f.opts.AllowPrivate || trusted, Timeout: f.patience(), Resolver: f.opts.resolver, Network: f.opts.network}
}

// slots is how many peers are visited at once.
func (f *fetcher) slots() int { return min(f.opts.MaxPeers, dial.Sockets()) }
