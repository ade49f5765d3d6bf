package verify

import (
	"context"
	"errors"
	"hash"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/filesum"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// newHashes returns what computes checksums of one file.
func newHashes(kinds []metainfo.Checksum) []hash.Hash {
	list := make([]hash.Hash, len(kinds))
	for i, kind := range kinds {
		list[i] = kind.New()
	}
	return list
}

// sumsByKind is what a report tells of checksums; nil if there are none.
func sumsByKind(kinds []metainfo.Checksum, sums [][]byte) map[metainfo.Checksum][]byte {
	if len(sums) == 0 {
		return nil
	}
	m := make(map[metainfo.Checksum][]byte, len(sums))
	for i, kind := range kinds {
		m[kind] = sums[i]
	}
	return m
}

// ordered is the files of a torrent that are read one after the other.
type ordered struct {
	*run
	files *filesum.Files
}

// inOrder prepares to read the files one after the other, and to take checksums of
// those that are wanted.
func inOrder(ctx context.Context, r *run, limit *limiter, wanted []bool) ordered {
	open := func(k int) (piecehash.File, error) { return limit.file(r.open(k)) }
	return ordered{r, filesum.New(ctx, r.sizes(), open, func(k int) []hash.Hash {
		if !wanted[k] {
			return nil
		}
		return newHashes(r.sums)
	})}
}

func (s ordered) Open(i layout.FileIndex) (piecehash.File, error) {
	return s.files.Open(s.fileOf(i))
}

// readInOrder reads the files one after the other, and takes their checksums if
// the options want any: then each is read from its start to its end.
func (r *run) readInOrder(ctx context.Context, o Options) error {
	wanted := make([]bool, len(r.Files))
	for k := range r.Files {
		wanted[k] = summed(&r.Files[k])
	}
	s := inOrder(ctx, r, newLimiter(ctx, o.LimitRate), wanted)
	err := r.read(ctx, o.job(s, piecehash.Sequential), nil, o.FailFast)
	if err == nil && !r.Incomplete {
		err = s.files.Finish()
	}
	s.files.Close()
	s.note(err)
	return err
}

// summed tells whether a file has checksums. A link has none: who checks the file by
// its name would read another.
func summed(f *FileReport) bool { return f.State <= Short && !f.IsLink() }

// note takes checksums over, and what made it impossible to take one, unless
// another error ended the reading.
func (s ordered) note(err error) {
	for k := range s.Files {
		f := &s.Files[k]
		sums, failed := s.files.Sums(k)
		var changed *content.ChangedError // which is told of all files in one way
		if f.State <= Short && failed != nil && err == nil && !errors.As(failed, &changed) {
			s.say(f, Unreadable, failed)
		}
		if f.State < Unreadable && sums != nil {
			s.details(f).Sums = sumsByKind(s.sums, sums)
		}
	}
}

// sumAgain takes the checksums of files that were changed since an earlier run,
// and takes over those of the others.
func sumAgain(ctx context.Context, r, before *run, pieces []layout.Run) {
	if r.sums = before.sums; len(r.sums) == 0 {
		return
	}
	wanted := make([]bool, len(r.Files))
	for _, p := range pieces {
		for i := r.layout.FirstFile(p.First); i < r.layout.NumFiles() && r.layout.RunOf(i).First < p.End; i++ {
			if !r.layout.File(i).Pad && r.layout.RunOf(i).End > p.First {
				wanted[r.fileOf(i)] = true
			}
		}
	}
	for k := range r.Files {
		f, was := &r.Files[k], &before.Files[k]
		if wanted[k] = summed(f) && (wanted[k] || f.Size != was.Size || was.Sums == nil); !wanted[k] && was.Sums != nil {
			r.details(f).Sums = was.Sums
		}
	}
	s := inOrder(ctx, r, nil, wanted)
	s.note(s.files.Finish())
}

// sizes are those of the files on disk.
func (r *run) sizes() []int64 {
	sizes := make([]int64, len(r.Files))
	for k := range sizes {
		sizes[k] = r.located.Size(content.FileIndex(k))
	}
	return sizes
}
