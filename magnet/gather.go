package magnet

import (
	"context"
	"fmt"
	"time"

	"github.com/torrentkit/torrentkit/internal/peerwire"
)

// A job is what many peers bring together in numbered items: metadata in blocks,
// or piece layers in runs of hashes.
type job interface {
	// pick returns up to n missing items that are not in mine.
	pick(n int, mine map[int]int) []int
	// giveBack returns items that were picked and will not come.
	giveBack(items map[int]int)
	request(conn *peerwire.Conn, items []int) error
	// match tells which item a message brings or refuses, -1 for none. A message that
	// nobody who has the same torrent sends is an error.
	match(m peerwire.Message) (int, error)
	// put keeps an item, once it is proven as far as it can be alone.
	put(p *peer, item int, m peerwire.Message) error
	over() <-chan struct{} // closed once nothing is wanted any more
}

// pace is how much is asked of a peer.
type pace struct {
	first, most int // requests under way, at one that has proven nothing and one that keeps bringing
	tries       int // for one item, of a peer that brought others
	refusals    int // of several items, by a peer that brought nothing
}

// A gatherer fetches items of one job from one peer.
type gatherer struct {
	f       *fetcher
	conn    *peerwire.Conn
	peer    *peer
	job     job
	pace    pace
	pending map[int]int // items asked for
	refused map[int]int // how often the peer refused an item
	brought int
	strays  int // items that were not waited for
	window  int // requests that may be under way
}

// gather has a peer bring what it can of a job. It ends without error when the job
// is over, whatever came of it.
func (f *fetcher) gather(ctx context.Context, conn *peerwire.Conn, p *peer, j job, pace pace) error {
	g := gatherer{f: f, conn: conn, peer: p, job: j, pace: pace, window: pace.first, pending: map[int]int{}, refused: map[int]int{}}
	defer func() { j.giveBack(g.pending) }()
	for {
		if err := g.ask(); err != nil {
			return err
		}
		if len(g.pending) == 0 {
			return g.idle(ctx)
		}
		m, err := conn.Next()
		if err != nil {
			return err
		}
		if m.Kind == peerwire.Handshake {
			f.swarm.met(p, conn.Extended().Client, conn.Encrypted)
		}
		switch item, wrong := j.match(m); {
		case wrong != nil:
			return wrong
		case g.pending[item] == 0: // late, or never asked for: the deadline runs on
			err = g.stray()
		case m.Kind == peerwire.MetadataReject || m.Kind == peerwire.HashReject:
			err = g.refusal(ctx, item)
		default:
			err = g.take(item, m)
		}
		if err != nil || g.isOver() {
			return err
		}
	}
}

func (g *gatherer) isOver() bool {
	select {
	case <-g.job.over():
		return true
	default:
		return false
	}
}

// idle waits for the end of a job to which the peer has nothing more to bring.
func (g *gatherer) idle(ctx context.Context) error {
	if len(g.refused) > 0 && !g.isOver() {
		return errRejected
	}
	select {
	case <-g.job.over():
		return nil
	case <-ctx.Done():
		return errUnneeded
	}
}

func (g *gatherer) ask() error {
	mine := make(map[int]int, len(g.pending))
	for i := range g.pending {
		mine[i] = 1
	}
	for i, n := range g.refused {
		if g.brought == 0 || n >= g.pace.tries {
			mine[i] = n
		}
	}
	if g.isOver() {
		return nil
	}
	items := g.job.pick(g.window-len(g.pending), mine)
	for _, i := range items {
		g.pending[i]++
	}
	return g.job.request(g.conn, items)
}

func (g *gatherer) take(item int, m peerwire.Message) error {
	delete(g.pending, item)
	if err := g.job.put(g.peer, item, m); err != nil {
		return err
	}
	g.f.progress(false)
	g.brought++
	g.peer.blocks.Add(1)
	g.window = min(g.window+2, g.pace.most)
	if g.isOver() {
		return nil
	}
	return g.f.extend(g.conn)
}

// maxStrays is how many messages a peer may send that nobody waits for.
const maxStrays = 1000

func (g *gatherer) stray() error {
	if g.strays++; g.strays > maxStrays {
		return fmt.Errorf("%w: answers to nothing", peerwire.ErrFlood)
	}
	return nil
}

// refusal puts off an item. Peers refuse for lack of it, and for too many requests
// at once, which those that brought something get over.
func (g *gatherer) refusal(ctx context.Context, item int) error {
	g.job.giveBack(map[int]int{item: 1})
	delete(g.pending, item)
	g.refused[item]++
	g.window = max(1, g.window/2)
	switch {
	case g.brought == 0 && len(g.refused) >= g.pace.refusals:
		return errRejected
	case g.brought == 0 || len(g.pending) > 0 || g.pace.tries == 1:
		return nil
	}
	select {
	case <-time.After(100 * time.Millisecond):
		return g.f.extend(g.conn)
	case <-ctx.Done():
		return errUnneeded
	}
}
