package magnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/dht"
	"github.com/torrentkit/torrentkit/metainfo"
)

// DHTOptions say how to reach the DHT.
type DHTOptions struct {
	// Nodes are the nodes to begin with, as HOST:PORT, wherever they are; nil for
	// well-known ones.
	Nodes []string
	// AllowPrivate accepts nodes and peers that others name at addresses that are
	// not public.
	AllowPrivate bool
	// Timeout is how long a node may take to answer; 0 means 1.5 s.
	Timeout time.Duration
	// Listen opens the socket for "udp4" or "udp6"; nil for a free port.
	Listen func(network string) (net.PacketConn, error)
}

// DHT is a read-only node of the BitTorrent DHT, for many fetches at once: it
// asks, and never stores, announces or answers (BEP 5, 32, 43).
type DHT struct{ client *dht.Client }

// OpenDHT opens a UDP socket in each address family that there is.
func OpenDHT(opts DHTOptions) (*DHT, error) {
	c, err := dht.Open(dht.Config{Bootstrap: opts.Nodes, AllowPrivate: opts.AllowPrivate, Timeout: opts.Timeout, Listen: opts.Listen})
	if err != nil {
		return nil, err
	}
	return &DHT{c}, nil
}

// Close closes the sockets.
func (d *DHT) Close() error { return d.client.Close() }

// Source finds the peers of a link, under both infohashes of a hybrid. It
// begins with the nodes that the link names, too.
func (d *DHT) Source(l Link) Source {
	return Source{Name: "dht", Find: func(ctx context.Context, found func(string)) error {
		var hashes [][20]byte
		if !l.V1.IsZero() {
			hashes = append(hashes, l.V1)
		}
		if !l.V2.IsZero() {
			hashes = append(hashes, l.V2.Short())
		}
		faults := make(chan error, len(hashes))
		for _, h := range hashes {
			go func() {
				_, err := d.client.Peers(ctx, h, l.Nodes, func(a netip.AddrPort) { found(a.String()) })
				faults <- err
			}()
		}
		var all []error
		for range hashes {
			all = append(all, <-faults)
		}
		return errors.Join(all...)
	}}
}

// ErrNoKey is returned where a link has no public key to resolve.
var ErrNoKey = errors.New("the link has no public key (xs=urn:btpk:)")

// Resolve turns a link to a mutable torrent into one to the torrent that its
// publisher points at now (BEP 46): the item under the link's key and salt is
// looked up, and believed if the key signed it. seq is its version.
func (d *DHT) Resolve(ctx context.Context, l Link) (resolved Link, seq int64, err error) {
	if l.Key.IsZero() {
		return l, 0, ErrNoKey
	}
	item, _, err := d.client.Mutable(ctx, l.Key, l.Salt, l.Nodes)
	if err != nil {
		return l, 0, fmt.Errorf("resolving public key %s: %w", l.Key, err)
	}
	v, _, err := bencode.Scan(item.Value)
	if err != nil {
		return l, item.Seq, fmt.Errorf("resolving public key %s: %w", l.Key, err)
	}
	ih, _ := v.Get("ih")
	hash, _ := ih.Bytes()
	resolved = l
	resolved.V1, resolved.V2 = metainfo.HashV1{}, metainfo.HashV2{}
	switch len(hash) {
	case 20:
		resolved.V1 = metainfo.HashV1(slices.Clone(hash))
	case 32:
		resolved.V2 = metainfo.HashV2(slices.Clone(hash))
	default:
		return l, item.Seq, fmt.Errorf("resolving public key %s: the item has no infohash (ih) of 20 bytes", l.Key)
	}
	return resolved, item.Seq, nil
}
