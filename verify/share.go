package verify

import (
	"context"

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
// are the same by what the disk says of them, under whatever names; that they are read
// once takes torrents that have them in the same order. What one has read and others
// have still to take is no more than 16 MiB at any time, and buffers are shared out.
// The options' ReadOrder is not asked for: files are read in the order of the torrent.
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
	pieces := r.toRead()
	for k, i := range r.files {
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
		files[k] = abreast.File{Key: id, Size: r.located.Files()[wanted[k]].Size}
	}
	job.Source, job.Order, job.Abreast = src, piecehash.Sequential, s.n
	return s.reader.Begin(ctx, files)
}

// sharedSource opens files that others read at the same time.
type sharedSource struct {
	ctx context.Context
	*Share
	source piecehash.Source
	at     map[layout.FileIndex]int // among those that the reader begun with
}

func (s sharedSource) Open(i layout.FileIndex) (piecehash.File, error) {
	f, err := s.source.Open(i)
	k, known := s.at[i]
	if err != nil || !known {
		return f, err
	}
	return s.reader.Open(s.ctx, k, f), nil
}

// Quit lets reads come back that wait for others.
func (s sharedSource) Quit() { s.End() }
