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
	r     *run
	files *filesum.Files
}

func (s ordered) Open(i layout.FileIndex) (piecehash.File, error) {
	return s.files.Open(int(s.r.fileOf[i]))
}

// readInOrder reads the files one after the other, and takes their checksums if
// the options want any: then each is read from its start to its end.
func (r *run) readInOrder(ctx context.Context, o Options) error {
	wanted := make([]bool, len(r.Files))
	for k := range r.Files {
		wanted[k] = r.Files[k].State <= Short
	}
	limit := newLimiter(ctx, o.LimitRate)
	files := filesum.New(ctx, r.sizes(), func(k int) (piecehash.File, error) { return limit.file(r.open(k)) }, func(k int) []hash.Hash {
		if !wanted[k] {
			return nil
		}
		return newHashes(o.Sums)
	})
	err := r.read(ctx, o.job(ordered{r, files}, piecehash.Sequential), nil, o.FailFast)
	if err == nil && !r.Incomplete {
		err = files.Finish()
	}
	files.Close()
	for k := range r.Files {
		f := &r.Files[k]
		sums, failed := files.Sums(k)
		var changed *content.ChangedError // which is told of all files in one way
		if f.State <= Short && failed != nil && err == nil && !errors.As(failed, &changed) {
			f.State, f.Err = Unreadable, failed
		}
		if f.State < Unreadable {
			f.Sums = sumsByKind(o.Sums, sums)
		}
	}
	return err
}

// sizes are those of the files on disk.
func (r *run) sizes() []int64 {
	sizes := make([]int64, len(r.Files))
	for k, f := range r.located.Files() {
		sizes[k] = f.Size
	}
	return sizes
}
