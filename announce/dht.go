package announce

import (
	"context"
	"time"

	"github.com/torrentkit/torrentkit/internal/dht"
	"github.com/torrentkit/torrentkit/metainfo"
)

// DHTOptions says how the DHT is asked.
type DHTOptions struct {
	Bootstrap    []string      // HOST:PORT of nodes to begin with; nil means those that clients commonly use
	AllowPrivate bool          // takes nodes at addresses that are not public, for DHTs of one's own
	Timeout      time.Duration // of one torrent; 0 means 30 s
}

// DHTCounts is how many peers the DHT knows of a torrent, estimated from the
// filters of the nodes that are nearest to it (BEP 33).
type DHTCounts struct {
	Hash    metainfo.HashV1
	Seeds   int
	Leeches int
	Nodes   int // that knew something; 0 means that the torrent is unknown
	Queries int // that it took
	Elapsed time.Duration
	Failure *Failure // no node answered
}

// ScrapeDHT counts the peers of torrents in the DHT, a torrent after another.
// It stores and announces nothing there.
func ScrapeDHT(ctx context.Context, hashes []metainfo.HashV1, opt DHTOptions) ([]DHTCounts, error) {
	c, err := dht.Open(dht.Config{Bootstrap: opt.Bootstrap, AllowPrivate: opt.AllowPrivate})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if opt.Timeout <= 0 {
		opt.Timeout = 30 * time.Second
	}
	var out []DHTCounts
	for _, h := range hashes {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		out = append(out, countInDHT(ctx, c, h, opt.Timeout))
	}
	return out, ctx.Err()
}

func countInDHT(ctx context.Context, c *dht.Client, h metainfo.HashV1, timeout time.Duration) DHTCounts {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	started := time.Now()
	swarm, stats, err := c.Scrape(ctx, h, nil)
	out := DHTCounts{Hash: h, Seeds: swarm.Seeds, Leeches: swarm.Downloaders, Nodes: swarm.Nodes, Queries: stats.Queries, Elapsed: time.Since(started)}
	if err != nil && swarm.Nodes == 0 {
		out.Failure = netFailure(ctx, "asking the DHT", err)
		if stats.Answers == 0 && out.Failure.Code != Interrupted {
			out.Failure.Code = Timeout
		}
	}
	return out
}
