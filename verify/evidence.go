package verify

import (
	"bytes"
	"context"
	"hash"

	"github.com/torrentkit/torrentkit/internal/filesum"
	"github.com/torrentkit/torrentkit/metainfo"
)

// finish draws all conclusions once the reading has ended. compareWith is another
// copy; "" if there is none.
func (r *run) finish(ctx context.Context, err error, compareWith string, workers int) error {
	r.endReading(r.Incomplete || err != nil)
	if err == nil {
		err = r.findEvidence(ctx, compareWith, workers)
	}
	r.conclude()
	return err
}

// findEvidence looks for evidence about bad pieces, until nothing more can be told
// of which file, and which bytes of it, are the wrong ones.
func (r *run) findEvidence(ctx context.Context, compareWith string, workers int) error {
	r.evidence = map[partKey]evidence{}
	if compareWith != "" {
		if err := r.compare(ctx, compareWith, workers); err != nil {
			return err
		}
	}
	if r.located != nil {
		if err := r.checkSums(ctx); err != nil {
			return err
		}
	}
	r.eliminate()
	return nil
}

// eliminate finds the pieces of which all parts but one are whole: that one is damaged.
func (r *run) eliminate() {
	for p := range r.suspectPieces() {
		left, n := 0, 0
		for i, part := range p.Parts {
			if part.Verdict != Whole {
				left = i
				n++
			}
		}
		if n == 1 {
			r.setVerdict(p.Index, p.Parts[left].File, Guilty)
		}
	}
}

func (r *run) setVerdict(piece, file int, v PartVerdict) {
	key := partKey{piece, file}
	e := r.evidence[key]
	e.verdict = v
	r.evidence[key] = e
}

// suspectPieces yields the bad pieces of which more than one part may be the wrong one.
func (r *run) suspectPieces() func(func(PieceReport) bool) {
	return func(yield func(PieceReport) bool) {
		for p := range r.NotOK() {
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
func (r *run) checkSums(ctx context.Context) error {
	doubts := map[int][]int{} // bad pieces of each suspect
	for p := range r.suspectPieces() {
		for _, part := range p.Parts {
			doubts[part.File] = append(doubts[part.File], p.Index)
		}
	}
	if len(doubts) == 0 {
		return nil
	}
	certain := map[int]bool{} // files that hold damage of their own
	for p := range r.NotOK() {
		for _, part := range p.Parts {
			certain[part.File] = certain[part.File] || part.Verdict == Guilty
		}
	}
	wanted := map[int]metainfo.FileSum{}
	for _, s := range r.torrent.FileSums() {
		k := int(r.disk[s.File])
		if k < 0 || len(doubts[k]) == 0 || r.Files[k].Size != r.Files[k].Length {
			continue
		}
		if _, ok := wanted[k]; !ok {
			wanted[k] = s
		}
	}
	files := filesum.New(ctx, r.sizes(), r.located.Open, func(k int) []hash.Hash {
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
				r.setVerdict(p, k, Whole)
			}
		case len(doubts[k]) == 1 && !certain[k]: // it is wrong somewhere, and there is one place only
			r.setVerdict(doubts[k][0], k, Guilty)
		}
	}
	return nil
}
