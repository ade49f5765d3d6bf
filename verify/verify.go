// Package verify compares data with a torrent, finds and mends what differs.
//
// [Data] reads the content on disk once, checks every piece against all hashes
// that the torrent has of it, and returns a [Report]: a [State] for every file,
// the pieces that are bad, and the byte ranges that they mean. A v1 piece that
// spans files names every file that could be the damaged one. [FS] and [ReaderAt]
// do the same for content that is not on disk, [Stream] and [Archive] for what
// comes through a pipe, as one file or as a tar; [WebSeeds] for what a torrent's
// HTTP servers have. [Together] lets several that go on at once read what they have
// in common once. [ParseReadOrder] reads how to read, and [Refused] tells what
// the system would not do from what is wrong with the data.
//
// [Search] looks for content under other names, in other folders; [Fix] gives
// files their names back, and [Repair] brings good pieces from other copies.
//
// Links are followed to what was named, and to the content in its place; whatever
// the torrent or links in the content's folder say, nothing outside of that is
// opened. Nothing is changed through a link that was not named, and nothing that
// exists is replaced. Only [Repair], [Fix], [SearchReport.Link]
// and the journal that the options name change anything on disk. The package
// prints nothing.
package verify

import (
	"cmp"
	"context"
	"runtime/debug"

	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Data verifies the content of the torrent with the given raw bytes at path:
// the content itself (a file, or the folder of many files), or a folder that
// holds it under the torrent's name.
//
// Data that differs, or is missing altogether, is in the Report and no error.
// The error is a metainfo problem of the torrent, a path that is not there, a
// choice that Options cannot make, or ctx's; in the last case the report of
// what was read so far comes with it.
func Data(ctx context.Context, torrent []byte, path string, o Options) (*Report, error) {
	defer o.Share.End()
	r, err := verifyAt(ctx, disk{o.Folders}, torrent, path, o)
	if r == nil {
		return nil, err
	}
	r.close()
	return r.Report, err
}

// verifyAt verifies content where it is, and tells what it worked on. The caller
// closes the run, unless there is an error.
func verifyAt(ctx context.Context, at storage, torrent []byte, path string, o Options) (*run, error) {
	t, err := parse(torrent, o.Spent)
	o.Spent = nil // which may hold the document
	if err != nil {
		return nil, err
	}
	root, located, err := findContent(ctx, at, t, path)
	if err != nil {
		return nil, err
	}
	if located == nil {
		if located, err = locate(ctx, at, root, t, o.Found); err != nil {
			return nil, err
		}
	}
	if o.DropCache {
		located.DropCache()
	}
	r := newRun(t, root, located)
	r.named, r.sums = path, o.Sums
	if name, err := at.name(root); err == nil {
		r.Differs = rootDiffers(t, name)
	}
	begun, err := readContent(ctx, r, at, o)
	if r.Differs == SameName && !r.OK() {
		if _, err := at.lstat(root + ".aria2"); err == nil { // aria2 keeps that beside a download
			r.Differs = Unfinished
		}
	}
	if err != nil {
		r.close()
	}
	if !begun {
		return nil, err
	}
	return r, err
}

// parse reads a torrent. Its document is not needed any more: where that is large, the
// system gets the memory back before the content's files take it.
func parse(torrent []byte, spent func(from, to int)) (*metainfo.Torrent, error) {
	const large = 16 << 20
	n := len(torrent)
	t, err := metainfo.ParseCompact(torrent, spent)
	if n > large {
		debug.FreeOSMemory()
	}
	return t, err
}

// readContent tells whether it could begin to read, and by an error why it did not or
// was ended.
func readContent(ctx context.Context, r *run, at storage, o Options) (begun bool, err error) {
	if err := r.choose(o.Selection); err != nil {
		return false, err
	}
	if err := r.chooseShard(o.Shard, len(o.Journals) > 0); err != nil {
		return false, err
	}
	if err := r.lookAround(ctx, at, o.Extra); err != nil {
		return false, err
	}
	if err := r.takeFound(ctx, at); err != nil {
		return false, err
	}
	if o.Turn != nil {
		workers, done := o.Turn(r.Bytes)
		defer done()
		o.Workers = workers
	}
	switch {
	case len(o.Sums) > 0 && len(o.Journals) > 0:
		return false, ErrJournalSums
	case o.Scrub.asked() && (len(o.Journals) != 1 || o.Recheck):
		return false, ErrScrubJournal
	case o.FailFast && !r.fine():
		r.Incomplete = true
	case len(o.Sums) > 0 || r.located.InOrder():
		err = r.readInOrder(ctx, o)
	default:
		j, err2 := r.openJournals(o.Memory, journal.Files(r.located.Tree, r.inTree))
		if err2 != nil {
			return false, err2
		}
		r.recall(j, o.Memory)
		job := o.job(r.source(newLimiter(ctx, o.LimitRate)), piecehash.Order(o.ReadOrder))
		job.Spare = o.Folders.tools()
		if o.Share != nil {
			if err := o.Share.join(ctx, r, &job); err != nil {
				return false, cmp.Or(j.Close(), err)
			}
		}
		err = newScrubber(r, j, o).read(ctx, job, o.FailFast)
		err = cmp.Or(err, j.Close())
	}
	return true, r.finish(ctx, err, o.CompareWith, o.Workers)
}
