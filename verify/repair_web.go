package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
)

// SeedFault is one thing that is wrong with a web seed.
type SeedFault struct {
	URL string // as the torrent, or the options, have it
	WebFault
}

// repairFromWeb asks one seed after the other for what is not whole yet. What is
// wrong with one is noted, and the next one asked. It is an error that none can be.
func (r *Report) repairFromWeb(ctx context.Context, o RepairOptions) (*Repaired, error) {
	seeds, err := o.Web.seeds(r.torrent)
	if err != nil {
		return nil, err
	}
	sum := &Repaired{Report: r, DryRun: o.DryRun}
	var from []string
	none := ErrNoSeeds
	for _, a := range seeds {
		if a.kind != bep19 {
			continue
		}
		s := newSeed(ctx, r.torrent, a.url, a.kind, o.Web.seed(a))
		if f := s.open(); f != nil {
			if none == ErrNoSeeds {
				none = fmt.Errorf("web seed %q: %w", a.url, r.webFault(f))
			}
			sum.done(s)
			continue
		}
		from = append(from, a.url)
		sum.From = strings.Join(from, ", ")
		res, err := sum.Report.repairFrom(ctx, s.source(), a.url, o)
		err = cmp.Or(err, s.shortage())
		sum.add(res)
		sum.done(s)
		if err != nil || len(res.Failed) == 0 {
			return sum, err
		}
	}
	if len(from) == 0 {
		return nil, none
	}
	return sum, nil
}

// add takes over what the last source did.
func (r *Repaired) add(last *Repaired) {
	r.Report, r.Failed = last.Report, last.Failed
	for i := range r.Failed {
		var f *fault
		if errors.As(r.Failed[i].Err, &f) {
			r.Failed[i].Err = r.Report.webFault(f)
		}
	}
	r.Bytes += last.Bytes
	r.Pieces = append(r.Pieces, last.Pieces...)
	r.Created = append(r.Created, last.Created...)
}

// done takes over what was found to be wrong with a seed, and ends its requests.
func (r *Repaired) done(s *seed) {
	s.close()
	for _, f := range s.noted() {
		r.Faults = append(r.Faults, SeedFault{s.url, *r.Report.webFault(&f)})
	}
}
