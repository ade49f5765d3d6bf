package verify

import (
	"context"
	"slices"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/verify/internal/abreast"
)

// Share is the part that one verification has in the reading of several.
type Share struct {
	reader *abreast.Reader
	n      int // how many there are of them
}

// Together makes the shares of n verifications, which read the files that they have in
// common once: several torrents of the same data, or of parts of it. Their reports are
// those of verifications one after the other.
//
// Each share is for one call of [Data], and all of them go on at once: each waits for
// the others before it reads. A share that no verification gets is to be ended. Files
// are the same by what the disk says of them, under whatever names. What one has read
// and others have still to take is no more than 16 MiB at any time, and buffers are
// shared out. The options' ReadOrder is not asked for: files are read in an order that
// suits all. Where that is not a torrent's own, and a v1 piece has ends of files that
// are not read one after the other, the smaller ends are read for it once more.
func Together(n int) []*Share {
	shares := make([]*Share, n)
	for i, r := range abreast.New(n) {
		shares[i] = &Share{r, n}
	}
	return shares
}

// End gives a share up. Data ends its own.
func (s *Share) End() {
	if s != nil {
		s.reader.End()
	}
}

// join makes a job read together with others, once they have come as far.
func (s *Share) join(ctx context.Context, r *run, job *piecehash.Job) error {
	src := sharedSource{ctx: ctx, Share: s, source: job.Source, at: map[layout.FileIndex]int{}}
	var wanted []content.FileIndex
	all := r.toRead()
	pieces := all
	for k, i := range r.layout.Content() {
		of := r.layout.RunOf(i)
		for len(pieces) > 0 && pieces[0].End <= of.First {
			pieces = pieces[1:]
		}
		if f := &r.Files[k]; f.Err == nil && f.Length > 0 && len(pieces) > 0 && pieces[0].First < of.End {
			src.at[i] = len(wanted)
			wanted = append(wanted, content.FileIndex(k))
		}
	}
	files := make([]abreast.File, len(wanted))
	for k, id := range r.located.Identities(wanted) {
		files[k] = abreast.File{Key: id, Size: r.located.Size(wanted[k])}
	}
	other := shuffle{layout: r.layout}
	for _, k := range wanted {
		other.files = append(other.files, r.indexOf(int(k)))
	}
	order, err := s.reader.Begin(ctx, files, other.sharePieces())
	if !slices.IsSorted(order) {
		job.Only = other.order(order, all)
		src.aside = other.aside
	}
	job.Source, job.Order, job.Abreast = src, piecehash.Sequential, s.n
	return err
}

// shuffle is files of a torrent that are read in another order than its own.
type shuffle struct {
	layout *layout.Layout
	files  []layout.FileIndex
	at     map[layout.FileIndex]int // which of chains each is in
	chains []layout.Run             // the pieces of files that are read one after the other, as they lie in the torrent
	aside  map[layout.FileIndex][]abreast.Extent
}

// sharePieces tells whether there is a piece of several of the files.
func (s *shuffle) sharePieces() bool {
	for k := 1; k < len(s.files); k++ {
		if s.layout.RunOf(s.files[k]).First < s.layout.RunOf(s.files[k-1]).End {
			return true
		}
	}
	return false
}

// order returns pieces in the order in which the files are read. What of these is read
// with pieces that are not where it is, is aside.
func (s *shuffle) order(order []int, pieces []layout.Run) []layout.Run {
	s.at, s.aside = make(map[layout.FileIndex]int, len(s.files)), map[layout.FileIndex][]abreast.Extent{}
	for k, i := range order {
		of := s.layout.RunOf(s.files[i])
		if k > 0 && i == order[k-1]+1 {
			s.chains[len(s.chains)-1].End = of.End
		} else {
			s.chains = append(s.chains, of)
		}
		s.at[s.files[i]] = len(s.chains) - 1
	}
	for k := 1; k < len(s.files); k++ {
		if s.at[s.files[k]] != s.at[s.files[k-1]] {
			s.divide(s.layout.RunOf(s.files[k]).First)
		}
	}
	only, left := []layout.Run{}, newStates(s.layout.NumPieces())
	left.fill(left.all(), PieceSkipped)
	for _, p := range pieces {
		left.fill(p, PieceUnread)
	}
	for _, c := range s.chains {
		for _, p := range pieces {
			if p.First, p.End = max(p.First, c.First), min(p.End, c.End); p.First < p.End {
				only = append(only, p)
				left.fill(p, PieceSkipped)
			}
		}
	}
	return append(only, left.that(isUnread)...) // the last are padding
}

// divide gives a piece in which chains meet to the one that most of it is of.
func (s *shuffle) divide(piece int) {
	bytes, most := map[int]int64{}, -1
	for span := range s.layout.Spans(piece) {
		if c, known := s.at[span.File]; known && !span.Zero {
			if bytes[c] += span.Length; most < 0 || bytes[c] > bytes[most] {
				most = c
			}
		}
	}
	for c := range bytes {
		if own := &s.chains[c]; c != most && own.First == piece {
			own.First++
		} else if c != most && own.End == piece+1 {
			own.End--
		}
	}
	for span := range s.layout.Spans(piece) {
		if c, known := s.at[span.File]; known && !span.Zero && c != most {
			s.aside[span.File] = append(s.aside[span.File], abreast.Extent{From: span.Offset, To: span.Offset + span.Length})
		}
	}
}

// sharedSource opens files that others read at the same time.
type sharedSource struct {
	ctx context.Context
	*Share
	source piecehash.Source
	at     map[layout.FileIndex]int              // among those that the reader begun with
	aside  map[layout.FileIndex][]abreast.Extent // what is read out of turn
}

func (s sharedSource) Open(i layout.FileIndex) (piecehash.File, error) {
	f, err := s.source.Open(i)
	k, known := s.at[i]
	if err != nil || !known {
		return f, err
	}
	return s.reader.Open(s.ctx, k, f, s.aside[i]), nil
}

// Quit lets reads come back that wait for others.
func (s sharedSource) Quit() { s.End() }
