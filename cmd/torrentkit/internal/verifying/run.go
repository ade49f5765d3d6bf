package verifying

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

func runVerify(ctx context.Context, con *console.Console, args []string, f *verifyFlags) error {
	if f.options.Sample > 0 && f.options.Seed == 0 {
		f.options.Seed = seed(con)
	}
	f.options.LimitRate, f.options.Shard = int64(f.rate), verify.Shard(f.shard)
	if err := f.check(); err != nil {
		return err
	}
	tasks, err := verifyTasks(ctx, con, args, f)
	if err != nil {
		return err
	}
	defer closeFolders(tasks)
	written, err := command.NewReports(con, f.reports, f.force)
	if err != nil {
		return err
	}
	reports := &verifyReports{Reports: written}
	f.options.Sums = reports.sums()
	f.options.Folders = &verify.Folders{}
	f.brief, f.begun = len(tasks) > 1 || tasks[0].folder != nil, con.Now()
	if f.brief && f.scrubs() && f.options.OlderThan == 0 {
		return console.WithHint(errors.New("--budget over several torrents needs --older-than: else the first of them takes it every time"), "--older-than 30d")
	}
	web := f.web.wanted() && f.repair.from == ""
	if f.verbose && (f.brief || web || f.shard.Of > 0) {
		return errors.New("--verbose lists the files of one torrent, and of no shard or web seed")
	}
	names := make([]string, len(tasks))
	where := make(map[string]verifyTask, len(tasks))
	for i, t := range tasks {
		names[i] = t.torrent
		f.widest = max(f.widest, console.DisplayWidth(console.Escape(t.torrent)))
		where[t.torrent] = t
	}
	one := func(ctx context.Context, name string) error {
		if web {
			return verifyWeb(ctx, con, where[name], f, reports)
		}
		return verifyOne(ctx, con, where[name], f, reports)
	}
	switch {
	case f.brief && !web && f.onlyReads():
		err = verifyAhead(ctx, con, tasks, names, f, reports)
	case f.brief:
		err = eachOf(ctx, con, names, f, one)
	default:
		err = one(ctx, names[0])
	}
	if failed := reports.write(ctx, con); failed != nil {
		return failed
	}
	return err
}

// eachOf verifies several torrents, and tells people at the end how many are what.
func eachOf(ctx context.Context, con *console.Console, names []string, f *verifyFlags, one func(context.Context, string) error) error {
	start, codes := con.Now(), map[int]int{}
	err := command.Each(ctx, con, names, func(ctx context.Context, name string) error {
		err := one(ctx, name)
		codes[console.ExitCode(ctx, err)]++
		return err
	})
	if con.Human() && !con.Options.JSON && ctx.Err() == nil {
		count := func(n int) string { return console.FormatCount(int64(n)) }
		unchecked := ""
		if f.unread > 0 {
			unchecked = count(f.unread) + " unchecked, "
		}
		con.Printf("%s: %s ok, %s not ok, %s%s without an answer, in %s", command.Plural(len(names), "torrent"),
			count(codes[console.ExitYes]-f.unread), count(codes[console.ExitNo]), unchecked, count(codes[console.ExitTrouble]), con.Times.Work(con.Now().Sub(start)))
	}
	return err
}

// verifyOne verifies one torrent and prints its report.
func verifyOne(ctx context.Context, con *console.Console, task verifyTask, f *verifyFlags, reports *verifyReports) error {
	raw, err := command.ReadInput(ctx, con, task.input(), int64(f.maxSize))
	if err != nil {
		reports.add(verified{torrent: task.torrent, err: err})
		return err
	}
	label := "verifying"
	if f.brief {
		label += " " + filepath.Base(task.torrent)
	}
	p := con.StartProgress("finding files")
	defer p.Finish()
	o := f.options
	f.left(&o.Scrub, con.Now())
	o.Known, o.Found = p.Known, p.Count
	o.Progress = func(done, total int64) {
		p.Phase(label)
		p.Set(done, total)
	}
	v, err := checkOne(ctx, con, p, raw, task, o, f)
	done, total := p.Now()
	p.Finish()
	if ctx.Err() != nil {
		con.Note(stopped(done, total, f, task.content == "-" || f.tar))
	}
	return tellOne(con, v, err, f, reports)
}

// checkOne does what was asked for one torrent, and prints nothing.
func checkOne(ctx context.Context, con *console.Console, p *console.Progress, raw []byte, task verifyTask, o verify.Options, f *verifyFlags) (v verified, err error) {
	switch {
	case f.repair.from != "":
		v, err = repair(ctx, con, p, raw, task, o, f)
	case len(f.search.dirs) > 0:
		v, err = search(ctx, con, p, raw, task, o, &f.search)
	case f.search.fix:
		v, err = fix(ctx, con, p, raw, task, o, f)
	default:
		v.report, err = readContent(ctx, con, raw, task.content, f, o)
	}
	err = explained(err, task)
	v.torrent, v.err, v.onDisk = task.torrent, err, task.content != "-" && !f.tar
	v.remembered, v.verbose, v.widest = len(o.Journals) == 1, f.verbose, f.widest
	return v, err
}

// tellOne prints what became of one torrent, and returns what that means for the exit code.
func tellOne(con *console.Console, v verified, err error, f *verifyFlags, reports *verifyReports) error {
	reports.add(v)
	r := v.report
	if r == nil {
		return err
	}
	f.spent += r.ReadBytes
	if r.OK() && r.Unread() {
		f.unread++
	}
	command.WarnOf(con, v.torrent, r.Warnings)
	if f.shard.Of > 0 && err == nil {
		return cmp.Or(v.refusal(), showShard(con, v, f))
	}
	if shown := showVerified(con, v, f.brief); shown != nil || err != nil {
		return cmp.Or(err, shown)
	}
	if err := v.refusal(); err != nil {
		return err
	}
	if !v.report.OK() {
		return console.No()
	}
	return nil
}

// explained says of an error which torrent it is about, and what can be done.
func explained(err error, task verifyTask) error {
	var wrong metainfo.Problem
	if errors.As(err, &wrong) {
		err = command.InputError(command.InputName(task.torrent), wrong)
	}
	if errors.Is(err, verify.ErrLinked) {
		err = console.WithHint(err, "give it as PATH to change what it leads to")
	}
	return err
}

// stopped says what is kept of a run that was interrupted, and how to go on.
func stopped(done, total int64, f *verifyFlags, stream bool) string {
	if total == 0 {
		return "stopped before anything was read"
	}
	amount := fmt.Sprintf("%s of %s", console.FormatSize(done), console.FormatSize(total))
	switch {
	case len(f.options.Journals) > 0:
		return fmt.Sprintf("%s are kept in %q, as far as they are good: the same command goes on from there", amount, f.options.Journals[0])
	case f.repair.from != "" && !f.repair.dryRun:
		return fmt.Sprintf("stopped after %s; pieces that were repaired stay, and the same command repairs the others", amount)
	case f.search.link != "":
		return fmt.Sprintf("stopped after %s; files that got their names keep them, and the same command goes on from there", amount)
	case f.search.fix:
		return fmt.Sprintf("stopped after %s; files that were renamed or cut stay so, and the same command mends the others", amount)
	case len(f.search.dirs) > 0:
		return fmt.Sprintf("stopped after %s; nothing of a search is kept", amount)
	}
	if stream {
		return fmt.Sprintf("stopped after %s; what comes in one stream is read from its beginning again", amount)
	}
	return fmt.Sprintf("stopped after %s; with --journal FILE the same command would go on from there", amount)
}

// readContent verifies a folder or file, a stream, or an archive.
func readContent(ctx context.Context, con *console.Console, torrent []byte, where string, f *verifyFlags, o verify.Options) (*verify.Report, error) {
	if where != "-" && !f.tar {
		o.Spent = command.Spent(torrent)
		return verify.Data(ctx, torrent, where, o)
	}
	if o.CompareWith != "" {
		return nil, errors.New("a stream cannot be compared with a copy")
	}
	if !f.tar {
		return verify.Stream(ctx, torrent, con.Input(), verify.StreamOptions{Selection: o.Selection, Reading: o.Reading})
	}
	archive := verify.ArchiveOptions{Selection: o.Selection, Reading: o.Reading, Extra: o.Extra, MaxWindow: int64(f.window)}
	if where == "-" {
		r, err := verify.Archive(ctx, torrent, con.Input(), archive)
		return r, hintWindow(err)
	}
	file, err := command.Open(ctx, where)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r, err := verify.Archive(ctx, torrent, file, archive)
	if r != nil {
		r.Root = where
	}
	return r, hintWindow(err)
}

// hintWindow says what takes an archive that wants more memory than it may have.
func hintWindow(err error) error {
	var large *verify.WindowError
	if !errors.As(err, &large) {
		return err
	}
	const mib = 1 << 20
	return console.WithHint(err, fmt.Sprintf("--max-window %dM takes it, and as much memory", large.Window/mib+min(1, large.Window%mib)))
}
