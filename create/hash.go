package create

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/filesum"
	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Result is a torrent that was made. It is encoded as it is written.
type Result struct {
	Hashes metainfo.Hashes

	draft *metainfo.Draft
}

// Raw returns the .torrent.
func (r *Result) Raw() []byte {
	raw, _ := r.draft.Encode()
	return raw
}

// WriteTo writes the .torrent, of which no more than a part is in memory at a time.
func (r *Result) WriteTo(w io.Writer) (int64, error) { return r.draft.WriteTo(w) }

// Size is how many bytes the .torrent has.
func (r *Result) Size() int64 {
	_, size := r.draft.Seal()
	return size
}

// Torrent is what reading the .torrent tells, but for its document: see
// [metainfo.Draft.Torrent].
func (r *Result) Torrent() *metainfo.Torrent { return r.draft.Torrent() }

// Torrent reads the content, hashes it, and returns the torrent: beside an
// [*UnexpectedHashError] too.
//
// Pieces that the journals or the old torrent of the options know are not read;
// Reused tells how many those were. What is hashed goes into the first journal
// as it is made.
func (p *Plan) Torrent(ctx context.Context) (*Result, error) {
	all, err := Torrents(ctx, []*Plan{p})
	if len(all) == 0 {
		return nil, err
	}
	return all[0], err
}

// result is the torrent of pieces that are hashed.
func (p *Plan) result() (*Result, error) {
	h, _ := p.draft.Seal()
	r := &Result{h, p.draft}
	if want := p.o.ExpectInfoHash; want != "" && want != h.V1.String() && want != h.V2.String() {
		return r, &UnexpectedHashError{want, h}
	}
	return r, nil
}

// Shard hashes the i-th of n parts of the content, from 1 to n, into the first
// of Options.Journals, and makes no torrent. A plan of the same options and all
// the journals then makes it without reading content, on any machine that sees
// the files in the same state: on one shared file system, that is.
func (p *Plan) Shard(ctx context.Context, i, n int) error {
	switch {
	case len(p.o.Journals) == 0:
		return errors.New("a shard needs a journal to write to")
	case n < 1 || i < 1 || i > n:
		return fmt.Errorf("shard %d of %d does not exist", i, n)
	}
	if err := p.hash(ctx, nil, int(int64(p.NumPieces)*int64(i-1)/int64(n)), int(int64(p.NumPieces)*int64(i)/int64(n))); err != nil {
		return err
	}
	return p.content.unchanged(ctx)
}

// hash computes the pieces from first to before end that are not known.
func (p *Plan) hash(ctx context.Context, files *ordered, first, end int) (err error) {
	p.Reused = Reused{}
	p.dropCache()
	defer p.content.quitWith(ctx)()
	k, err := p.recall()
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, k.log.Close()) }()
	if err := p.sampleOld(ctx, k); err != nil {
		return err
	}
	job := p.job(files)
	job.Progress = p.Progress
	if !k.log.Empty() || len(k.old) > 0 || end-first < p.NumPieces {
		job.Only = []layout.Run{}
	}
	for i := first; i < end && job.Only != nil; i++ {
		d, ok := k.digest(i)
		if !ok || p.o.Recheck {
			job.Only = layout.AppendRun(job.Only, layout.Run{First: i, End: i + 1})
			continue
		}
		p.Reused.Pieces++
		p.Reused.Bytes += p.draft.Layout().ContentLength(i)
		p.draft.Set(i, d.SHA1, d.Root)
	}
	for piece, err := range job.Pieces(ctx) {
		if err != nil {
			return unwrapRead(cmp.Or(ctx.Err(), err)) // a server that is not waited for any longer is no fault
		}
		d := journal.Digest{SHA1: piece.SHA1, Root: piece.Root}
		if old, ok := k.old[piece.Index]; ok && old != d {
			p.refuseOld(k, piece.Index)
		} else if ok {
			p.Reused.FromOld--
			p.Reused.Sampled++
		}
		if before, ok := k.log.Known(piece.Index); ok && before != d {
			p.contradicted(piece.Index)
		}
		p.draft.Set(piece.Index, d.SHA1, d.Root)
		if err := k.log.Note(piece.Index, d); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) dropCache() {
	if p.o.DropCache {
		p.content.tree.DropCache()
	}
}

// job is one over the content.
func (p *Plan) job(files *ordered) piecehash.Job {
	job := piecehash.Job{
		Layout: p.draft.Layout(), Source: p.source, Workers: p.o.Workers, Order: piecehash.Order(p.o.ReadOrder), Durable: len(p.o.Journals) > 0,
	}
	if r := p.content.remote(); r != nil {
		r.plan(&job)
	}
	if files != nil {
		job.Source, job.Order = orderedSource{p.source, files.files}, piecehash.Sequential
	}
	return job
}

// unchanged tells, once all is read, whether files are still what they were when
// they were scanned.
func (c *Content) unchanged(ctx context.Context) error {
	if r := c.remote(); r != nil {
		return r.measure(ctx)
	}
	trees := []*content.Tree{c.tree}
	if c.backing != nil && c.backing.tree != nil {
		trees = append(trees, c.backing.tree)
	}
	for _, t := range trees {
		if changed := t.Changed(ctx); len(changed) > 0 {
			return changed[0].Err
		}
	}
	return ctx.Err()
}

// sampleOld hashes some of the pieces that are to be taken over from an old
// torrent. One that differs discredits the torrent.
func (p *Plan) sampleOld(ctx context.Context, k *known) error {
	if len(k.old) == 0 || p.o.Recheck {
		return nil
	}
	files := p.content.inOrder(ctx)
	defer files.close()
	job := p.job(files)
	job.Only = layout.Runs(p.sample(k))
	for piece, err := range job.Pieces(ctx) {
		if err != nil {
			return unwrapRead(cmp.Or(ctx.Err(), err))
		}
		if want := k.old[piece.Index]; want.SHA1 != piece.SHA1 || want.Root != piece.Root {
			p.refuseOld(k, piece.Index)
			break
		}
		p.Reused.Sampled++
	}
	return nil
}

// sample chooses, of the pieces that are to be taken over, at least 16 and one of a
// hundred, spread over all, and of every file the first and the last: a file that was
// replaced by another of its size is found, unless both are the same at either end.
func (p *Plan) sample(k *known) []int {
	taken := slices.Sorted(maps.Keys(k.old))
	count := min(len(taken), max(16, len(taken)/100))
	var sample []int
	for i := range count {
		sample = append(sample, taken[i*len(taken)/count])
	}
	l := p.draft.Layout()
	for i := range p.draft.Content() {
		run := l.RunOf(layout.FileIndex(i))
		first, _ := slices.BinarySearch(taken, run.First)
		end, _ := slices.BinarySearch(taken, run.End)
		if first < end {
			sample = append(sample, taken[first], taken[end-1])
		}
	}
	slices.Sort(sample)
	return slices.Compact(sample)
}

// quitWith lets nobody wait for a server when ctx ends, until stop is called.
func (c *Content) quitWith(ctx context.Context) (stop func()) {
	r := c.remote()
	if r == nil {
		return func() {}
	}
	end := context.AfterFunc(ctx, r.quit)
	return func() { end() }
}

// unwrapRead takes the index of the file off an error: the error below names the file.
func unwrapRead(err error) error {
	var read *piecehash.ReadError
	if errors.As(err, &read) {
		return read.Err
	}
	return err
}

// source gives the files of the content to the pipeline, which counts pad files too.
type source struct {
	*Content
	layout *layout.Layout
}

// place is where a file of the layout stands in the content.
func (s source) place(i layout.FileIndex) int { return s.layout.ContentIndex(i) }

// Open implements piecehash.Source.
func (s source) Open(i layout.FileIndex) (piecehash.File, error) { return s.open(s.place(i)) }

// Device tells the pipeline which files are on one disk.
func (s source) Device(i layout.FileIndex) uint64 {
	if s.remote() != nil {
		return 0
	}
	return s.tree.Device(s.order[s.place(i)])
}

// orderedSource is a source whose files are read one after the other.
type orderedSource struct {
	source
	files *filesum.Files
}

func (s orderedSource) Open(i layout.FileIndex) (piecehash.File, error) {
	return s.files.Open(s.place(i))
}
