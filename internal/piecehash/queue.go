package piecehash

import (
	"sort"
	"sync"
	"sync/atomic"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// queue hands out the pieces of a job in order, in runs of neighbours.
type queue struct {
	layout  *layout.Layout
	runs    []layout.Run // the pieces of the job
	starts  []int        // how many pieces are before each of runs
	count   int          // of pieces in the job
	workers int
	long    bool                // runs are as long as may be until the end: each is asked of a server
	draw    func(idle bool) int // nil: in the order of the job
	passed  atomic.Int64        // bytes of content in pieces that were passed over

	mu    sync.Mutex
	next  int                        // of the job's pieces
	kept  int                        // a piece that was drawn and not taken; -1 if there is none
	quota int                        // of pieces in a run, once the rest is shared out evenly; 0 before
	ends  map[layout.FileIndex]int64 // where files end that are not what they should be, in bytes
}

func newQueue(j Job) *queue {
	q := &queue{layout: j.Layout, runs: j.Only, draw: j.Next, long: j.Order == Streams, kept: -1, ends: map[layout.FileIndex]int64{}}
	if j.Only == nil {
		q.runs = []layout.Run{{First: 0, End: j.Layout.NumPieces()}}
	}
	for _, r := range q.runs {
		q.starts = append(q.starts, q.count)
		q.count += r.Len()
	}
	return q
}

// runAt returns the run that the job's k-th piece is in, by its index.
func (q *queue) runAt(k int) int {
	return sort.Search(len(q.starts), func(i int) bool { return q.starts[i] > k }) - 1
}

// piece returns the index of the job's k-th piece.
func (q *queue) piece(k int) int {
	i := q.runAt(k)
	return q.runs[i].First + k - q.starts[i]
}

// take appends the next pieces to run: as many as admit accepts, and at least
// one. Towards the end runs get shorter, and at last every worker gets an equal
// share, so that none is left alone with a full run.
func (q *queue) take(run []layout.Piece, lanes int, admit func(layout.Piece) bool) []layout.Piece {
	q.mu.Lock()
	defer q.mu.Unlock()
	if left := q.count - q.next; q.quota == 0 && left <= lanes*q.workers {
		q.quota = (left + q.workers - 1) / q.workers
	}
	most := q.quota
	switch {
	case most > 0:
	case q.long:
		most = q.count
	default:
		most = max(lanes, (q.count-q.next)/(2*q.workers))
	}
	for q.next < q.count && len(run) < most {
		if !q.pick(len(run) == 0) {
			break
		}
		if q.passOver() {
			continue
		}
		p := q.layout.Piece(q.kept)
		if !admit(p) && len(run) > 0 {
			break
		}
		q.kept = -1
		q.next++
		run = append(run, p)
	}
	return run
}

// pick makes the next piece the one that is kept, and tells whether there is one.
func (q *queue) pick(idle bool) bool {
	switch {
	case q.kept >= 0:
	case q.draw != nil:
		q.kept = q.draw(idle)
	default:
		q.kept = q.piece(q.next)
	}
	return q.kept >= 0
}

// end notes that a file has no bytes from off on, whatever the torrent says.
func (q *queue) end(file layout.FileIndex, off int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if at, known := q.ends[file]; !known || off < at {
		q.ends[file] = off
	}
}

// passOver drops the piece that is kept, and its neighbours, if they want bytes
// that a file does not have: they cost nothing, however many they are. Who draws
// pieces knows better which there are.
func (q *queue) passOver() bool {
	if len(q.ends) == 0 || q.draw != nil {
		return false
	}
	for span := range q.layout.Spans(q.kept) {
		if at, known := q.ends[span.File]; !known || span.Offset+span.Length <= at {
			continue
		}
		r := layout.Run{First: q.kept, End: min(q.layout.RunOf(span.File).End, q.runs[q.runAt(q.next)].End)}
		q.passed.Add(q.layout.ContentIn(r))
		q.next += r.Len()
		q.kept = -1
		return true
	}
	return false
}

// peek returns which of the job's pieces is handed out next.
func (q *queue) peek() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.next
}
