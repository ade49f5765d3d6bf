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
	draw    func(idle bool) int

	mu    sync.Mutex
	next  int // of the job's pieces
	kept  int // a piece that was drawn and not taken; -1 if there is none
	quota int // of pieces in a run, once the rest is shared out evenly; 0 before
}

func newQueue(j Job) *queue {
	q := &queue{layout: j.Layout, only: j.Only, count: len(j.Only), draw: j.Next, kept: -1}
	if j.Only == nil {
		q.count = j.Layout.NumPieces()
	}
	if q.draw == nil {
		q.draw = func(bool) int { return q.piece(q.next) }
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
		if q.kept < 0 {
			q.kept = q.draw(len(run) == 0)
		}
		if q.kept < 0 {
			break
		}
		p := q.layout.Piece(q.kept)
		if !admit(p) && len(run) > 0 {
			break
		}
		q.kept = -1
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
