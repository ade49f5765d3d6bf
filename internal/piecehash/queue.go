package piecehash

import (
	"sync"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// queue hands out the pieces of a job in runs of neighbours, line by line or
// from several lines in turn.
type queue struct {
	layout  *layout.Layout
	lines   []*line
	count   int // of pieces in the job
	workers int
	long    bool                // runs are as long as may be until the end: each is asked of a server
	draw    func(idle bool) int // nil: in the order of the job

	mu    sync.Mutex
	freed sync.Cond                  // a line was given back
	taken int                        // of the job's pieces
	quota int                        // of pieces in a run, once the rest is shared out evenly; 0 before
	ends  map[layout.FileIndex]int64 // where files end that are not what they should be, in bytes
}

func newQueue(j Job) *queue {
	q := &queue{layout: j.Layout, draw: j.Next, long: j.Order == Streams, ends: map[layout.FileIndex]int64{}}
	q.freed.L = &q.mu
	return q
}

// add adds a line.
func (q *queue) add(l *line) {
	q.lines = append(q.lines, l)
	q.count += l.count
}

// hold gives the line from which the next run is to be taken to one worker alone,
// until that lets it go, or waits for one. It returns nil if no pieces are left.
func (q *queue) hold() *line {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		l, more := q.choose()
		if l != nil {
			l.held = true
		}
		if l != nil || !more {
			return l
		}
		q.freed.Wait()
	}
}

func (q *queue) letGo(l *line) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l.held = false
	q.freed.Broadcast()
}

// choose returns the line that nobody holds of which most is in memory, or least
// was taken. Of lines on one device the first is read alone.
func (q *queue) choose() (best *line, more bool) {
	var devices deviceSet
	var ready int64
	for _, l := range q.lines {
		if l.next == l.count || l.devices&devices != 0 {
			continue
		}
		more = true
		devices |= l.devices
		if l.held {
			continue
		}
		if n := l.ready(); best == nil || n > ready || n == ready && float64(l.next)/float64(l.count) < float64(best.next)/float64(best.count) {
			best, ready = l, n
		}
	}
	return best, more
}

// take appends the next pieces of a line to run: as many as admit accepts, and at
// least one. Towards the end runs get shorter, and at last every worker gets an
// equal share, so that none is left alone with a full run.
func (q *queue) take(l *line, run []layout.Piece, lanes int, admit func(layout.Piece) bool) []layout.Piece {
	q.mu.Lock()
	defer q.mu.Unlock()
	if left := q.count - q.taken; q.quota == 0 && left <= lanes*q.workers {
		q.quota = (left + q.workers - 1) / q.workers
	}
	most := q.quota
	switch {
	case most > 0:
	case q.long: // as many as ask allows, but where pieces have few bytes
		most = max((q.count-q.taken)/(2*q.workers), int(leastAsk/q.layout.PieceLength()), 1)
	default:
		most = max(lanes, (q.count-q.taken)/(2*q.workers))
	}
	for l.next < l.count && len(run) < most {
		if !q.pick(l, len(run) == 0) {
			break
		}
		if q.passOver(l) {
			continue
		}
		p := q.layout.Piece(l.kept)
		if !admit(p) && len(run) > 0 {
			break
		}
		q.took(l, 1)
		run = append(run, p)
	}
	return run
}

// join tells that there is a worker more.
func (q *queue) join() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.workers++
}

// ask is how many bytes are asked of a server at a time: many, and towards the end
// fewer, so that all connections end at about the same time.
func (q *queue) ask() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	left := int64(q.count-q.taken) * q.layout.PieceLength()
	return min(max(left/int64(2*q.workers), leastAsk), mostAsk)
}

// took goes on by n pieces.
func (q *queue) took(l *line, n int) {
	l.kept = -1
	l.next += n
	q.taken += n
}

// pick makes the next piece of a line the one that is kept, and tells whether
// there is one.
func (q *queue) pick(l *line, idle bool) bool {
	switch {
	case l.kept >= 0:
	case q.draw != nil:
		l.kept = q.draw(idle)
	default:
		l.kept = l.piece(l.next)
	}
	return l.kept >= 0
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
func (q *queue) passOver(l *line) bool {
	if len(q.ends) == 0 || q.draw != nil {
		return false
	}
	for span := range q.layout.Spans(l.kept) {
		if at, known := q.ends[span.File]; !known || span.Offset+span.Length <= at {
			continue
		}
		r := layout.Run{First: l.kept, End: min(q.layout.RunOf(span.File).End, l.runs[l.runAt(l.next)].End)}
		l.done.Add(q.layout.ContentIn(r))
		q.took(l, r.Len())
		return true
	}
	return false
}

// peek returns which piece of a line is handed out next.
func (q *queue) peek(l *line) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return l.next
}
