package verify

import (
	"bytes"
	"context"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

const (
	compareChunk = 256 << 10
	// minEqual is how many equal bytes end a range of wrong ones: random damage
	// has right bytes by chance.
	minEqual = 16
	// maxExact bounds the ranges of one part; the last one covers the rest.
	maxExact = 1000
)

// compare reads the bad pieces from another copy, and where they are good there,
// finds the bytes that differ.
func (l localiser) compare(ctx context.Context, path string, workers int) error {
	other, err := l.openCopy(ctx, path)
	if err != nil {
		return err
	}
	defer other.located.Close()
	l.Compared = &Comparison{Root: other.root}
	if l.BadPieces == 0 {
		return nil
	}
	job := piecehash.Job{Layout: l.layout, Source: other, Only: l.pieces.that(PieceState.Bad), Workers: workers}
	d := differ{ours: handleCache{source: l.source(nil)}, theirs: handleCache{source: other}, a: make([]byte, compareChunk), b: make([]byte, compareChunk)}
	defer d.close()
	for p, err := range job.Pieces(ctx) {
		if p.Index < 0 {
			return err
		}
		if err != nil || l.torrent.Check(p.Index, p.SHA1, p.Root) != metainfo.Good {
			l.Compared.Bad++
			continue
		}
		l.Compared.Good++
		l.comparePiece(&d, p.Index)
	}
	l.Compared.Err = other.located.Refused()
	return nil
}

// comparePiece compares the parts of a piece with good ones. Where a file
// cannot be read, or nothing differs because it changed, nothing is learned.
func (l localiser) comparePiece(d *differ, piece int) {
	found := map[partKey]evidence{}
	differs := false
	for span := range l.layout.Spans(piece) {
		if span.Zero {
			continue
		}
		ranges, err := d.diff(span.File, span.Offset, span.Length, piece)
		if err != nil {
			return
		}
		e := evidence{Whole, ranges}
		if len(ranges) > 0 {
			e.verdict = Guilty
			differs = true
		}
		found[partKey{piece, l.fileOf(span.File)}] = e
	}
	if !differs {
		return
	}
	for key, e := range found {
		l.evidence[key] = e
	}
}

// differ compares files of two sources.
type differ struct {
	ours, theirs handleCache
	a, b         []byte
}

func (d *differ) close() {
	d.ours.close()
	d.theirs.close()
}

// diff returns the ranges of bytes that differ.
func (d *differ) diff(file layout.FileIndex, offset, length int64, piece int) ([]Range, error) {
	var ranges []Range
	for done := int64(0); done < length; {
		n := int(min(length-done, compareChunk))
		if err := d.ours.read(file, d.a[:n], offset+done); err != nil {
			return nil, err
		}
		if err := d.theirs.read(file, d.b[:n], offset+done); err != nil {
			return nil, err
		}
		if !bytes.Equal(d.a[:n], d.b[:n]) {
			ranges = appendDiffs(ranges, d.a[:n], d.b[:n], offset+done, piece)
		}
		done += int64(n)
	}
	return ranges, nil
}

// appendDiffs adds the bytes in which a and b differ, which are at offset.
func appendDiffs(ranges []Range, a, b []byte, offset int64, piece int) []Range {
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		at := offset + int64(i)
		if n := len(ranges); n > 0 {
			last := &ranges[n-1]
			if n == maxExact || at-(last.Offset+last.Length) < minEqual {
				last.Length = at + 1 - last.Offset
				continue
			}
		}
		ranges = append(ranges, Range{Offset: at, Length: 1, FirstPiece: piece, LastPiece: piece, Exact: true})
	}
	return ranges
}
