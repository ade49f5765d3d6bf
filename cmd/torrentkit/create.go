package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
)

// createFlags are the flags of create that are not fields of create.Options.
type createFlags struct {
	output          string
	force, dryRun   bool
	trackers        []string
	createdBy, date string
	noCreatedBy     bool
	noDate          bool
	pieceLength     sizeValue
	format          choice
	rules           []create.Rule
	read            readFlags
}

func newCreate(a *app) *cobra.Command {
	var o create.Options
	f := createFlags{format: choice{value: "v1", allowed: []string{"v1", "v2", "hybrid"}}}
	cmd := &cobra.Command{
		Use:   "create PATH",
		Short: "Make a torrent of a file or folder",
		Long: `Hidden and empty files are taken, symbolic links are followed, and files that operating systems leave behind
(.DS_Store, Thumbs.db, desktop.ini, ._*) are left out. Nothing is written unless every file could be read and none
changed meanwhile. With the date left out or fixed (--no-date, --date, SOURCE_DATE_EPOCH) the same files give the same
torrent everywhere.`,
		Example: `  torrentkit create album/
  torrentkit create -t https://tracker.example/announce -t udp://tracker.example:6969 -o out/ film.mkv
  torrentkit create -f hybrid -l 4M --exclude '*.tmp' --no-date -o - data/ | torrentkit inspect -
  torrentkit create --dry-run data/`,
		Args: arity(1, 1),
		RunE: a.run(func(ctx context.Context, args []string) error { return a.create(ctx, args[0], &o, &f) }),
	}
	group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.StringVarP(&f.output, "output", "o", "", "write to `FILE`, a folder, or - (default NAME.torrent in this folder)")
		fs.BoolVar(&f.force, "force", false, "replace a file that exists")
		fs.BoolVar(&f.dryRun, "dry-run", false, "read no content and write nothing: list files and sizes, the torrent's too")
	})
	group(cmd, "Torrent", func(fs *pflag.FlagSet) {
		fs.VarP(&f.format, "format", "f", "metadata version: v1, v2 (BEP 52) or both (`FORMAT`: v1, v2, hybrid)")
		fs.VarP(&f.pieceLength, "piece-length", "l", "piece length, a power of two from 16K to 128M (default fits the `SIZE`)")
		fs.StringVarP(&o.Name, "name", "n", "", "name of the torrent (default the name of PATH)")
		fs.BoolVarP(&o.Private, "private", "p", false, "keep the torrent to its trackers (BEP 27)")
		fs.StringVarP(&o.Source, "source", "s", "", "source tag, part of what the infohash covers")
		fs.StringVarP(&o.Comment, "comment", "c", "", "comment")
		fs.StringVar(&f.createdBy, "created-by", "", "name of the creating program (default torrentkit and its version)")
		fs.BoolVar(&f.noCreatedBy, "no-created-by", false, "name no creating program")
		fs.StringVar(&f.date, "date", "", "creation `DATE`: 2006-01-02, RFC 3339, or seconds since 1970 (default SOURCE_DATE_EPOCH, else now)")
		fs.BoolVar(&f.noDate, "no-date", false, "write no creation date")
	})
	group(cmd, "Peers", func(fs *pflag.FlagSet) {
		fs.StringArrayVarP(&f.trackers, "tracker", "t", nil, "announce `URL`, a tier each; URL,URL share one tier (repeatable)")
		fs.StringArrayVarP(&o.WebSeeds, "web-seed", "w", nil, "`URL` where the content can be had (BEP 19; repeatable)")
		fs.StringArrayVar(&o.Nodes, "node", nil, "DHT node `HOST:PORT` (BEP 5; repeatable)")
	})
	group(cmd, "Files", func(fs *pflag.FlagSet) {
		fs.Var(&ruleValue{&f.rules, false}, "exclude", "leave out what matches `GLOB`; ** spans folders, the last match of all rules wins (repeatable)")
		fs.Var(&ruleValue{&f.rules, true}, "include", "take what matches `GLOB` (repeatable)")
		fs.BoolVar(&o.KeepJunk, "junk", false, "take files that operating systems leave behind too")
	})
	group(cmd, "Run", f.read.bind)
	cmd.MarkFlagsMutuallyExclusive("created-by", "no-created-by")
	cmd.MarkFlagsMutuallyExclusive("date", "no-date")
	exits(cmd, "the torrent was made", "")
	return cmd
}

func (a *app) create(ctx context.Context, path string, o *create.Options, f *createFlags) error {
	if err := a.createOptions(o, f); err != nil {
		return err
	}
	if o.Name == "" {
		name, err := create.DefaultName(path)
		if err != nil {
			return withHint(err, "--name NAME")
		}
		o.Name = name
	}
	out, err := a.createOutput(path, o, f)
	if err != nil {
		return err
	}
	plan, err := create.NewPlan(ctx, path, *o)
	if err != nil {
		return createHint(err)
	}
	a.tellPlan(plan)
	if f.dryRun {
		return a.showPlan(plan)
	}
	p := a.startProgress("hashing")
	defer p.finish()
	plan.Progress = p.set
	raw, err := plan.Torrent(ctx)
	if ctx.Err() != nil {
		done, total := p.now()
		p.finish()
		a.note(fmt.Sprintf("stopped after hashing %s of %s; nothing was written", formatSize(done), formatSize(total)))
	}
	if err != nil {
		return err
	}
	p.finish()
	t, err := inspect.Parse(raw)
	if err != nil {
		return fmt.Errorf("reading the torrent that was made: %w", err)
	}
	if err := out.write(ctx, raw); err != nil {
		return err
	}
	return a.showCreated(t, out)
}

// createOutput decides where the torrent goes, before anything is read. A torrent that is written into the very folder
// that it is made of is no part of it.
func (a *app) createOutput(path string, o *create.Options, f *createFlags) (*output, error) {
	target := f.output
	name := o.Name + ".torrent"
	if target == "" {
		target = name
	}
	if target == "-" && a.global.json {
		return nil, errors.New("--json and -o - both want standard output")
	}
	if f.dryRun {
		return nil, nil
	}
	out, err := a.newOutput(target, outputOptions{defaultName: name, force: f.force, binary: true})
	if err != nil {
		return nil, err
	}
	root, err1 := filepath.Abs(path)
	file, err2 := filepath.Abs(out.path)
	if out.kind == toFile && err1 == nil && err2 == nil {
		if rel, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(rel) && rel != "." {
			o.Rules = append(o.Rules, create.Rule{Pattern: "/" + escapeGlob(filepath.ToSlash(rel))})
		}
	}
	return out, nil
}

// escapeGlob makes a pattern that matches s only.
func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `{`, `\{`).Replace(s)
}

// createOptions completes the options of the library from the flags.
func (a *app) createOptions(o *create.Options, f *createFlags) (err error) {
	if o.Format, err = create.ParseFormat(f.format.value); err != nil {
		return err
	}
	if o.Order, err = create.ParseOrder(f.read.io.value); err != nil {
		return err
	}
	o.Workers, o.DropCache = f.read.workers, f.read.noCache
	o.PieceLength = int64(f.pieceLength)
	o.Rules = f.rules
	o.Trackers = tiers(f.trackers)
	switch {
	case f.createdBy != "":
		o.CreatedBy = f.createdBy
	case !f.noCreatedBy:
		o.CreatedBy = "torrentkit/" + buildVersion().Version
	}
	if !f.noDate {
		o.CreationDate, err = a.creationDate(f.date)
	}
	return err
}

// tiers makes tiers of announce URLs. Only a comma with a scheme behind it separates: URLs may contain commas.
func tiers(flags []string) [][]string {
	var all [][]string
	for _, s := range flags {
		var tier []string
		for part := range strings.SplitSeq(s, ",") {
			if len(tier) > 0 && !hasScheme(part) {
				tier[len(tier)-1] += "," + part
				continue
			}
			tier = append(tier, part)
		}
		all = append(all, tier)
	}
	return all
}

func hasScheme(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && isScheme(scheme)
}

// creationDate reads --date, or SOURCE_DATE_EPOCH (reproducible-builds.org), or the clock, to the second.
func (a *app) creationDate(s string) (time.Time, error) {
	name := "--date"
	if s == "" {
		if s, name = a.getenv("SOURCE_DATE_EPOCH"), "SOURCE_DATE_EPOCH"; s == "" {
			return a.now().UTC().Truncate(time.Second), nil
		}
	}
	t, err := parseDate(s)
	if err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// createHint adds what can be done about an error of planning.
func createHint(err error) error {
	if errors.Is(err, create.ErrEmpty) {
		return withHint(err, "see what --exclude, --include and --junk leave: torrentkit create --dry-run PATH")
	}
	return err
}
