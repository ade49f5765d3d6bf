package creating

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// prepareCreate completes the options, and what the torrent is made of.
func prepareCreate(ctx context.Context, con *console.Console, paths []string, o *create.Options, f *createFlags) ([]string, error) {
	err := createOptions(con, o, f)
	if err == nil {
		err = readExpected(ctx, con, o, f)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case f.streamed(paths):
		err = openStream(ctx, con, paths, o, f)
	case f.size != 0:
		err = f.foretell(paths, o)
	case f.served(paths):
		err = openServers(ctx, con, paths, o, f)
	default:
		if paths, err = createPaths(ctx, con, paths, o, f); err == nil && f.selection.GitIgnore {
			f.selection.GitExcludes, err = gitExcludes(ctx, paths)
		}
	}
	if err != nil {
		return nil, err
	}
	if o.Name == "" {
		if o.Name, err = create.DefaultName(paths[0]); err != nil {
			return nil, console.WithHint(err, "--name NAME")
		}
	}
	if f.date == ofCommit {
		if f.content != nil {
			return nil, errors.New("--date commit is for files on a disk")
		}
		if o.CreationDate, err = commitDate(ctx, paths); err != nil {
			return nil, err
		}
	}
	if f.reuse != "" && !command.IsFolder(f.reuse) {
		o.Reuse, err = command.ReadTorrent(ctx, con, f.reuse, command.MaxTorrent)
	}
	return paths, err
}

func runCreate(ctx context.Context, con *console.Console, paths []string, o *create.Options, f *createFlags) error {
	defer f.close()
	start := con.Now()
	paths, err := prepareCreate(ctx, con, paths, o, f)
	if err != nil {
		return err
	}
	out, err := createOutput(con, o, f, nil)
	if err != nil {
		return err
	}
	if err := openReports(con, f); err != nil {
		return err
	}
	publish, err := f.release.Open(ctx, con)
	if err != nil {
		return err
	}
	p := con.StartProgress("finding files")
	defer p.Finish()
	content, err := f.scan(ctx, p, paths)
	if err != nil {
		return err
	}
	p.Finish()
	if f.list {
		return showDecisions(con, o.Name, content)
	}
	plan, err := planOne(ctx, con, content, o, f)
	if err != nil {
		return err
	}
	tellPlan(con, plan, f.ownRules)
	if err := f.foresee(con, plan); err != nil {
		return err
	}
	switch {
	case f.table:
		return showChoices(con, plan)
	case f.dryRun:
		return showPlan(con, plan)
	case f.shard.Of > 0:
		return createShard(ctx, con, plan, o.Journals, f)
	}
	made, err := makeOne(ctx, con, plan, out, o.Journals, f)
	if err != nil {
		return err
	}
	if err := compareExpected(con, made, paths, out, f); err != nil {
		return err
	}
	if err := finishCreate(ctx, con, []*create.Plan{plan}, []*create.Result{made}, command.Outputs{out}, f, start); err != nil {
		return err
	}
	return publish(ctx, out.String())
}

// planOne plans one torrent of the content.
func planOne(ctx context.Context, con *console.Console, content *create.Content, o *create.Options, f *createFlags) (*create.Plan, error) {
	if err := chooseOld(ctx, con, content, o, f); err != nil {
		return nil, err
	}
	plan, err := content.Plan(*o)
	if n := o.PieceLength; err != nil && n&(n-1) != 0 && o.Format == metainfo.V1 && !o.AnyPieceLength {
		return nil, console.WithHint(err, "--allow piece-length makes v1 torrents of any")
	}
	return plan, createHint(err)
}

// makeOne hashes the content of a torrent for which there is room.
func makeOne(ctx context.Context, con *console.Console, plan *create.Plan, out *command.Output, journals []string, f *createFlags) (made *create.Result, err error) {
	if err := checkRoom(command.Outputs{out}, []*create.Plan{plan}); err != nil {
		return nil, err
	}
	err = hash(ctx, con, plan, journals, f, func(ctx context.Context) (err error) {
		made, err = plan.Torrent(ctx)
		return err
	})
	return made, refuseHash(con, err, out)
}

// checkRoom refuses, before the long part, to make torrents for which there is no room.
func checkRoom(outs command.Outputs, plans []*create.Plan) error {
	sizes := make([]int64, len(plans))
	for i, p := range plans {
		if p.SizeIsExact {
			sizes[i] = p.Size
		}
	}
	return outs.CheckRoom(sizes)
}

// hash does the long part, with a progress bar. What was hashed before is kept in a journal, if there is one.
func hash(ctx context.Context, con *console.Console, plan *create.Plan, journals []string, f *createFlags, work func(context.Context) error) error {
	p := con.StartProgress("hashing")
	defer p.Finish()
	plan.Progress = func(done, total int64) {
		p.Known(plan.Reused.Bytes)
		p.Set(done, total)
	}
	err := work(ctx)
	done, total := p.Now()
	p.Finish()
	if ctx.Err() != nil {
		con.Note(stopped(done, total, journals, f.stream))
	}
	if err == nil {
		tellReused(con, plan)
	}
	return err
}

// stopped says what is kept of a run that was interrupted, and how to go on.
func stopped(done, total int64, journals []string, stream bool) string {
	amount := fmt.Sprintf("%s of %s", console.FormatSize(done), console.FormatSize(total))
	switch {
	case len(journals) > 0:
		return fmt.Sprintf("%s are kept in %q: the same command goes on from there", amount, journals[0])
	case stream:
		return fmt.Sprintf("stopped after hashing %s; nothing was written, and what comes in one stream is read from its beginning again", amount)
	}
	return fmt.Sprintf("stopped after hashing %s; nothing was written, and with --journal FILE it would be kept", amount)
}

// manyFiles is the size of a torrent whose plan is worth its memory.
const manyFiles = 16 << 20

// finishCreate writes torrents and prints what they are. The plans are not needed any more but for what was reused, and
// may be as large.
func finishCreate(ctx context.Context, con *console.Console, plans []*create.Plan, made []*create.Result, outs command.Outputs, f *createFlags, start time.Time) error {
	p := con.StartProgress("writing")
	defer p.Finish()
	data, lints, reused := make([]io.WriterTo, len(made)), make([]*inspect.Report, len(made)), make([]create.Reused, len(made))
	told := namesTold(plans[0])
	for i, m := range made {
		data[i], reused[i] = m, plans[i].Reused
		plans[i] = nil
		if m.Size() > manyFiles {
			debug.FreeOSMemory() // else judging the torrent would take new memory
		}
		lint, err := inspect.LintTorrent(m.Torrent(), f.lintOptions(con))
		if err == nil {
			err = lint.Refused
		}
		if err != nil {
			return fmt.Errorf("reading the torrent that was made: %w", err)
		}
		if err := f.refuseDenied(con, lint, "nothing was written"); err != nil {
			return err
		}
		lints[i] = lint
	}
	if err := outs.Write(ctx, data); err != nil {
		return err
	}
	took := con.Now().Sub(start)
	p.Finish()
	for i, lint := range lints {
		tellLint(con, lint, told)
		if err := showCreated(con, created{lint.Torrent, made[i].Size(), reused[i], took, f.peers, i > 0 || f.another}, outs[i]); err != nil {
			return err
		}
	}
	return writeReports(ctx, con, f, lints, outs)
}

// created is a torrent that was made.
type created struct {
	*metainfo.Torrent
	bytes  int64 // of the .torrent
	reused create.Reused
	took   time.Duration // for this one and those that were made of the same pass
	peers  []string      // for the link

	another bool // as of createFlags
}

func (c *created) link() magnet.Link { return command.MagnetLink(c.Torrent, c.peers...) }

// createShard hashes a part of the content into the journal.
func createShard(ctx context.Context, con *console.Console, plan *create.Plan, journals []string, f *createFlags) error {
	err := hash(ctx, con, plan, journals, f, func(ctx context.Context) error {
		return plan.Shard(ctx, f.shard.Index, f.shard.Of)
	})
	if err != nil {
		return err
	}
	return showShard(con, plan, f)
}
