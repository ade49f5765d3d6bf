package verifying

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

// Of several torrents, those that follow are verified while reports are printed in order: small ones side by side with a worker
// each, large ones one after the other with all of them.

const (
	smallContent = 16 << 20 // bytes, which one worker hashes in some milliseconds
	mostAtOnce   = 12       // contents that are read side by side: each takes up to 2 MiB of memory
	ahead        = 4        // torrents that are begun for each that is verified
	mostHeld     = 16 << 20 // bytes of torrents that are begun, beside the first
)

// onlyReads tells whether verifications have nothing in common but what they read.
func (f *verifyFlags) onlyReads() bool {
	o := &f.options
	return f.repair.from == "" && len(f.search.dirs) == 0 && !f.search.fix && !f.tar && f.shard.Of == 0 && len(o.Journals) == 0 && o.LimitRate == 0
}

// forerun verifies torrents ahead of those whose reports are printed.
type forerun struct {
	con     *console.Console
	flags   *verifyFlags
	workers int
	tasks   []verifyTask
	at      int // of tasks: the next that is begun
	batches batches
	sooner  map[int]*early // that were begun before their turn, by the index of the task
	p       *console.Progress
	waiting []*early      // that are begun and not told, in order
	held    int64         // bytes of their torrents, and of those in sooner
	most    int           // torrents, or groups of them, that are verified at once
	queue   chan []*early // what is verified next
	large   sync.Mutex    // of whose content is large
}

// early is a verification that may go on still.
type early struct {
	task     verifyTask
	document       // until it is verified
	size     int64 // bytes of it, and of its report
	done     chan struct{}
	v        verified
	err      error
}

// verifyAhead is eachOf for torrents that are only read.
func verifyAhead(ctx context.Context, con *console.Console, tasks []verifyTask, names []string, f *verifyFlags, reports *verifyReports) error {
	workers := f.options.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	r := &forerun{con: con, flags: f, tasks: tasks, workers: workers, most: min(workers, mostAtOnce), sooner: map[int]*early{}}
	r.queue = make(chan []*early, ahead*r.most) // room for all that wait
	defer close(r.queue)
	for range r.most { // goroutines that have grown need not grow again for each torrent
		go func() {
			for together := range r.queue {
				r.run(ctx, together)
			}
		}()
	}
	r.p = con.StartProgress(label)
	defer r.p.Finish()
	if f.shares() {
		r.batches = findBatches(ctx, con, tasks, int64(f.maxSize))
	}
	told := 0
	return eachOf(ctx, con, names, f, func(ctx context.Context, _ string) (err error) {
		e := r.next(ctx)
		if ctx.Err() != nil {
			r.end(told, len(names))
			return cmp.Or(e.err, ctx.Err())
		}
		told++
		r.p.Count(told)
		if told == len(names) {
			r.p.Finish()
		}
		r.p.Aside(func() {
			if e.packed {
				command.WarnPacked(con, e.task.torrent)
			}
			err = tellOne(con, e.v, e.err, f, reports)
		})
		return err
	})
}

const label = "verifying torrents"

// end lets a run that was interrupted come to its end.
func (r *forerun) end(told, all int) {
	for _, e := range r.waiting {
		<-e.done
	}
	for _, e := range r.sooner {
		<-e.done
	}
	r.p.Finish()
	r.con.Note(fmt.Sprintf("%s of %s were verified", console.FormatCount(int64(told)), command.Plural(all, "torrent")))
}

// next begins as many as may be begun, always in the same order beside what is told, and waits for the first.
func (r *forerun) next(ctx context.Context) *early {
	for r.at < len(r.tasks) && (len(r.waiting) == 0 || len(r.waiting) < ahead*r.most && r.held < mostHeld) {
		r.begin(ctx)
	}
	e := r.waiting[0]
	r.waiting = r.waiting[1:]
	<-e.done
	r.held -= e.size
	return e
}

// begin begins to verify the next torrent, and those that may have files in common with it.
func (r *forerun) begin(ctx context.Context) {
	i := r.at
	r.at++
	if e := r.sooner[i]; e != nil {
		delete(r.sooner, i)
		r.waiting = append(r.waiting, e)
		return
	}
	b := r.batches.of[i]
	together := []*early{r.read(ctx, i)}
	r.waiting = append(r.waiting, together[0])
	for b != nil && !b.begun {
		b.begun = true
		for _, k := range b.tasks {
			if k > i && r.held < mostHeld {
				r.sooner[k] = r.read(ctx, k)
				together = append(together, r.sooner[k])
			}
		}
	}
	if together = slices.DeleteFunc(together, func(e *early) bool { return e.err != nil }); len(together) > 0 {
		r.queue <- together
	}
}

// read reads a torrent.
func (r *forerun) read(ctx context.Context, i int) *early {
	e := &early{task: r.tasks[i], done: make(chan struct{})}
	d, known := r.batches.raw[i]
	if delete(r.batches.raw, i); !known {
		d, e.err = readDocument(ctx, r.con, e.task, int64(r.flags.maxSize))
	}
	if e.err != nil {
		e.v = verified{torrent: e.task.torrent, err: e.err}
		close(e.done)
		return e
	}
	e.document, e.size = d, int64(len(d.raw)+earlyCost)
	r.held += e.size
	return e
}

// run verifies torrents that were read, all at once.
func (r *forerun) run(ctx context.Context, together []*early) {
	t := &turn{forerun: r, of: together}
	defer t.end()
	if len(together) == 1 {
		t.check(ctx, 0, nil)
		return
	}
	var wg sync.WaitGroup
	for k, s := range verify.Together(len(together)) {
		wg.Go(func() { t.check(ctx, k, s) })
	}
	wg.Wait()
}

// turn is that of torrents which are verified at once: if the content of one is large, no other large one is read.
type turn struct {
	*forerun
	of    []*early
	large atomic.Bool
	once  sync.Once

	mu          sync.Mutex
	done, total []int64 // of each
}

// check verifies one of the torrents.
func (t *turn) check(ctx context.Context, k int, s *verify.Share) {
	e, o := t.of[k], t.flags.options
	defer close(e.done)
	defer s.End() // which what reads no folder does not do
	o.Share, o.Turn, o.Progress = s, t.begin, func(done, total int64) { t.progress(k, done, total) }
	e.v, e.err = checkOne(ctx, t.con, t.p, e.raw, e.task, o, t.flags)
	e.raw = nil
}

func (t *turn) begin(bytes int64) (int, func()) {
	if bytes > smallContent {
		t.once.Do(func() {
			t.forerun.large.Lock()
			t.large.Store(true)
			t.p.Phase("verifying " + filepath.Base(t.of[0].task.torrent))
		})
	}
	switch {
	case len(t.of) > 1:
		return max(1, t.workers/len(t.of)), func() {}
	case bytes > smallContent:
		return t.flags.options.Workers, func() {}
	}
	return 1, func() {}
}

// progress is told how much of one of the contents was read.
func (t *turn) progress(k int, done, total int64) {
	if !t.large.Load() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done == nil {
		t.done, t.total = make([]int64, len(t.of)), make([]int64, len(t.of))
	}
	t.done[k], t.total[k] = done, total
	sum := func(of []int64) (n int64) {
		for _, k := range of {
			n += k
		}
		return n
	}
	t.p.Set(sum(t.done), sum(t.total))
}

func (t *turn) end() {
	if t.large.Load() {
		t.p.Phase(label)
		t.p.Set(0, 0)
		t.forerun.large.Unlock()
	}
}
