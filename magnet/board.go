package magnet

import (
	"math/rand/v2"
	"sync"
)

// board hands out numbered items of work to many peers: first what nobody was
// asked for, then what others were asked for and have not brought, so that one
// that stalls delays nobody. Its owner guards left.
type board struct {
	ended chan struct{} // closed when nothing is wanted any more
	left  int           // items that are missing

	mu    sync.Mutex
	have  []bool
	next  int   // items from here on were never handed out
	again []int // items that came back
}

func newBoard(n int) *board {
	return &board{have: make([]bool, n), left: n, ended: make(chan struct{})}
}

func (b *board) over() <-chan struct{} { return b.ended }

// pick returns up to n missing items that are not in mine.
func (b *board) pick(n int, mine map[int]int) []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	var items []int
	take := func(i int) {
		if _, taken := mine[i]; !taken && !b.have[i] {
			items = append(items, i)
		}
	}
	kept := b.again[:0]
	for _, i := range b.again {
		if _, taken := mine[i]; taken || len(items) >= n {
			kept = append(kept, i)
		} else {
			take(i)
		}
	}
	b.again = kept
	for ; len(items) < n && b.next < len(b.have); b.next++ {
		take(b.next)
	}
	if len(items) > 0 || len(b.have) == 0 || n <= 0 {
		return items
	}
	start := rand.IntN(len(b.have))
	for k := 0; k < len(b.have) && len(items) < n; k++ {
		take((start + k) % len(b.have))
	}
	return items
}

// giveBack returns items that were picked and will not come.
func (b *board) giveBack(items map[int]int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range items {
		if !b.have[i] {
			b.again = append(b.again, i)
		}
	}
}

// done marks an item; false when it was there already.
func (b *board) done(i int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.have[i] {
		return false
	}
	b.have[i] = true
	b.left--
	return true
}
