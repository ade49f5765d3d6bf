package creating

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/metainfo"
)

// createTogether makes several torrents from one pass. Nothing is written unless all could be made.
func createTogether(ctx context.Context, con *console.Console, paths []string, jobs []*createJob) error {
	defer jobs[0].f.close()
	start := con.Now()
	outs := make(command.Outputs, len(jobs))
	taken := make(map[string]bool)
	for i, j := range jobs {
		if f := &j.f; f.madeNothing() || f.expect != "" {
			return errors.New("--also is for making torrents, not for --dry-run, --plan, --list, --shard or --expect")
		}
		if j.f.release.On {
			return errors.New("--also makes several torrents, and --publish is for one: publish them afterwards")
		}
		j.f.content = jobs[0].f.content
		var err error
		if paths, err = prepareCreate(ctx, con, paths, &j.o, &j.f); err != nil {
			return err
		}
		if outs[i], err = createOutput(con, &j.o, &j.f, sameTorrent); err != nil {
			return err
		}
		if i > 0 { // what one torrent leaves out because it is written there, all leave out
			jobs[0].f.selection.LeaveOut = append(jobs[0].f.selection.LeaveOut, j.f.selection.LeaveOut...)
		}
		if taken[outs[i].Path] || outs[i].Kind == command.ToStdout {
			return console.WithHint(fmt.Errorf("writing %q: two torrents would go there", outs[i]), "give each --also an output=FILE")
		}
		taken[outs[i].Path] = true
	}
	if err := outs.Refuse(); err != nil {
		return err
	}
	f := &jobs[0].f
	if err := openReports(con, f); err != nil {
		return err
	}
	plans, err := planTogether(ctx, con, paths, jobs)
	if err != nil {
		return err
	}
	if err := checkRoom(outs, plans); err != nil {
		return err
	}
	var made []*create.Result
	if err := hash(ctx, con, plans[0], jobs[0].o.Journals, f, func(ctx context.Context) (err error) {
		made, err = create.Torrents(ctx, plans)
		return err
	}); err != nil {
		return refuseHash(con, err, outs[0])
	}
	return finishCreate(ctx, con, plans, made, outs, f, start)
}

// sameTorrent tells whether a torrent that is there already is the one that was made, at another time perhaps.
func sameTorrent(there, made []byte) bool {
	now := time.Unix(0, 0)
	var edited [2][]byte
	for i, raw := range [][]byte{there, made} {
		e, err := create.Edit(raw, metainfo.Edit{CreationDate: &now})
		if err != nil {
			return false
		}
		edited[i] = e.Raw
	}
	return bytes.Equal(edited[0], edited[1]) && len(there) == len(made)
}

func planTogether(ctx context.Context, con *console.Console, paths []string, jobs []*createJob) ([]*create.Plan, error) {
	p := con.StartProgress("finding files")
	defer p.Finish()
	content, err := jobs[0].f.scan(ctx, p, paths)
	p.Finish()
	if err != nil {
		return nil, err
	}
	var plans []*create.Plan
	for i, j := range jobs {
		p, err := planOne(ctx, con, content, &j.o, &j.f)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			tellPlan(con, p, jobs[0].f.ownRules)
			if err := jobs[0].f.foresee(con, p); err != nil {
				return nil, err
			}
		}
		plans = append(plans, p)
	}
	return plans, nil
}
