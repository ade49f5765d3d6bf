package magnet

import (
	"context"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/peerwire"
)

const (
	// maxMetadata is the largest info dictionary that is fetched.
	maxMetadata = 32 << 20
	// maxHeld bounds the blocks that are held before anything is believed, over
	// all sizes that peers claim.
	maxHeld = 34 << 20
	// stale is how long an assembly may go without a block before others take
	// its memory.
	stale = 500 * time.Millisecond
)

// An assembly is metadata of one claimed size in the making. Peers that agree
// on the size share one; once what they brought together is wrong, nobody can
// tell who lied, and each gets one of its own.
type assembly struct {
	*board
	store   *store
	size    int64
	blocks  [][]byte
	held    int64
	sole    *peer // who brought all blocks so far
	mixed   bool  // more than one did
	touched time.Time
	dead    bool // it was checked or given up
}

func (a *assembly) blockSize(i int) int {
	return int(min(a.size-int64(i)*peerwire.BlockSize, peerwire.BlockSize))
}

// store holds all assemblies of a fetch.
type store struct {
	check func(blocks [][]byte) error

	mu        sync.Mutex
	shared    map[int64]*assembly
	contested map[int64]bool
	open      map[*assembly]bool
	held      int64
	free      [][]byte // blocks to be used again, so that garbage does not add up
	info      []byte   // the metadata, once it is proven
	best      float64
}

func newStore(check func([][]byte) error) *store {
	return &store{check: check, shared: map[int64]*assembly{}, contested: map[int64]bool{}, open: map[*assembly]bool{}}
}

// join returns the assembly that a peer with that claim works at.
func (s *store) join(size int64) *assembly {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.shared[size]; a != nil && !s.contested[size] {
		return a
	}
	n := int((size + peerwire.BlockSize - 1) / peerwire.BlockSize)
	a := &assembly{board: newBoard(n), store: s, size: size, blocks: make([][]byte, n), touched: time.Now()}
	if !s.contested[size] {
		s.shared[size] = a
	}
	s.open[a] = true
	return a
}

// leave ends the work of a peer. An assembly of its own goes with it.
func (s *store) leave(a *assembly) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared[a.size] != a {
		s.drop(a)
	}
}

// put adds a block. It reports whether the assembly is whole now.
func (s *store) put(a *assembly, p *peer, i int, data []byte) (whole bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.dead || s.info != nil || !s.makeRoom(a, int64(len(data))) || !a.done(i) {
		return false
	}
	a.blocks[i] = append(s.block(), data...)
	a.held += int64(len(data))
	s.held += int64(len(data))
	a.touched = time.Now()
	a.mixed = a.mixed || a.sole != nil && a.sole != p
	a.sole = p
	s.best = max(s.best, 1-float64(a.left)/float64(len(a.have)))
	return a.left == 0
}

func (s *store) block() []byte {
	n := len(s.free)
	if n == 0 {
		return make([]byte, 0, peerwire.BlockSize)
	}
	b := s.free[n-1]
	s.free = s.free[:n-1]
	return b[:0]
}

// makeRoom gives up other assemblies for a: those that stand still first, then
// those that have least. When a itself has least, it is given up.
func (s *store) makeRoom(a *assembly, n int64) bool {
	for s.held+n > maxHeld {
		victim := a
		for o := range s.open {
			if o.held > 0 && o.left > 0 && (o.held < victim.held || time.Since(o.touched) > stale) {
				victim = o
			}
			if victim != a && time.Since(victim.touched) > stale {
				break
			}
		}
		s.drop(victim)
		if victim == a {
			return false
		}
	}
	return true
}

// drop forgets an assembly.
func (s *store) drop(a *assembly) {
	if a.dead {
		return
	}
	a.dead = true
	s.held -= a.held
	for _, b := range a.blocks {
		if b != nil {
			s.free = append(s.free, b)
		}
	}
	a.held, a.blocks = 0, nil
	delete(s.open, a)
	if s.shared[a.size] == a {
		delete(s.shared, a.size)
	}
	close(a.ended)
}

// finish checks a whole assembly. The error is errHash when the one peer that
// brought it lied, and nil when it is good, or when several brought it and each
// is to be tried alone.
func (s *store) finish(a *assembly) error {
	s.mu.Lock()
	blocks, alone := a.blocks, !a.mixed
	s.mu.Unlock()
	if blocks == nil {
		return nil
	}
	err := s.check(blocks)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && s.info == nil {
		s.info = make([]byte, 0, a.size)
		for i, b := range blocks {
			s.info = append(s.info, b...)
			blocks[i] = nil
		}
		s.giveUp(a)
	}
	if err != nil && !alone {
		s.contested[a.size] = true
		err = nil
	}
	s.drop(a)
	return err
}

// giveUp lets go of all memory but that of a, now that the metadata is there.
// The caller holds mu.
func (s *store) giveUp(a *assembly) {
	for o := range s.open {
		if o != a && o.left > 0 {
			s.drop(o)
		}
	}
	s.free = nil
}

// result returns the metadata if it is there.
func (s *store) result() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info
}

// breathe lets others have the memory that an assembly was given up for.
func breathe(ctx context.Context) error {
	select {
	case <-time.After(stale):
		return nil
	case <-ctx.Done():
		return errUnneeded
	}
}

// crowded reports whether memory is short.
func (s *store) crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held > maxHeld/2
}

// progressOf tells how much of the assembly that came furthest is there.
func (s *store) progressOf() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.best
}
