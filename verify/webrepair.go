package verify

import (
	"context"
	"fmt"
	"strings"
)

// repairFromWeb asks one seed after the other for what is not whole yet.
func (r *Report) repairFromWeb(ctx context.Context, o RepairOptions) (*Repaired, error) {
	seeds, err := seedsOf(r.torrent, *o.Web)
	if err != nil {
		return nil, err
	}
	sum := &Repaired{Report: r, DryRun: o.DryRun}
	var from []string
	for _, s := range seeds {
		if s.kind != bep19 {
			continue
		}
		within, err := s.begin(ctx, Selection{})
		if err != nil {
			return nil, err
		}
		from = append(from, s.raw)
		if err := s.parse(); err != nil {
			s.stop(nil)
			return nil, fmt.Errorf("web seed %q: %w", s.raw, err)
		}
		res, err := sum.Report.repairFrom(ctx, webSource{s, within}, s.raw, o)
		s.stop(nil)
		s.client.CloseIdleConnections()
		sum.add(res)
		if err != nil || len(res.Failed) == 0 {
			sum.From = strings.Join(from, ", ")
			return sum, err
		}
	}
	if len(from) == 0 {
		return nil, ErrNoSeeds
	}
	sum.From = strings.Join(from, ", ")
	return sum, nil
}

// add takes over what the last source did.
func (r *Repaired) add(last *Repaired) {
	r.Report, r.Failed = last.Report, last.Failed
	r.Bytes += last.Bytes
	r.Pieces = append(r.Pieces, last.Pieces...)
	r.Created = append(r.Created, last.Created...)
}
