package verifying

import (
	"context"
	"errors"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

// repair verifies the content of one torrent and repairs it.
func repair(ctx context.Context, con *console.Console, p *console.Progress, torrent []byte, task verifyTask, o verify.Options, f *verifyFlags) (verified, error) {
	if task.content == "-" {
		return verified{}, errors.New("--repair-from repairs files, not a stream")
	}
	opts := verify.RepairOptions{Options: o, From: f.repair.from, DryRun: f.repair.dryRun}
	opts.Mending = func(done, total int64) {
		p.Phase("repairing")
		p.Known(0)
		p.Set(done, total)
	}
	if opts.From == fromWebSeeds {
		access := f.webAccess()
		opts.Web = &access
	}
	r, err := verify.Repair(ctx, torrent, task.content, opts)
	if r == nil {
		return verified{}, err
	}
	if opts.Web != nil {
		r.From = con.Redact(r.From)
		for i := range r.Faults {
			r.Faults[i].URL, r.Faults[i].Asked = con.URL(r.Faults[i].URL), con.URL(r.Faults[i].Asked)
		}
	}
	return verified{report: r.Report, repair: r}, err
}

type seedFaultJSON struct {
	URL string `json:"url"`
	webFaultJSON
}
