package piecehash

import (
	"sync"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// queue hands out the pieces of a job in order, in runs of neighbours.
type queue struct {
	layout  *layout.Layout
	only    []int
	count   int // of pieces in the job
	workers int

	mu    sync.Mutex
	next  int // of the job's pieces
	quota int // of pieces in a run, once the rest is shared out evenly; 0 before
}

func newQueue(l *layout.Layout, only []int) *queue {
	q := &queue{layout: l, only: only, count: len(only)}
	if only == nil {
		q.count = l.NumPieces()
	}
	return q
}

// piece returns the index of the job's k-th piece.
func (q *queue) piece(k int) int {
	if q.only == nil {
		return k
	}
	return q.only[k]
}

// take appends the next pieces to run: as many as admit accepts, and at least
// one. Near the end every worker gets an equal share, so that none is left
// alone with a full run.
func (q *queue) take(run []layout.Piece, lanes int, admit func(layout.Piece) bool) []layout.Piece {
	q.mu.Lock()
	defer q.mu.Unlock()
	if left := q.count - q.next; q.quota == 0 && left <= lanes*q.workers {
		q.quota = (left + q.workers - 1) / q.workers
	}
	for ; q.next < q.count; q.next++ {
		if q.quota > 0 && len(run) == q.quota {
			break
		}
		p := q.layout.Piece(q.piece(q.next))
		if !admit(p) && len(run) > 0 {
			break
		}
		run = append(run, p)
	}
	return run
}

// peek returns which of the job's pieces is handed out next.
func (q *queue) peek() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.next
}
