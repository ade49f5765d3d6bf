package verify

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/verify/internal/webseed"
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
		if a.kind != webseed.BEP19 {
			continue
		}
		s := webseed.New(ctx, r.torrent, a.url, a.kind, o.Web.seed(a))
		if err := s.Open(); err != nil {
			if none == ErrNoSeeds {
				none = fmt.Errorf("web seed %q: %w", a.url, r.public(err))
			}
			sum.done(s)
			continue
		}
		from = append(from, a.url)
		sum.From = strings.Join(from, ", ")
		res, err := sum.Report.repairFrom(ctx, s.Source(), a.url, o)
		err = cmp.Or(err, s.Shortage())
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
		r.Failed[i].Err = r.Report.public(r.Failed[i].Err)
	}
	r.Bytes += last.Bytes
	r.Pieces = append(r.Pieces, last.Pieces...)
	r.Created = append(r.Created, last.Created...)
}

// done takes over what was found to be wrong with a seed, and ends its requests.
func (r *Repaired) done(s *webseed.Seed) {
	s.Close()
	for _, f := range s.Faults() {
		r.Faults = append(r.Faults, SeedFault{s.URL, *r.Report.webFault(&f)})
	}
}
