package verify

import (
	"context"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// webSource is the files of a BEP 19 seed.
type webSource struct {
	ctx  context.Context
	seed *seed
}

func (w webSource) Open(i int) (piecehash.File, error) { return webFile{w, i}, nil }

type webFile struct {
	webSource
	file int
}

func (f webFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.seed.get(f.ctx, f.file, off, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (f webFile) Close() error { return nil }

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
		if s.rep, err = newWebReport(r.torrent, s, *o.Web); err != nil {
			return nil, err
		}
		from = append(from, s.raw)
		if err := s.parse(); err != nil {
			return nil, fmt.Errorf("web seed %q: %w", s.raw, err)
		}
		res, err := sum.Report.repairFrom(ctx, webSource{ctx, s}, s.raw, o)
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
