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
	p.o.Checksums = slices.Compact(slices.Sorted(slices.Values(p.o.Checksums)))
	for k := range p.files {
		if len(p.o.Checksums) == 0 || p.files[k].Link != "" {
			continue
		}
		for _, kind := range p.o.Checksums {
			p.files[k].Sums = append(p.files[k].Sums, kind.Entry(kind.New().Sum(nil)))
		}
	}
}

// sums is the checksums that plans of one content want. nil is none.
type sums struct {
	kinds []metainfo.Checksum
	files *filesum.Files
}

// newSums prepares the checksums for one pass over the content.
func (c *Content) newSums(ctx context.Context, plans []*Plan) *sums {
	s := &sums{}
	for _, p := range plans {
		s.kinds = append(s.kinds, p.o.Checksums...)
	}
	slices.Sort(s.kinds)
	if s.kinds = slices.Compact(s.kinds); len(s.kinds) == 0 {
		return nil
	}
	sizes := make([]int64, len(c.files))
	for k := range c.files {
		sizes[k] = c.files[k].Length
	}
	s.files = filesum.New(ctx, sizes, c.open, func(k int) []hash.Hash {
		if c.files[k].Link != "" {
			return nil
		}
		list := make([]hash.Hash, len(s.kinds))
		for j, kind := range s.kinds {
			list[j] = kind.New()
		}
		return list
	})
	return s
}

// finish reads what was not read, and writes the checksums into the files of the
// plans.
func (s *sums) finish(plans []*Plan) error {
	if s == nil {
		return nil
	}
	if err := s.files.Finish(); err != nil {
		return err
	}
	for _, p := range plans {
		for k := range p.files {
			all, err := s.files.Sums(k)
			if err != nil {
				return err
			}
			for j := range p.files[k].Sums {
				kind := p.o.Checksums[j]
				p.files[k].Sums[j] = kind.Entry(all[slices.Index(s.kinds, kind)])
			}
		}
	}
	return nil
}

// close gives up what is still read.
func (s *sums) close() {
	if s != nil {
		s.files.Close()
	}
}
