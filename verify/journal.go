package verify

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// ErrJournalSums is that a journal, which saves reading, and checksums, which
// need every byte, were asked for together.
var ErrJournalSums = errors.New("checksums need every byte to be read, and a journal is for reading less")

// openJournals opens the journals that the options name; nil if they name none.
func (r *run) openJournals(o Memory, id journal.Identity) (*journal.Log, error) {
	return journal.Open(o.Journals, r.layout, id)
}

// recall marks the pieces that journals know: they are not read.
func (r *run) recall(j *journal.Log, o Memory) {
	if j.Empty() || o.Recheck {
		return
	}
	known := int64(0)
	parts := len(o.Journals) > 1
	for _, run := range r.pieces.that(isUnread) {
		for i, d := range j.Recall(run) {
			switch {
			case parts:
				known += r.layout.ContentLength(i)
				r.check(piecehash.Piece{Index: i, SHA1: d.SHA1, Root: d.Root})
			case r.torrent.Check(i, d.SHA1, d.Root) == metainfo.Good:
				r.pieces.set(i, PieceOK)
				r.KnownPieces++
				known += r.layout.ContentLength(i)
			}
		}
	}
	if o.Known != nil {
		o.Known(known)
	}
}

// ErrScrubJournal is that what was read longest ago was asked for, without a journal
// that remembers it.
var ErrScrubJournal = errors.New("to read what was not read for long takes one journal, which remembers when")

const (
	scrubBatch = 16 << 20 // bytes that are read between looks at the clock
	maxDue     = 1 << 24  // pieces that wait to be read; no run comes to more
)

// scrubber reads the pieces whose turn it is.
type scrubber struct {
	*run
	log *journal.Log
	Scrub
	parts bool // several journals are those of one run
	known func(bytes int64)
	begun time.Time
}

// asked tells whether pieces are read by turns.
func (s *Scrub) asked() bool { return s.OlderThan > 0 || s.BudgetTime != 0 || s.BudgetBytes != 0 }

// newScrubber begins to read with a journal, which may be nil.
func newScrubber(r *run, j *journal.Log, o Options) scrubber {
	s := scrubber{run: r, log: j, Scrub: o.Scrub, parts: len(o.Journals) > 1, known: o.Known}
	if s.now == nil {
		s.now = time.Now
	}
	s.batch = cmp.Or(s.batch, scrubBatch)
	s.begun = s.now()
	return s
}

// note writes down what was read of a piece, and since when it is bad.
func (s scrubber) note(p piecehash.Piece) error {
	if s.pieces.get(p.Index).Bad() && !s.parts {
		if sight, known := s.log.Sight(p.Index); known && !s.good(sight, p.Index) {
			s.since[p.Index] = sight.First
		}
	}
	return s.log.Seen(p.Index, journal.Digest{SHA1: p.SHA1, Root: p.Root}, s.now())
}

// good tells whether a piece matched when it was seen.
func (s scrubber) good(sight journal.Sight, i int) bool {
	var d journal.Digest
	copy(d.SHA1[:], s.torrent.PieceSHA1(i))
	copy(d.Root[:], s.torrent.PieceRoot(i))
	return sight.Of(d)
}

// due is a piece that waits to be read.
type due struct {
	piece int32
	at    int64 // when it was read, in seconds: less is sooner
}

// The times of pieces that come before all that were read and good.
const (
	foundBad  = math.MinInt64
	neverRead = foundBad + 1
)

// read reads all pieces that are unread, or those whose turn it is.
func (s scrubber) read(ctx context.Context, job piecehash.Job, failFast bool) error {
	var note func(piecehash.Piece) error
	if s.log != nil {
		note = s.note
	}
	if s.OlderThan > 0 {
		s.forget()
	}
	if s.known != nil && s.Scrub.asked() {
		s.known(0) // progress is that of what is read again
	}
	if s.BudgetTime == 0 && s.BudgetBytes == 0 {
		defer s.noteOldest()
		return s.run.read(ctx, job, note, failFast)
	}
	list := s.due()
	total, base := s.planned(list), int64(0)
	progress := job.Progress
	if progress != nil {
		job.Progress = func(done, _ int64) { progress(base+done, total) }
	}
	spent := s.BudgetTime < 0 || s.BudgetBytes < 0
	for left := s.BudgetBytes; len(list) > 0 && !s.Incomplete && !spent; {
		n, bytes := s.nextBatch(list, left)
		if n == 0 || base > 0 && s.BudgetTime > 0 && s.now().Sub(s.begun) >= s.BudgetTime {
			break
		}
		job.Only = s.take(list[:n])
		if err := s.run.read(ctx, job, note, failFast); err != nil {
			return err
		}
		list, base, left = list[n:], base+bytes, left-bytes
		spent = s.BudgetBytes > 0 && left <= 0
	}
	s.leave(list)
	s.noteOldest()
	return nil
}

// forget takes back that pieces are known which were not read for too long.
func (s scrubber) forget() {
	least := s.begun.Add(-s.OlderThan)
	for _, run := range s.pieces.that(func(p PieceState) bool { return p == PieceOK }) {
		for i := run.First; i < run.End; i++ {
			if sight, known := s.log.Sight(i); !known || sight.Last.Before(least) {
				s.pieces.set(i, PieceUnread)
				s.KnownPieces--
			}
		}
	}
}

// due lists the pieces that can be read, those first whose turn it is, and leaves those
// out that are not known to be good.
func (s scrubber) due() []due {
	var list []due
	add := func(i int) {
		if len(list) == maxDue {
			return
		}
		at := int64(neverRead)
		switch sight, known := s.log.Sight(i); {
		case !known || !s.hasHash(i):
		case s.good(sight, i):
			at = sight.Last.Unix()
		default:
			at = foundBad
		}
		list = append(list, due{int32(i), at})
	}
	for _, run := range s.toRead() {
		for i := run.First; i < run.End; i++ {
			add(i)
		}
		s.pieces.fill(run, PieceSkipped)
	}
	if s.OlderThan == 0 {
		for _, run := range s.pieces.that(func(p PieceState) bool { return p == PieceOK }) {
			for i := run.First; i < run.End; i++ {
				add(i)
			}
		}
	}
	sort.SliceStable(list, func(a, b int) bool { return list[a].at < list[b].at })
	return list
}

// planned is how many bytes will be read at most.
func (s scrubber) planned(list []due) (n int64) {
	for _, d := range list {
		n += s.layout.ContentLength(int(d.piece))
	}
	if s.BudgetBytes > 0 {
		n = min(n, s.BudgetBytes)
	}
	return n
}

// nextBatch tells how many pieces are read next, and how many bytes of content they
// have: all that may be, or so much that the clock is looked at now and then.
func (s scrubber) nextBatch(list []due, left int64) (n int, bytes int64) {
	for ; n < len(list); n++ {
		more := s.layout.ContentLength(int(list[n].piece))
		if s.BudgetTime > 0 && n > 0 && bytes+more > s.batch {
			break
		}
		if first := left == s.BudgetBytes && n == 0; s.BudgetBytes > 0 && bytes+more > left && !first {
			break
		}
		bytes += more
	}
	return n, bytes
}

// take makes pieces unread, and returns them in order.
func (s scrubber) take(list []due) []layout.Run {
	pieces := make([]int, len(list))
	for k, d := range list {
		pieces[k] = int(d.piece)
		if s.pieces.get(pieces[k]) == PieceOK {
			s.KnownPieces--
		}
		s.pieces.set(pieces[k], PieceUnread)
	}
	slices.Sort(pieces)
	runs := []layout.Run{}
	for _, p := range pieces {
		runs = layout.AppendRun(runs, layout.Run{First: p, End: p + 1})
	}
	return runs
}

// leave says of pieces that were not reached what the journal knows: that they were bad
// when they were read.
func (s scrubber) leave(list []due) {
	for _, d := range list {
		if d.at != foundBad {
			return
		}
		if sight, known := s.log.Sight(int(d.piece)); known {
			s.pieces.set(int(d.piece), PieceBad)
			s.since[int(d.piece)] = sight.First
		}
	}
}

// noteOldest notes when the piece that was not read for longest was read, of those that
// the journal answers for.
func (s scrubber) noteOldest() {
	if s.KnownPieces == 0 {
		return
	}
	before := s.begun.Truncate(time.Second) // what was read in this run was not
	for _, run := range s.pieces.that(func(p PieceState) bool { return p == PieceOK }) {
		for i := run.First; i < run.End; i++ {
			if sight, known := s.log.Sight(i); known && (s.Oldest.IsZero() || sight.Last.Before(s.Oldest)) && sight.Last.Before(before) {
				s.Oldest = sight.Last
			}
		}
	}
}
