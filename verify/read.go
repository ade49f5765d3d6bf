package verify

import (
	"context"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// job reads a source as the options say.
func (o *Reading) job(src piecehash.Source, order piecehash.Order) piecehash.Job {
	return piecehash.Job{Source: src, Order: order, Workers: o.Workers, Progress: o.Progress}
}

// read hashes the pieces of a job, or all that are unread, from its source, and records
// what became of them. Those that were read are told to note, which may be nil.
func (r *run) read(ctx context.Context, job piecehash.Job, note func(piecehash.Piece) error, failFast bool) error {
	src := job.Source
	job.Layout, job.Durable = r.layout, note != nil
	if job.Only == nil {
		job.Only = r.toRead()
	}
	if s, ok := src.(interface{ next(idle bool) int }); ok {
		job.Next = s.next
	}
	for p, err := range job.Pieces(ctx) {
		if p.Index < 0 {
			return err
		}
		if err == nil {
			r.ReadBytes += r.layout.ContentLength(p.Index)
		}
		if err != nil {
			r.unread(err)
		} else if r.check(p); note != nil {
			if err := note(p); err != nil {
				quit(src)
				return err
			}
		}
		if s := r.pieces.get(p.Index); failFast && s != PieceOK && s != PieceNoHash {
			r.Incomplete = true
			quit(src)
			return nil
		}
	}
	return nil
}

// toRead lists the pieces that are unread and can be read, as far as is known: not
// those of files that are not there.
func (r *run) toRead() []layout.Run {
	if r.located == nil {
		return r.pieces.that(isUnread)
	}
	left := r.pieces.clone()
	for k, i := range r.layout.Content() {
		lacking := r.layout.RunOf(i)
		switch f := &r.Files[k]; {
		case f.State < Short || f.State == Skipped || f.Length == 0:
			continue
		case f.State == Short:
			lacking.First = r.layout.PieceAt(i, f.Size)
		}
		left.fill(lacking, PieceSkipped)
	}
	return left.that(isUnread)
}

// quit tells a source whose reads may take long that nobody wants them any more.
func quit(src piecehash.Source) {
	if q, ok := src.(interface{ Quit() }); ok {
		q.Quit()
	}
}

// fine tells whether nothing is known against any file yet.
func (r *Report) fine() bool {
	for i := range r.Files {
		if s := r.Files[i].State; s != OK && s != Skipped {
			return false
		}
	}
	return len(r.Extra) == 0
}

// again reads the pieces that were replaced once more, and takes over what was
// found of the others, and the place of r. finally is to read them all though ctx
// is done.
func (r *run) again(ctx context.Context, pieces []layout.Run, workers int, finally bool) (*run, error) {
	reading := ctx
	if finally {
		reading = context.WithoutCancel(ctx)
	}
	located, err := r.locateFound(reading, disk{})
	if err != nil {
		return nil, err
	}
	now := newRun(r.torrent, r.Root, located)
	now.named = r.named
	now.Extra, now.MoreExtra, now.Seed, now.Compared = r.Extra, r.MoreExtra, r.Seed, r.Compared
	now.Differs, now.Err, now.since, now.Oldest = r.Differs, r.Err, r.since, r.Oldest
	for k := range now.Files {
		if r.Files[k].State == Skipped {
			now.Files[k].State = Skipped
		}
		if now.Files[k].Differs = r.Files[k].Differs; r.Files[k].Found != "" {
			now.details(&now.Files[k]).Found = r.Files[k].Found
		}
		if was := &r.Files[k]; was.State == Unreadable && now.Files[k].State <= Long {
			now.say(&now.Files[k], Unreadable, was.Err) // to look at it does not tell
		}
	}
	now.pieces = r.pieces.clone()
	for _, p := range pieces {
		now.pieces.fill(p, PieceUnread)
	}
	job := piecehash.Job{Layout: r.layout, Source: now.source(nil), Only: pieces, Workers: workers}
	for p, err := range job.Pieces(reading) {
		if err != nil {
			now.unread(err)
			continue
		}
		now.check(p)
	}
	sumAgain(ctx, now, r, pieces)
	now.evidence = r.evidence
	noteChanges(ctx, now)
	now.endReading(false)
	now.conclude()
	r.close()
	return now, nil
}
