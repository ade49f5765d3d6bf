package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/internal/dial"
)

// SeedFault is one thing that is wrong with a web seed.
type SeedFault struct {
	URL string // as the torrent, or the options, have it
	WebFault
}

// repairFromWeb asks one seed after the other for what is not whole yet. What is
// wrong with one is noted, and the next one asked. It is an error that none can be.
func (r *Report) repairFromWeb(ctx context.Context, o RepairOptions) (*Repaired, error) {
	seeds, err := seedsOf(r.torrent, *o.Web)
	if err != nil {
		return nil, err
	}
	sum := &Repaired{Report: r, DryRun: o.DryRun}
	var from []string
	none := ErrNoSeeds
	for _, s := range seeds {
		if s.kind != bep19 {
			continue
		}
		within, err := s.begin(ctx, Selection{})
		if err != nil {
			return sum, err
		}
		if err := s.parse(); err != nil {
			if none == ErrNoSeeds {
				none = fmt.Errorf("web seed %q: %w", s.raw, err)
			}
			s.blame(within, err)
			sum.blame(s)
			continue
		}
		from = append(from, s.raw)
		sum.From = strings.Join(from, ", ")
		res, err := sum.Report.repairFrom(ctx, webSource{s, within}, s.raw, o)
		if cause := context.Cause(within); err == nil && errors.Is(cause, dial.ErrShortage) {
			err = cause
		}
		s.client.CloseIdleConnections()
		sum.add(res)
		sum.blame(s)
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
	r.Bytes += last.Bytes
	r.Pieces = append(r.Pieces, last.Pieces...)
	r.Created = append(r.Created, last.Created...)
}

// blame takes over what was found to be wrong with a seed, which is done with.
func (r *Repaired) blame(s *seed) {
	s.stop(nil)
	for _, f := range s.rep.Faults {
		r.Faults = append(r.Faults, SeedFault{s.raw, f})
	}
}
