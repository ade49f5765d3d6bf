package create

import (
	"fmt"
	"sort"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
)

// TooLargeError is a .torrent that does not fit into Options.MaxTorrentSize.
type TooLargeError struct {
	Size, Limit int64 // of the .torrent, in bytes
	PieceLength int64 // the largest that was allowed
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the .torrent would have %d bytes with a piece length of %d, which is more than %d", e.Size, e.PieceLength, e.Limit)
}

// choosePieceLength settles the piece length without reading content: the one
// that was given, else one that suits the size, the number of pieces, and how
// large the .torrent may become.
func (p *Plan) choosePieceLength(o *Options) error {
	most := o.MaxPieceLength
	if most == 0 && (o.TargetPieces > 0 || o.MaxTorrentSize > 0) {
		most = layout.MaxWantedPieceLength
	} else if most == 0 {
		most = layout.MaxAutoPieceLength
	}
	n := o.PieceLength
	switch {
	case n > 0:
		if o.MaxPieceLength > 0 && n > o.MaxPieceLength {
			return fmt.Errorf("piece length %d is more than the maximum of %d", n, o.MaxPieceLength)
		}
		most = n
	case o.TargetPieces > 0:
		for n = layout.MinPieceLength; n < most && (p.TotalLength+n-1)/n > int64(o.TargetPieces); {
			n *= 2
		}
	default:
		n = min(layout.AutoPieceLength(p.TotalLength), most)
	}
	for {
		p.shape.PieceLength = n
		draft, err := metainfo.NewDraft(p.shape, p.Files, p.o.Fields)
		if err != nil {
			return err
		}
		p.draft, p.PieceLength = draft, n
		p.Size, p.SizeIsExact = draft.Size()
		if o.MaxTorrentSize == 0 || p.Size <= o.MaxTorrentSize {
			return nil
		}
		if n >= most {
			return &TooLargeError{p.Size, o.MaxTorrentSize, n}
		}
		n *= 2
	}
}

// Choice is what a torrent of the same content would be like with another piece length.
type Choice struct {
	PieceLength int64 // in bytes
	Chosen      bool  // it is that of the plan
	Pieces      int   // of v1
	PiecesV2    int   // of v2, and of a hybrid
	// V1, V2 and Hybrid are the sizes in bytes of the .torrent in each format;
	// V2 and Hybrid are upper bounds where Exact is false (see Plan.Size), and 0 where
	// they have no pieces of that length.
	V1, V2, Hybrid int64
	Exact          bool
	Padding        int64 // bytes of padding in a hybrid
	// RefusedBy names the clients that would not load it in the plan's format,
	// and those of its trackers that would not take it, each with the reason.
	RefusedBy []string
}

// Choices tells what each possible piece length would give, from 16 KiB to 256 MiB,
// and that of the plan where it is none of these.
func (p *Plan) Choices() ([]Choice, error) {
	limits := Limits()
	lengths := []int64{p.PieceLength}
	for n := int64(layout.MinPieceLength); n <= layout.MaxPieceLength; n *= 2 {
		if n != p.PieceLength {
			lengths = append(lengths, n)
		}
	}
	sort.Slice(lengths, func(i, j int) bool { return lengths[i] < lengths[j] })
	var all []Choice
	for _, n := range lengths {
		c := Choice{PieceLength: n, Chosen: n == p.PieceLength}
		shape := p.shape
		shape.PieceLength = n
		var own int64
		for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
			if layout.CheckPieceLength(layout.Format(format), n) != nil {
				continue
			}
			shape.Format = format
			draft, err := metainfo.NewDraft(shape, p.Files, p.o.Fields)
			if err != nil {
				return nil, err
			}
			size, exact := draft.Size()
			switch l := draft.Layout(); format {
			case metainfo.V1:
				c.V1, c.Pieces = size, l.NumPieces()
			case metainfo.V2:
				c.V2, c.PiecesV2 = size, l.NumPieces()
			case metainfo.Hybrid:
				c.Hybrid, c.Padding, c.Exact = size, l.PaddedLength()-l.TotalLength(), exact
			}
			if format == p.Format {
				own = size
			}
		}
		for _, l := range limits {
			if why := l.refuses(p.Format, n, own); why != "" && l.concerns(p.o.Fields.Trackers) {
				c.RefusedBy = append(c.RefusedBy, l.Name+" ("+why+")")
			}
		}
		all = append(all, c)
	}
	return all, nil
}
