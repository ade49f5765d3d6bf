package verify

import (
	"context"
	"errors"
	"fmt"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/internal/webseed"
	"github.com/torrentkit/torrentkit/metainfo"
)

// check records the verdict on a piece. One without a hash of its own in the
// torrent, as in a v2 torrent that was made of a magnet link, can be compared only
// when all of its file was read.
func (r *run) check(p piecehash.Piece) {
	verdict := r.torrent.Check(p.Index, p.SHA1, p.Root)
	if r.mark(p.Index, verdict); verdict != metainfo.Unknown {
		return
	}
	if r.roots == nil {
		r.roots, r.layerless = r.torrent.NewRoots(), map[int]metainfo.Verdict{}
	}
	if file, v := r.roots.Add(p.Index, p.Root); v != metainfo.Unknown {
		r.layerless[file] = v
	}
}

// mark records the verdict on a piece.
func (r *run) mark(i int, v metainfo.Verdict) {
	r.pieces.set(i, stateBy(v))
}

func stateBy(v metainfo.Verdict) PieceState {
	return [...]PieceState{
		metainfo.Unknown:  PieceNoHash,
		metainfo.Good:     PieceOK,
		metainfo.Bad:      PieceBad,
		metainfo.OnlySHA1: PieceOnlySHA1,
		metainfo.OnlyRoot: PieceOnlyRoot,
	}[v]
}

// unread records why a piece could not be read. That its file is missing or
// short is known already, and that it changed noteChanges will tell.
func (r *run) unread(err error) {
	var read *piecehash.ReadError
	if !errors.As(err, &read) {
		return
	}
	var seeds *webseed.Fault // which knows better whose it is
	var changed *content.ChangedError
	if errors.As(err, &seeds) || errors.As(err, &changed) {
		return
	}
	if f := &r.Files[r.fileOf(read.File)]; f.State == OK || f.State == Long || f.State == Short && Refused(read.Err) {
		r.say(f, Unreadable, read.Err)
	}
}

// hasHash tells whether the torrent has a hash of the piece itself.
func (r *run) hasHash(i int) bool {
	return r.torrent.PieceSHA1(i) != nil || r.torrent.PieceRoot(i) != nil
}

// checkLayerless gives all pieces of the files that could be compared whole only
// the verdict on the file.
func (r *run) checkLayerless() {
	for file, v := range r.layerless {
		r.pieces.fill(r.layout.RunOf(layout.FileIndex(file)), stateBy(v))
	}
	r.roots, r.layerless = nil, nil
}

// noteChanges looks once more at the files that were read, and says of those that
// are not what they were that they are unreadable.
func noteChanges(ctx context.Context, r *run) {
	if r.located == nil {
		return
	}
	for _, c := range r.located.Changed(ctx) {
		f := &r.Files[c.File]
		if f.State >= Unreadable {
			continue
		}
		why := c.Err
		var changed *content.ChangedError
		if errors.As(why, &changed) {
			why = fmt.Errorf("%w: %s", errChanged, changed.Detail)
		}
		r.say(f, Unreadable, why)
	}
}

// endReading checks what could only be checked whole, and counts pieces.
func (r *run) endReading(incomplete bool) {
	r.Incomplete = incomplete
	r.noteRefused()
	r.checkLayerless()
	for p, s := range r.pieces.runs(r.pieces.all()) {
		switch n := p.Len(); {
		case s == PieceOK:
			r.GoodPieces += n
			r.GoodBytes += r.layout.ContentIn(p)
		case s == PieceSkipped:
			r.SkippedPieces += n
			r.SkippedBytes += r.layout.ContentIn(p)
		case s.Bad():
			r.BadPieces += n
		default:
			r.UncheckedPieces += n
			r.UncheckedBytes += r.layout.ContentIn(p)
		}
	}
}

// conclusions are what pieces and evidence say of files.
type conclusions struct{ *run }

// conclude draws the conclusions for files from pieces and evidence.
func (r *run) conclude() { conclusions{r}.draw() }

func (r conclusions) draw() {
	for p := range r.NotOK() {
		for _, part := range p.Parts {
			r.addRange(p, part)
		}
	}
	for k := range r.Files {
		markLikely(r.Files[k].Damaged)
		r.doubt(k)
	}
}

// doubt takes back that a file is ok if not all of it is proved.
func (r conclusions) doubt(k int) {
	if f := &r.Files[k]; f.State == OK && r.Proved(k) < f.Length {
		f.State = Unchecked
	}
}

// noteRefused keeps the first that the system would not do.
func (r *run) noteRefused() {
	if r.Err == nil && r.located != nil {
		r.Err = r.located.Refused()
	}
	for i := range r.Files {
		if f := &r.Files[i]; r.Err == nil && f.State == Unreadable && Refused(f.Err) {
			r.Err = fmt.Errorf("reading %q: %w", f.Path, f.Err)
		}
	}
}

var errChanged = errors.New("changed while it was read")

// addRange adds pieces that are not ok to what is said of one of their files.
func (r conclusions) addRange(p PieceReport, part Part) {
	f := &r.Files[part.File]
	rng := Range{Offset: part.Offset, Length: part.Length, FirstPiece: p.Index, LastPiece: p.Last, Shared: len(p.Parts) > 1}
	switch {
	case p.State.Bad() && part.Verdict == Whole:
	case p.State.Bad():
		if f.State == OK {
			f.State = Damaged
		}
		rng.Shared = rng.Shared && part.Verdict == Suspect
		d := r.details(f)
		if exact := r.evidence[partKey{p.Index, part.File}].exact; len(exact) > 0 {
			for _, e := range exact {
				d.Damaged = appendRange(d.Damaged, e)
			}
			return
		}
		d.Damaged = appendRange(d.Damaged, rng)
	case f.State <= Long:
		d := r.details(f)
		d.Unverified = appendRange(d.Unverified, rng)
	case f.State == Short:
		if rng, any := r.before(f.Size, part.File, rng); any {
			d := r.details(f)
			d.Unverified = appendRange(d.Unverified, rng)
		}
	}
}

// before cuts a range to the pieces whose bytes of the file lie before its end.
func (r conclusions) before(end int64, k int, rng Range) (Range, bool) {
	if rng.Offset+rng.Length <= end {
		return rng, true
	}
	i := r.indexOf(k)
	last := rng.FirstPiece - 1
	if end > rng.Offset {
		last = r.layout.PieceAt(i, end) - 1
	}
	if last < rng.FirstPiece {
		return rng, false
	}
	at, n := r.layout.InFile(i, last)
	rng.LastPiece, rng.Length = last, at+n-rng.Offset
	return rng, true
}

// markLikely finds shared ranges beside damage that is certain.
func markLikely(ranges []Range) {
	for i := range ranges {
		r := &ranges[i]
		before := i > 0 && !ranges[i-1].Shared && ranges[i-1].LastPiece+1 == r.FirstPiece
		after := i+1 < len(ranges) && !ranges[i+1].Shared && ranges[i+1].FirstPiece == r.LastPiece+1
		r.Likely = r.Shared && (before || after)
	}
}

// appendRange adds a range behind the others, growing the last one where the
// two touch and are of one kind.
func appendRange(ranges []Range, r Range) []Range {
	if n := len(ranges); n > 0 {
		last := &ranges[n-1]
		if last.Offset+last.Length == r.Offset && !last.Shared && !r.Shared && last.Exact == r.Exact {
			last.Length += r.Length
			last.LastPiece = r.LastPiece
			return ranges
		}
	}
	return append(ranges, r)
}
