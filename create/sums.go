package create

import (
	"context"
	"hash"
	"slices"

	"github.com/torrentkit/torrentkit/internal/filesum"
	"github.com/torrentkit/torrentkit/metainfo"
)

// foretellSums gives every file the checksums of nothing, which are of the size
// of those to come.
func (p *Plan) foretellSums() {
	p.o.Checksums = eachOnce(p.o.Checksums)
	if len(p.o.Checksums) == 0 {
		return
	}
	p.shape.Sums = make([][]metainfo.Entry, len(p.Files))
	for k := range p.Files {
		if p.Files[k].IsLink() {
			continue
		}
		for _, kind := range p.o.Checksums {
			p.shape.Sums[k] = append(p.shape.Sums[k], kind.Entry(kind.New().Sum(nil)))
		}
	}
}

// eachOnce are the checksums of a list in the order of their keys.
func eachOnce(list []metainfo.Checksum) (kinds []metainfo.Checksum) {
	for c := metainfo.CRC32; c <= metainfo.SHA256; c++ {
		if slices.Contains(list, c) {
			kinds = append(kinds, c)
		}
	}
	return kinds
}

// ordered is content that is read one file after the other, for the checksums
// that plans want, or because it is not on a disk. nil is content that is read as
// its storage likes.
type ordered struct {
	kinds []metainfo.Checksum
	files *filesum.Files
}

// inOrder prepares one pass over the content for plans.
func (c *Content) inOrder(ctx context.Context, plans ...*Plan) *ordered {
	o := &ordered{}
	for _, p := range plans {
		o.kinds = append(o.kinds, p.o.Checksums...)
	}
	if o.kinds = eachOnce(o.kinds); len(o.kinds) == 0 && !c.readInOrder() {
		return nil
	}
	sizes := make([]int64, len(c.order))
	for k := range sizes {
		sizes[k] = c.scanned(k).Size
	}
	o.files = filesum.New(ctx, sizes, c.open, func(k int) []hash.Hash {
		if c.scanned(k).IsLink() {
			return nil
		}
		list := make([]hash.Hash, len(o.kinds))
		for j, kind := range o.kinds {
			list[j] = kind.New()
		}
		return list
	})
	return o
}

// finish reads what was not read, and writes the checksums into the files of the
// plans.
func (o *ordered) finish(plans []*Plan) error {
	if o == nil {
		return nil
	}
	if err := o.files.Finish(); err != nil {
		return err
	}
	for _, p := range plans {
		for k := range p.shape.Sums {
			all, err := o.files.Sums(k)
			if err != nil {
				return err
			}
			for j := range p.shape.Sums[k] {
				kind := p.o.Checksums[j]
				p.shape.Sums[k][j] = kind.Entry(all[slices.Index(o.kinds, kind)])
			}
		}
	}
	return nil
}

// close gives up what is still read.
func (o *ordered) close() {
	if o != nil {
		o.files.Close()
	}
}
