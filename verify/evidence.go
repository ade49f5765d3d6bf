package verify

import (
	"bytes"
	"context"
	"hash"

	"github.com/torrentkit/torrentkit/internal/filesum"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
)

// finish draws all conclusions once the reading has ended. compareWith is another
// copy; "" if there is none.
func (r *run) finish(ctx context.Context, err error, compareWith string, workers int) error {
	noteChanges(ctx, r)
	r.endReading(r.Incomplete || err != nil)
	if err == nil {
		err = localiser{r}.findEvidence(ctx, compareWith, workers)
	}
	r.conclude()
	return err
}

// localiser finds out which files make pieces bad, and which bytes of them.
type localiser struct{ *run }

// findEvidence looks for evidence about bad pieces, until nothing more can be told
// of which file, and which bytes of it, are the wrong ones.
func (l localiser) findEvidence(ctx context.Context, compareWith string, workers int) error {
	if compareWith != "" {
		if err := l.compare(ctx, compareWith, workers); err != nil {
			return err
		}
	}
	if l.located != nil {
		if err := l.checkSums(ctx); err != nil {
			return err
		}
	}
	l.eliminate()
	return nil
}

// eliminate finds the pieces of which all parts but one are whole: that one is damaged.
func (l localiser) eliminate() {
	for p := range l.suspectPieces() {
		left, n := 0, 0
		for i, part := range p.Parts {
			if part.Verdict != Whole {
				left = i
				n++
			}
		}
		if n == 1 {
			l.setVerdict(p.Index, p.Parts[left].File, Guilty)
		}
	}
}

func (l localiser) setVerdict(piece, file int, v PartVerdict) {
	key := partKey{piece, file}
	e := l.evidence[key]
	e.verdict = v
	l.evidence[key] = e
}

// suspectPieces yields the bad pieces of which more than one part may be the wrong one.
func (l localiser) suspectPieces() func(func(PieceReport) bool) {
	return func(yield func(PieceReport) bool) {
		for p := range l.NotOK() {
			open := 0
			for _, part := range p.Parts {
				if part.Verdict == Suspect {
					open++
				}
			}
			if p.State.Bad() && open > 0 && len(p.Parts) > 1 && !yield(p) {
				return
			}
		}
	}
}

// checkSums reads the files that share a bad piece and have a checksum in the
// torrent.
func (l localiser) checkSums(ctx context.Context) error {
	doubts := map[int][]int{} // bad pieces of each suspect
	for p := range l.suspectPieces() {
		for _, part := range p.Parts {
			doubts[part.File] = append(doubts[part.File], p.Index)
		}
	}
	if len(doubts) == 0 {
		return nil
	}
	certain := map[int]bool{} // files that hold damage of their own
	for p := range l.NotOK() {
		for _, part := range p.Parts {
			certain[part.File] = certain[part.File] || part.Verdict == Guilty
		}
	}
	wanted := map[int]metainfo.FileSum{}
	for _, s := range l.torrent.FileSums() {
		k := l.fileOf(layout.FileIndex(s.File))
		if l.torrent.Files[s.File].Pad() || len(doubts[k]) == 0 || l.Files[k].Size != l.Files[k].Length {
			continue
		}
		if _, ok := wanted[k]; !ok {
			wanted[k] = s
		}
	}
	files := filesum.New(ctx, l.sizes(), l.open, func(k int) []hash.Hash {
		s, ok := wanted[k]
		if !ok {
			return nil
		}
		return newHashes([]metainfo.Checksum{s.Kind})
	})
	if err := files.Finish(); err != nil {
		return err
	}
	for k, s := range wanted {
		switch sums, _ := files.Sums(k); {
		case sums == nil: // that it cannot be read is in the report if it matters
		case bytes.Equal(sums[0], s.Sum):
			for _, p := range doubts[k] {
				l.setVerdict(p, k, Whole)
			}
		case len(doubts[k]) == 1 && !certain[k]: // it is wrong somewhere, and there is one place only
			l.setVerdict(doubts[k][0], k, Guilty)
		}
	}
	return nil
}
