package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

type verifyFlags struct {
	maxSize sizeValue
	content string
	tar     bool
	brief   bool // one line a torrent
	force   bool
	rate    sizeValue
	reports []reportSpec
	repair  repairFlags
	web     webFlags
	search  searchFlags
	options verify.Options
}

func newVerify(a *app) *cobra.Command {
	f := verifyFlags{maxSize: maxTorrent}
	cmd := &cobra.Command{
		Use:     "verify TORRENT [PATH] | TORRENT...",
		Aliases: []string{"check"},
		Short:   "Check data against a torrent",
		Long: `PATH is the content itself or the folder that holds it; by default the folder of the torrent. Every file is ok,
missing, short, long, damaged, unreadable or of the wrong type. Where a v1 piece that spans files does not match, each
of its files may be the damaged one, and all are named, unless a checksum in the torrent or another copy tells.

A TORRENT that is a folder stands for the torrents in it. Several torrents get a line each, or a JSON object each.

The PATH - is standard input, for a torrent of one file. With --tar PATH is an archive, or standard input by default:
it is read once and not unpacked, and may be compressed by gzip, zstd or xz.

Web seeds are asked for the sizes of files and a sample of their pieces, and what is wrong with them is explained;
nothing of their content is stored. Only http and https are used, without a proxy, and only to public addresses unless
--web-seed names others.

A repair hashes every piece before it writes, writes only bytes that differ, and can be interrupted at any time. It
deletes and shortens nothing.`,
		Example: `  torrentkit verify album.torrent
  torrentkit verify album.torrent /srv/music
  torrentkit verify --content /srv/music torrents/
  torrentkit verify --compare-with /backup/album --extra album.torrent
  torrentkit verify --journal album.journal album.torrent
  torrentkit verify --sample 20 --fail-fast huge.torrent /srv/archive
  curl -s https://example.org/film.mkv | torrentkit verify film.torrent -
  torrentkit verify --tar album.torrent album.tar.zst
  torrentkit verify --report junit=verify.xml --report sha256sums=SHA256SUMS album.torrent
  torrentkit verify --search /srv/downloads --link hard -o /srv/seed album.torrent
  torrentkit verify --repair-from /backup/album --dry-run album.torrent
  torrentkit verify --web-seeds --full album.torrent
  torrentkit verify --json album.torrent | jq '.files[] | select(.state != "ok")'`,
		Args: arity(1, -1),
		RunE: runE(func(ctx context.Context, args []string) error { return a.verify(ctx, args, &f) }),
	}
	f.bindChoice(cmd)
	f.bindWork(cmd)
	exits(cmd, "all data that was read is as the torrent says", "data is missing or differs")
	return cmd
}

func (a *app) verify(ctx context.Context, args []string, f *verifyFlags) error {
	if f.options.Sample > 0 && f.options.Seed == 0 {
		f.options.Seed = a.seed()
	}
	f.options.LimitRate = int64(f.rate)
	if err := f.check(); err != nil {
		return err
	}
	tasks, err := verifyTasks(args, f)
	if err != nil {
		return err
	}
	reports, err := a.newReports(f.reports, f.force)
	if err != nil {
		return err
	}
	f.options.Sums = reports.sums()
	f.brief = len(tasks) > 1
	names := make([]string, len(tasks))
	where := make(map[string]verifyTask, len(tasks))
	for i, t := range tasks {
		names[i] = t.torrent
		where[t.torrent] = t
	}
	web := f.web.wanted() && f.repair.from == ""
	one := func(ctx context.Context, name string) error {
		if web {
			return a.verifyWeb(ctx, where[name], f, reports)
		}
		return a.verifyOne(ctx, where[name], f, reports)
	}
	if f.brief {
		err = a.each(ctx, names, one)
	} else {
		err = one(ctx, names[0])
	}
	if failed := reports.write(ctx, a); failed != nil {
		return failed
	}
	return err
}

// verifyOne verifies one torrent and prints its report.
func (a *app) verifyOne(ctx context.Context, task verifyTask, f *verifyFlags, reports *verifyReports) error {
	raw, err := a.readInput(ctx, task.torrent, int64(f.maxSize))
	if err != nil {
		reports.add(verified{torrent: task.torrent, err: err})
		return err
	}
	label := "verifying"
	if f.brief {
		label += " " + filepath.Base(task.torrent)
	}
	p := a.startProgress(label)
	defer p.finish()
	o := f.options
	o.Progress = p.set
	var v verified
	switch {
	case f.repair.from != "":
		v, err = a.repair(ctx, raw, task, o, f)
	case len(f.search.dirs) > 0:
		v, err = a.search(ctx, raw, task, o, &f.search)
	case f.search.fix:
		v, err = a.fix(ctx, raw, task, o, f.repair.dryRun)
	default:
		v.report, err = a.readContent(ctx, raw, task.content, f.tar, o)
	}
	p.finish()
	var wrong metainfo.Problem
	if errors.As(err, &wrong) {
		err = inputError(inputName(task.torrent), wrong)
	}
	v.torrent, v.err = task.torrent, err
	reports.add(v)
	r := v.report
	if r == nil {
		return err
	}
	a.warnOf(task.torrent, r.Warnings)
	if shown := a.showVerified(v, f.brief); shown != nil || err != nil {
		return cmp.Or(err, shown)
	}
	if !v.ok() {
		return no()
	}
	return nil
}

// readContent verifies a folder or file, a stream, or an archive.
func (a *app) readContent(ctx context.Context, torrent []byte, where string, tar bool, o verify.Options) (*verify.Report, error) {
	if where != "-" && !tar {
		return verify.Data(ctx, torrent, where, o)
	}
	if o.CompareWith != "" {
		return nil, errors.New("a stream cannot be compared with a copy")
	}
	if !tar {
		return verify.Stream(ctx, torrent, a.input(), verify.StreamOptions{Selection: o.Selection, Reading: o.Reading})
	}
	archive := verify.ArchiveOptions{Selection: o.Selection, Reading: o.Reading, Extra: o.Extra}
	if where == "-" {
		return verify.Archive(ctx, torrent, a.input(), archive)
	}
	file, err := os.Open(where)
	if err != nil {
		return nil, inputError(where, err)
	}
	defer file.Close()
	r, err := verify.Archive(ctx, torrent, file, archive)
	if r != nil {
		r.Root = where
	}
	return r, err
}
