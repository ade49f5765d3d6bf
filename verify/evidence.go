package verify

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"hash"
	"hash/crc32"
	"io"

	"github.com/torrentkit/torrentkit/internal/content"
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
	seen := map[int]bool{}
	for _, s := range r.torrent.FileSums() {
		k := int(r.disk[s.File])
		if k < 0 || seen[k] || len(doubts[k]) == 0 || r.Files[k].Size != r.Files[k].Length {
			continue
		}
		sum, err := sumFile(ctx, r.located, k, newSum(s.Algorithm))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			continue // that it cannot be read is in the report if it matters
		}
		seen[k] = true
		switch match := string(sum) == string(s.Sum); {
		case match:
			for _, p := range doubts[k] {
				r.setVerdict(p, k, Whole)
			}
		case len(doubts[k]) == 1 && !certain[k]: // it is wrong somewhere, and there is one place only
			r.setVerdict(doubts[k][0], k, Guilty)
		}
	}
	return nil
}

func newSum(algorithm string) hash.Hash {
	switch algorithm {
	case "md5":
		return md5.New()
	case "sha1":
		return sha1.New()
	case "sha256":
		return sha256.New()
	}
	return crc32.NewIEEE()
}

// sumFile reads a file from its start to its end.
func sumFile(ctx context.Context, files *content.Located, k int, h hash.Hash) ([]byte, error) {
	f, err := files.Open(k)
	if err != nil {
		return nil, err
	}
	section := io.NewSectionReader(f, 0, files.Files()[k].Size)
	_, err = io.Copy(h, &stoppable{ctx, section})
	if e := f.Close(); err == nil {
		err = e
	}
	return h.Sum(nil), err
}

// stoppable ends a read when ctx is done.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
