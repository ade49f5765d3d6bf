package verify

import (
	"context"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// run is a verification that goes on, and the report that it makes.
type run struct {
	*Report
	torrent *metainfo.Torrent
	located *content.Located  // nil if the content is not on disk
	files   []int32           // index in the torrent of each of Files
	bare    map[int]*bareFile // by their index in the torrent
}

// newRun begins a run on content on disk.
func newRun(t *metainfo.Torrent, root string, files []int32, located *content.Located) *run {
	r := blankRun(t, root, files)
	r.located = located
	for k := range r.Files {
		f, p := &r.Files[k], located.Presence()[k]
		f.Size, f.Err, f.State = p.Size, p.Err, stateOf(p, f.Length)
		if p.Err != nil && p.Detail != "" {
			f.Err = &absence{p}
		}
	}
	return r
}

// absence is why there is no file, in the words that say most.
type absence struct{ content.Presence }

func (a *absence) Error() string { return a.Detail }
func (a *absence) Unwrap() error { return a.Err }

// blankRun begins a run on files that have not been looked for.
func blankRun(t *metainfo.Torrent, root string, files []int32) *run {
	l := t.Layout()
	r := &run{torrent: t, files: files, Report: &Report{
		Name: t.Name, Single: t.Single, Root: root, Warnings: t.Problems, layout: l,
		Files:  make([]FileReport, len(files)),
		Pieces: l.NumPieces(),
		Bytes:  l.TotalLength(),
		disk:   make([]int32, len(t.Files)),
		pieces: make([]PieceState, l.NumPieces()),
	}}
	for i := range r.disk {
		r.disk[i] = -1
	}
	for k, i := range files {
		r.disk[i] = int32(k)
		f := &r.Files[k]
		f.Path, f.Length = t.Files[i].Path, t.Files[i].Length
		if f.Path == "" {
			f.Path = t.Name
		}
	}
	return r
}

// stateOf is what can be said of a file before anything is read.
func stateOf(p content.Presence, want int64) State {
	switch {
	case p.Kind == content.Missing:
		return Missing
	case p.Kind == content.WrongType:
		return WrongType
	case p.Kind == content.Unreadable:
		return Unreadable
	case p.Size < want:
		return Short
	case p.Size > want:
		return Long
	}
	return OK
}

// source gives the files of the torrent to the pipeline, which counts pad files too.
type source struct{ *run }

func (s source) Open(i int) (piecehash.File, error) { return s.located.Open(int(s.disk[i])) }

// finish draws all conclusions once the reading has ended. compareWith is another
// copy; "" if there is none.
func (r *run) finish(ctx context.Context, err error, compareWith string, workers int) error {
	r.stop(r.Incomplete || err != nil)
	if err == nil {
		err = r.settle(ctx, compareWith, workers)
	}
	r.conclude()
	return err
}

// job reads a source as the options say.
func (o *Reading) job(src piecehash.Source, order piecehash.Order) piecehash.Job {
	return piecehash.Job{Source: src, Order: order, Workers: o.Workers, Progress: o.Progress}
}

// read hashes the chosen pieces from the source of a job, and records what became of them.
func (r *run) read(ctx context.Context, job piecehash.Job, j *journal.Log, failFast bool) error {
	src := job.Source
	job.Layout, job.Durable = r.layout, j != nil
	job.Only = r.piecesThat(func(s PieceState) bool { return s == PieceUnread })
	if s, ok := src.(interface{ next(idle bool) int }); ok {
		job.Next = s.next
	}
	for p, err := range job.Pieces(ctx) {
		if p.Index < 0 {
			return err
		}
		if err != nil {
			r.unread(err)
		} else if r.weigh(p); r.pieces[p.Index] == PieceOK {
			if err := j.Note(p.Index, journal.Digest{SHA1: p.SHA1, Root: p.Root}); err != nil {
				quit(src)
				return err
			}
		}
		if s := r.pieces[p.Index]; failFast && s != PieceOK && s != PieceNoHash {
			r.Incomplete = true
			quit(src)
			return nil
		}
	}
	return nil
}

// quit tells a source whose reads may take long that nobody wants them any more.
func quit(src piecehash.Source) {
	if q, ok := src.(interface{ Quit() }); ok {
		q.Quit()
	}
}

// piecesThat lists the pieces in a state.
func (r *run) piecesThat(in func(PieceState) bool) []int {
	list := make([]int, 0, len(r.pieces))
	for i, s := range r.pieces {
		if in(s) {
			list = append(list, i)
		}
	}
	return list
}

// fine tells whether nothing is known against any file yet.
func (r *run) fine() bool {
	for i := range r.Files {
		if s := r.Files[i].State; s != OK && s != Skipped {
			return false
		}
	}
	return len(r.Extra) == 0
}
