package piecehash

import (
	"sync"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// queue hands out the pieces of a job in order, in runs of neighbours.
type queue struct {
	layout  *layout.Layout
	skip    func(int) bool
	workers int

	mu    sync.Mutex
	next  int
	left  int // pieces not handed out
	quota int // of pieces in a run, once the rest is shared out evenly; 0 before
}

// take appends the next pieces to run: as many as admit accepts, and at least
// one. Near the end every worker gets an equal share, so that none is left
// alone with a full run.
func (q *queue) take(run []layout.Piece, lanes int, admit func(layout.Piece) bool) []layout.Piece {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.quota == 0 && q.left <= lanes*q.workers {
		q.quota = (q.left + q.workers - 1) / q.workers
	}
	for ; q.next < q.layout.NumPieces(); q.next++ {
		if q.skip != nil && q.skip(q.next) {
			continue
		}
		if q.quota > 0 && len(run) == q.quota {
			break
		}
		p := q.layout.Piece(q.next)
		if !admit(p) && len(run) > 0 {
			break
		}
		run = append(run, p)
		q.left--
	}
	return run
}

// peek returns the piece that is handed out next; behind the last at the end.
func (q *queue) peek() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.skip != nil && q.next < q.layout.NumPieces() && q.skip(q.next) {
		q.next++
	}
	return q.next
}
