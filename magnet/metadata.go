package magnet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/peerwire"
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
	// libtorrent answers at once while it has less than 160 KiB to send, and else once a second.
	careful := pace{first: 4, most: 8, tries: 3, refusals: 3}
	for {
		a := f.store.join(ext.MetadataSize)
		err := f.gather(ctx, conn, p, a, careful)
		f.store.leave(a)
		if errors.Is(err, errHash) && conn.InfoHash != f.hash && conn.InfoHash != f.upgrade {
			return fmt.Errorf("%w, whose metadata it has", peerwire.ErrInfoHash)
		}
		if err != nil || f.store.result() != nil {
			return err
		}
		// An assembly that was given up for lack of memory is not begun again at once.
		if f.store.crowded() {
			if err := breathe(ctx); err != nil {
				return err
			}
		}
		if err := f.extend(conn); err != nil {
			return err
		}
	}
}

func (a *assembly) request(conn *peerwire.Conn, items []int) error {
	return conn.RequestMetadata(items...)
}

func (a *assembly) match(m peerwire.Message) (int, error) {
	switch {
	case m.Kind == peerwire.MetadataReject:
		return m.Block, nil
	case m.Kind != peerwire.MetadataBlock:
		return -1, nil
	case m.Block >= len(a.have):
		return -1, fmt.Errorf("%w: block %d of %d", peerwire.ErrMessage, m.Block, len(a.have))
	case m.TotalSize != 0 && m.TotalSize != a.size:
		return -1, fmt.Errorf("%w: %d bytes in the handshake, %d in a block", errSize, a.size, m.TotalSize)
	case len(m.Data) != a.blockSize(m.Block):
		return -1, fmt.Errorf("%w: block %d has %d bytes instead of %d", errSize, m.Block, len(m.Data), a.blockSize(m.Block))
	}
	return m.Block, nil
}

// put adds a block, and checks the assembly if that makes it whole.
func (a *assembly) put(p *peer, i int, m peerwire.Message) error {
	if !a.store.put(a, p, i, m.Data) {
		return nil
	}
	return a.store.finish(a)
}

// dialer returns a dialer for what a source named that may be trusted.
func (f *fetcher) dialer(trusted bool) *dial.Dialer {
	return &dial.Dialer{AllowPrivate: f.opts.AllowPrivate || trusted, Timeout: f.patience(), Resolver: f.opts.resolver, Network: f.opts.network}
}

// slots is how many peers are visited at once.
func (f *fetcher) slots() int { return min(f.opts.MaxPeers, dial.Sockets()) }
