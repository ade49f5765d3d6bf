package dht

import (
	"context"
	"crypto/ed25519"
	"crypto/sha1"
	"errors"
	"math"
	"math/bits"
	"net/netip"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

const (
	maxPeersTaken = 200  // of one answer
	maxPeers      = 5000 // of a lookup
)

// Peers looks up the peers of an infohash (v1, or the beginning of v2) and
// calls found for each as it comes to be known, from one goroutine at a time.
// nodes are nodes to begin with beside the configured ones, like those of a
// magnet link, as HOST:PORT.
func (c *Client) Peers(ctx context.Context, hash [20]byte, nodes []string, found func(netip.AddrPort)) (Stats, error) {
	seen := make(map[netip.AddrPort]bool)
	args := []bencode.Entry{{Key: "info_hash", Value: bencode.AppendString(nil, hash[:])}}
	return c.lookup(ctx, nodes, hash, "get_peers", args, func(f *family, r bencode.Value) bool {
		values, _ := r.Get("values")
		some := false
		for i, v := range values.Items() {
			b, _ := v.Bytes()
			a, ok := compactAddr(b)
			if i >= maxPeersTaken || len(seen) >= maxPeers {
				break
			}
			if !ok || !c.takes(a.Addr()) {
				continue
			}
			some = true
			if !seen[a] {
				seen[a] = true
				found(a)
			}
		}
		return some
	})
}

// Swarm is an estimate of how many peers an infohash has (BEP 33).
type Swarm struct {
	Seeds, Downloaders int
	Nodes              int // that knew something
}

// Scrape estimates the number of peers from the bloom filters of the nodes
// closest to the infohash.
func (c *Client) Scrape(ctx context.Context, hash [20]byte, nodes []string) (Swarm, Stats, error) {
	var s Swarm
	var seeds, downloaders bloom
	args := []bencode.Entry{
		{Key: "info_hash", Value: bencode.AppendString(nil, hash[:])},
		{Key: "scrape", Value: bencode.AppendInt(nil, 1)},
	}
	stats, err := c.lookup(ctx, nodes, hash, "get_peers", args, func(_ *family, r bencode.Value) bool {
		a, b := seeds.merge(r, "BFsd"), downloaders.merge(r, "BFpe")
		if a || b {
			s.Nodes++
		}
		return a || b
	})
	s.Seeds, s.Downloaders = seeds.estimate(), downloaders.estimate()
	return s, stats, err
}

// bloom is a filter of 2048 bits in which every address sets two.
type bloom [256]byte

func (b *bloom) merge(r bencode.Value, key string) bool {
	v, _ := r.Get(key)
	raw, _ := v.Bytes()
	if len(raw) != len(b) {
		return false
	}
	for i := range b {
		b[i] |= raw[i]
	}
	return true
}

func (b *bloom) estimate() int {
	const m, k = 2048, 2
	zeros := 0
	for _, x := range b {
		zeros += 8 - bits.OnesCount8(x)
	}
	zeros = max(1, min(zeros, m))
	return int(math.Round(math.Log(float64(zeros)/m) / (k * math.Log(1-1.0/m))))
}

// Item is a mutable item (BEP 44) whose signature was checked.
type Item struct {
	Seq   int64
	Value []byte // bencoded, at most 1000 bytes
	Nodes int    // that had it, in this or an older version
}

// ErrNoItem is returned when no node has a properly signed item.
var ErrNoItem = errors.New("no node of the DHT has the item")

const maxItem = 1000

// Mutable gets the latest version of a mutable item. salt is at most 64 bytes.
func (c *Client) Mutable(ctx context.Context, key [32]byte, salt []byte, nodes []string) (Item, Stats, error) {
	target := ID(sha1.Sum(append(key[:], salt...)))
	var best Item
	args := []bencode.Entry{{Key: "target", Value: bencode.AppendString(nil, target[:])}}
	stats, err := c.lookup(ctx, nodes, target, "get", args, func(_ *family, r bencode.Value) bool {
		item, ok := signedItem(r, key, salt)
		if !ok {
			return false
		}
		item.Nodes = best.Nodes + 1
		if best.Nodes > 0 && item.Seq <= best.Seq {
			item.Seq, item.Value = best.Seq, best.Value
		}
		best = item
		return true
	})
	if best.Nodes > 0 {
		return best, stats, nil
	}
	if err == nil {
		err = ErrNoItem
	}
	return best, stats, err
}

// signedItem checks the signature over salt, sequence number and value as they
// stand in the answer.
func signedItem(r bencode.Value, key [32]byte, salt []byte) (Item, bool) {
	v, _ := r.Get("v")
	sig, _ := r.Get("sig")
	seq, _ := r.Get("seq")
	signature, _ := sig.Bytes()
	n, ok := seq.Int()
	raw := v.Raw()
	if v.Kind() == bencode.None || !ok || len(signature) != ed25519.SignatureSize || len(raw) > maxItem {
		return Item{}, false
	}
	var message []byte
	if len(salt) > 0 {
		message = bencode.AppendString(append(message, "4:salt"...), salt)
	}
	message = bencode.AppendInt(append(message, "3:seq"...), n)
	message = append(append(message, "1:v"...), raw...)
	if !ed25519.Verify(key[:], message, signature) {
		return Item{}, false
	}
	return Item{Seq: n, Value: append([]byte(nil), raw...)}, true
}
