package create

import (
	"fmt"

	"github.com/torrentkit/torrentkit/internal/diskname"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Plan is a torrent of which everything is known but the hashes.
type Plan struct {
	Name        string
	Format      metainfo.Format
	PieceLength int64 // in bytes
	NumPieces   int   // of v1; in v2 every file starts a piece of its own
	TotalLength int64 // bytes of content
	// Files are those that go into the torrent, in its order, without padding.
	Files []metainfo.File
	// Size is the size in bytes of the .torrent. Files with equal content share
	// a piece layer in v2, which cannot be foreseen: where that is possible
	// SizeIsExact is false and Size an upper bound.
	Size        int64
	SizeIsExact bool
	// Notes are what the scan left out or found remarkable.
	Notes []Note
	// Warnings are about choices that some clients do not accept.
	Warnings []string
	// Reused is set by Torrent and Shard.
	Reused Reused

	// Progress is that of Options, and may be set later.
	Progress func(done, total int64)

	content *Content
	o       Options
	shape   metainfo.Shape
	draft   *metainfo.Draft
	source  source
	old     *metainfo.Torrent
}

// Plan plans a torrent. Several may be planned of one content: with other
// trackers, another source, format or piece length. See [Torrents].
//
// Its errors are [ErrEmpty], [ErrNoName], [*URLError], [*TooLargeError], and
// options that do not go together.
func (c *Content) Plan(o Options) (*Plan, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Name == "" {
		name, err := c.Name()
		if err != nil {
			return nil, err
		}
		o.Name = name
	}
	p, err := c.plan(o)
	if err != nil {
		return nil, fmt.Errorf("making a torrent of %q: %w", c.path, err)
	}
	return p, nil
}

func (c *Content) plan(o Options) (*Plan, error) {
	switch {
	case len(c.order) == 0:
		return nil, ErrEmpty
	case c.readInOrder() && len(o.Journals) > 0:
		return nil, ErrNotOnDisk
	case !c.byPath() && o.Format.HasV2():
		return nil, fmt.Errorf("a %v torrent has its files in the order of their paths and no other", o.Format)
	}
	info, err := o.InfoFields.entries(o.SetInfo)
	if err != nil {
		return nil, err
	}
	if c.normal {
		o.Name = diskname.NFC(o.Name)
	}
	p := &Plan{
		Name: o.Name, Format: o.Format, Notes: c.portability(o.Name), Progress: o.Progress, content: c, o: o,
		shape: metainfo.Shape{Format: o.Format, Name: o.Name, Align: o.Align, PadEnds: o.PadEnds, Outer: o.Set, Info: info},
	}
	p.describeFiles()
	p.nameSeeds()
	p.foretellSums()
	if err := p.choosePieceLength(&o); err != nil {
		return nil, err
	}
	if o.Reuse != nil {
		if p.old, err = metainfo.Parse(o.Reuse); err != nil {
			return nil, fmt.Errorf("reading the torrent to be reused: %w", err)
		}
	}
	p.source = source{p.content, p.draft.Layout()}
	p.NumPieces = p.draft.Layout().NumPieces()
	p.Warnings = limitWarnings(p, o.Trackers)
	if w := paddingWarning(p); w != "" {
		p.Warnings = append(p.Warnings, w)
	}
	return p, nil
}

// describeFiles tells what the torrent says of each file.
func (p *Plan) describeFiles() {
	p.Files = make([]metainfo.File, len(p.content.order))
	for k := range p.Files {
		p.Files[k] = p.content.file(k, p.o.Attributes)
		p.TotalLength += p.Files[k].Length
	}
}
