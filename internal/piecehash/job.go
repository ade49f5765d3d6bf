// Package piecehash is the one loop in the module that reads content and
// hashes it.
//
// A [Job] takes the pieces of a layout, reads their spans from a [Source] and
// yields the digests of each piece once. Workers take runs of neighbouring
// pieces from one queue and advance all pieces of a run together, chunk by
// chunk, so that the lanes of the multi-buffer hashers stay filled across
// pieces and files, and memory does not depend on the length of pieces.
//
// Who does not know yet which bytes make up a piece continues [Prefix]es of it
// with an [Extender], in as many ways as there are.
//
// It does not judge: creating keeps the digests, verifying compares them. It
// knows no paths and opens no files; a Source does.
package piecehash

import (
	"context"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/procs"
)

// File is an open file of a Source. It is used by one goroutine at a time.
type File = interface {
	io.ReaderAt
	io.Closer
}

// Source opens the files of a layout by their index. It is called from several
// goroutines, never for pad files or empty files.
type Source interface {
	Open(i layout.FileIndex) (File, error)
}

// A File may also tell about the storage below it and take hints, by having
// any of these methods. Where it has none, storage is like memory.
type (
	// prober says whether a byte is in memory already, where that is known.
	prober interface {
		Cached(off int64) (yes, known bool)
	}
	// sparser says where the next data at or behind off begins; what lies
	// between is zeros, which are hashed and not read.
	sparser interface{ NextData(off int64) int64 }
	// hinter is told what is wanted soon.
	hinter interface{ ReadAhead(off, n int64) }
	// fetcher brings bytes to memory, and returns when they are there.
	fetcher interface{ Fetch(off, n int64) }
	// seeker says whether one sequential stream is better than several.
	seeker interface{ SeekingIsSlow() bool }
	// remoter says whether a server or a program stands between the file and us, which
	// may want the processors that we do.
	remoter interface{ Remote() bool }
)

// placer is a Source that knows on which of several devices a file lies, by any
// numbers: devices are read side by side.
type placer interface {
	Device(i layout.FileIndex) uint64
}

// Order is how a job reads.
type Order uint8

const (
	// Auto reads many streams side by side while the data is in memory, and one
	// sequential stream of each device where it is not, or where seeking is slow;
	// ahead of that it brings as much to memory at a time as the device turns out to
	// like.
	Auto Order = iota
	// Parallel reads many streams side by side.
	Parallel
	// Sequential reads pieces whole and in order, one reader at a time.
	Sequential
	// Streams lets each worker read neighbouring pieces whole and in order, beside
	// the others: one connection for each. A file that takes hints is told what a
	// worker will read of it, without a gap, before the first byte of that. What
	// several bring is hashed side by side, whoever is slow.
	Streams
)

func (o Order) String() string { return [...]string{"auto", "parallel", "sequential", "streams"}[o] }

// ParseOrder reads "auto", "parallel" or "sequential".
func ParseOrder(s string) (Order, error) {
	for o := Auto; o <= Sequential; o++ {
		if s == o.String() {
			return o, nil
		}
	}
	return 0, fmt.Errorf("%q is not an order of reading: want auto, parallel or sequential", s)
}

// Job is pieces to be hashed.
type Job struct {
	Layout *layout.Layout
	Source Source
	// Only are the pieces to hash, in the order in which they are read; nil is
	// all of them, and an empty slice none.
	Only []layout.Run
	// Next, if not nil, gives the pieces of Only one by one, for a Source whose
	// bytes come in an order of their own; Order must be Sequential. -1 is nothing
	// more before those that it gave are read; with idle they are, and -1 is the
	// end. It is called by one goroutine at a time, never while the Source is read.
	Next func(idle bool) int
	// Workers is the number of goroutines that read and hash; 0 is one for each
	// processor that Go may use, of two only one where files come from elsewhere.
	Workers int
	Order   Order
	// First, if not 0, is how many workers begin, in order Streams. Another joins when
	// the last one that did has brought bytes, and while all together bring so many that
	// hashing may be what is slow.
	First int
	// Abreast is how many jobs in order Sequential go on at once, and have the memory
	// of one together; 0 is this one alone.
	Abreast int
	// Spare, if not nil, has what workers of other jobs worked with.
	Spare *Spare
	// Durable says that digests are written down as they come: at most a 128th of
	// the content, or a piece for each worker, is begun and not finished at any
	// time, so that little is lost when the process is killed.
	Durable bool
	// Progress, if not nil, is told how many bytes of content are done, about
	// ten times a second and at the end, on the goroutine that ranges over Pieces.
	Progress func(done, total int64)
}

// Piece is the digests of one piece: those that its layout.Piece wants, the
// others zero.
type Piece struct {
	Index int
	SHA1  [20]byte
	Root  [32]byte
}

// ReadError tells which file of a piece could not be read, and from where on.
type ReadError struct {
	File   layout.FileIndex
	Offset int64 // in the file, in bytes
	Err    error
}

func (e *ReadError) Error() string {
	return fmt.Sprintf("file %d at byte %d: %v", e.File, e.Offset, e.Err)
}
func (e *ReadError) Unwrap() error { return e.Err }

type result struct {
	piece Piece
	err   error
}

// Pieces hashes the job's pieces in parallel and yields each once, on the
// caller's goroutine and in no particular order. A piece that cannot be read is
// yielded with a *ReadError, and the others go on. Where a file cannot be opened,
// or ends before it should, that is said of one piece at least, and others that
// want bytes of it from there on may be left out. When ctx is cancelled, the
// last pair is a Piece with the index -1 and ctx's error. Breaking out of the
// loop stops all workers before it returns.
func (j Job) Pieces(ctx context.Context) iter.Seq2[Piece, error] {
	return func(yield func(Piece, error) bool) { j.pieces(ctx, yield) }
}

// pieces is the loop of Pieces, which the compiler would copy to who calls that.
func (j *Job) pieces(ctx context.Context, yield func(Piece, error) bool) {
	inner, cancel := context.WithCancel(ctx)
	p := j.pipeline()
	p.start(inner, j.Spare.get)
	defer func() {
		cancel()
		for range p.results {
		}
	}()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case batch, more := <-p.results:
			if !more {
				p.report()
				if err := ctx.Err(); err != nil {
					yield(Piece{Index: -1}, err)
				}
				return
			}
			for _, r := range batch {
				if !yield(r.piece, r.err) {
					return
				}
			}
			p.recycle(batch)
		case <-tick.C:
			p.report()
		}
	}
}

// pipeline is a job that runs.
type pipeline struct {
	Job
	queue   *queue
	places  *places     // nil: all files are on one device
	ahead   []*ahead    // of each device; none: nothing is brought to memory beforehand
	big     chan []byte // arenas for sequential reading; nil is one that was not made yet
	results chan []result
	spare   chan []result
	streams streams
	hire    func() // starts a worker
	maxRun  int    // pieces in a run
	total   int64  // bytes of content
}

// start starts the workers, each with tools of its own.
func (p *pipeline) start(ctx context.Context, get func() *tools) {
	var wg sync.WaitGroup
	p.hire = func() {
		wg.Go(func() {
			t := get()
			newWorker(p, t).work(ctx)
			p.Spare.put(t)
		})
	}
	p.streams.hired = p.First // before the first of them looks
	for range p.First {
		p.hire()
	}
	go func() {
		wg.Wait()
		for _, a := range p.ahead {
			a.stop()
		}
		close(p.results)
	}()
}

// pipeline is the job before it runs.
func (j Job) pipeline() *pipeline {
	p := &pipeline{Job: j, queue: newQueue(j), maxRun: maxRun, total: j.Layout.TotalLength()}
	p.divide()
	if j.Workers <= 0 {
		if j.Workers = procs.Count(); j.Workers == 2 && j.served(p.queue) {
			j.Workers = 1
		}
	}
	j.Workers = max(1, min(j.Workers, p.queue.count))
	if j.First == 0 || j.First > j.Workers {
		j.First = j.Workers
	}
	if j.Only != nil {
		p.total = 0
		for _, r := range j.Only {
			p.total += j.Layout.ContentIn(r)
		}
	}
	if j.Durable {
		p.maxRun = int(max(1, min(maxRun, p.total/128/int64(j.Workers)/j.Layout.PieceLength())))
	}
	p.Job, p.queue.workers = j, j.First
	p.results = make(chan []result, j.Workers)
	p.spare = make(chan []result, 2*j.Workers)
	p.big = make(chan []byte, p.bigArenas())
	for range cap(p.big) {
		p.big <- nil
	}
	return p
}

// served tells whether the job's first bytes come from a server or a program, such
// as a FUSE daemon: one of two processors is for that, and one worker has all
// the memory, so that more lanes are full. A job that is small is over before that
// matters, and where other devices are read beside it each wants a worker.
func (j Job) served(q *queue) bool {
	if j.Order != Auto || q.count < 2 || len(q.lines) > 1 || j.Layout.TotalLength() < allBigArenas {
		return false
	}
	cursor := j.Layout.Cursor(q.lines[0].piece(0))
	span := cursor.Span()
	if span.Zero {
		return false
	}
	f, err := j.Source.Open(span.File)
	if err != nil {
		return false
	}
	defer f.Close()
	if r, ok := f.(remoter); !ok || !r.Remote() {
		return false
	}
	if p, ok := f.(prober); ok {
		if cached, known := p.Cached(span.Offset); known {
			return !cached
		}
	}
	return true
}

// bigArenas is how many workers can read pieces whole at a time.
func (p *pipeline) bigArenas() int {
	return max(1, min(p.Workers, maxBigArenas/max(1, p.Abreast)))
}

// finished is how many bytes of content are done, or were passed over.
func (p *pipeline) finished() (n int64) {
	for _, l := range p.queue.lines {
		n += l.done.Load()
	}
	return n
}

func (p *pipeline) report() {
	if p.Progress != nil {
		p.Progress(p.finished(), p.total)
	}
}

// recycle hands a batch back to the workers.
func (p *pipeline) recycle(batch []result) {
	select {
	case p.spare <- batch[:0]:
	default:
	}
}

func (p *pipeline) batch() []result {
	select {
	case b := <-p.spare:
		return b
	default:
		return nil
	}
}
