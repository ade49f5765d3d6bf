package verifying

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"

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
	tasks   []verifyTask // that are not begun
	p       *console.Progress
	waiting []*early      // that are begun and not told, in order
	held    int64         // bytes of their torrents
	free    chan struct{} // has room for one that is verified
	large   sync.Mutex    // of whose content is large
}

// early is a verification that may go on still.
type early struct {
	size int64 // bytes of the torrent
	done chan struct{}
	v    verified
	err  error
}

// verifyAhead is eachOf for torrents that are only read.
func verifyAhead(ctx context.Context, con *console.Console, tasks []verifyTask, names []string, f *verifyFlags, reports *verifyReports) error {
	workers := f.options.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	r := &forerun{con: con, flags: f, tasks: tasks, free: make(chan struct{}, min(workers, mostAtOnce))}
	r.p = con.StartProgress(label)
	defer r.p.Finish()
	told := 0
	return eachOf(ctx, con, names, func(ctx context.Context, _ string) (err error) {
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
		r.p.Aside(func() { err = tellOne(con, e.v, e.err, f, reports) })
		return err
	})
}

const label = "verifying torrents"

// end lets a run that was interrupted come to its end.
func (r *forerun) end(told, all int) {
	for _, e := range r.waiting {
		<-e.done
	}
	r.p.Finish()
	r.con.Note(fmt.Sprintf("%s of %s were verified", console.FormatCount(int64(told)), command.Plural(all, "torrent")))
}

// next begins as many as may be begun, always in the same order beside what is told, and waits for the first.
func (r *forerun) next(ctx context.Context) *early {
	for len(r.tasks) > 0 && (len(r.waiting) == 0 || len(r.waiting) < ahead*cap(r.free) && r.held < mostHeld) {
		r.begin(ctx)
	}
	e := r.waiting[0]
	r.waiting = r.waiting[1:]
	<-e.done
	r.held -= e.size
	return e
}

// begin reads a torrent and begins to verify it.
func (r *forerun) begin(ctx context.Context) {
	task := r.tasks[0]
	r.tasks = r.tasks[1:]
	e := &early{done: make(chan struct{})}
	r.waiting = append(r.waiting, e)
	raw, err := command.ReadInput(ctx, r.con, task.input(), int64(r.flags.maxSize))
	if err != nil {
		e.v, e.err = verified{torrent: task.torrent, err: err}, err
		close(e.done)
		return
	}
	e.size = int64(len(raw))
	r.held += e.size
	o := r.flags.options
	large := false // Turn comes before Progress
	o.Turn = func(bytes int64) (int, func()) {
		if bytes <= smallContent {
			return 1, func() {}
		}
		r.large.Lock()
		large = true
		r.p.Phase("verifying " + filepath.Base(task.torrent))
		return r.flags.options.Workers, func() {
			r.p.Phase(label)
			r.p.Set(0, 0)
			r.large.Unlock()
		}
	}
	o.Progress = func(done, total int64) {
		if large {
			r.p.Set(done, total)
		}
	}
	go func() {
		defer close(e.done)
		r.free <- struct{}{}
		defer func() { <-r.free }()
		e.v, e.err = r.check(ctx, raw, task, o)
	}()
}

func (r *forerun) check(ctx context.Context, raw []byte, task verifyTask, o verify.Options) (verified, error) {
	return checkOne(ctx, r.con, r.p, raw, task, o, r.flags)
}
