package verifying

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/verify"
)

type verifyFlags struct {
	maxSize command.SizeValue
	content string
	tar     bool
	brief   bool // one line a torrent
	widest  int  // columns of the longest name of a torrent among several
	verbose bool // files that are ok are told, too
	force   bool
	rate    command.SizeValue
	window  command.SizeValue
	reports []command.Report
	repair  repairFlags
	web     webFlags
	search  searchFlags
	shard   command.Shard
	options verify.Options

	begun  time.Time // when the first torrent was
	spent  int64     // bytes that were read of all
	unread int       // torrents of which a budget left nothing to read
}

// bindChoice defines the flags that say what is verified, and what is told of it.
func (f *verifyFlags) bindChoice(cmd *cobra.Command) {
	o := &f.options
	command.Group(cmd, "Content", func(fs *pflag.FlagSet) {
		fs.StringVar(&f.content, "content", "", "look for the content of all torrents in `FOLDER`")
		fs.BoolVar(&f.tar, "tar", false, "PATH is a tar archive of the content (default -)")
		fs.Var(&f.window, "max-window", "refuse archives that take more than `SIZE` of memory to decompress (default 128 MiB)")
		command.TextsFlag(fs, "only", "", "verify the files that match `GLOB` only (repeatable)", &o.Only)
		fs.Func("pieces", "verify pieces `A-B` only, counted from 0 (repeatable)", f.addPieces)
		fs.IntVar(&o.Sample, "sample", 0, "read `N` pieces only: the first, the last, and others drawn at random")
		fs.Uint64Var(&o.Seed, "seed", 0, "draw the same pieces as the run that printed seed `N`")
		fs.BoolVar(&o.FailFast, "fail-fast", false, "stop at the first fault")
	})
	command.Group(cmd, "Report", func(fs *pflag.FlagSet) {
		fs.StringVar(&o.CompareWith, "compare-with", "", "find the wrong bytes of damaged pieces by another copy in `FOLDER`")
		fs.BoolVar(&o.Extra, "extra", false, "list what is in the content's folder and not in the torrent: it counts as a difference")
		command.ReportFlag(fs, "write junit, sfv, md5sums or sha256sums to a file, or tell github (`KIND=FILE`, repeatable)",
			[]string{"junit", "github", "sfv", "sha256sums", "md5sums"}, "github", &f.reports)
		fs.BoolVar(&f.force, "force", false, "let reports replace any file that exists, and not only reports of their kind: lists of checksums too")
		fs.BoolVarP(&f.verbose, "verbose", "v", false, "list the files that are ok, too")
	})
}

// bindWork defines the flags that do more than to look, and those about reading.
func (f *verifyFlags) bindWork(cmd *cobra.Command) {
	o := &f.options
	command.Group(cmd, "Search", func(fs *pflag.FlagSet) {
		command.TextsFlag(fs, "search", "", "look below `FOLDER` for files that are missing or damaged, whatever their names (repeatable)", &f.search.dirs)
		fs.Var(&f.search.maxRead, "max-read", "end a search when `SIZE` of candidates was hashed, those counted again that are tried in several ways; a large one lets it try more")
		fs.Var(command.OneOf(&f.search.link, "hard", "sym", "reflink", "copy"), "link", "assemble the content of what is whole and what was found: `KIND` is hard, sym, reflink or copy")
		fs.StringVarP(&f.search.output, "output", "o", "", "assemble it in `FOLDER`; what is there and right is kept, and nothing replaced")
		fs.BoolVar(&f.search.fix, "fix", false, "rename files in the content's folder that were moved, and cut files that are too long; all proved before")
	})
	command.Group(cmd, "Web seeds", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.web.seeds, "web-seeds", false, "check the web seeds of the torrent, and no data on disk")
		command.TextsFlag(fs, "web-seed", "", "check the web seed at `URL`, by BEP 19 (repeatable)", &f.web.urls)
		fs.BoolVar(&f.web.full, "full", false, "read web seeds whole, not just a sample of 16 pieces")
		fs.BoolVar(&f.web.private, "allow-private", false, "let the torrent's web seeds, and redirects, be at loopback and private addresses")
		fs.IntVar(&f.web.connections, "connections", 0, "put `N` requests side by side (default 4, and up to 16 that bring more than 256 MiB/s)")
		fs.DurationVar(&f.web.timeout, "timeout", 0, "give each web seed up after `TIME` (default as long as it takes)")
	})
	command.Group(cmd, "Repair", func(fs *pflag.FlagSet) {
		fs.StringVar(&f.repair.from, "repair-from", "", "replace damaged and missing pieces by good ones from another copy in `FOLDER`, or from web-seeds")
		command.CompleteWith(fs, "repair-from", "web-seeds\tthose of the torrent")
		fs.BoolVar(&f.repair.dryRun, "dry-run", false, "say what would be repaired, and write nothing")
	})
	command.Group(cmd, "Run", func(fs *pflag.FlagSet) {
		command.ReadFlags(fs, &o.Workers, &o.ReadOrder, verify.ParseReadOrder, &o.DropCache)
		command.TextsFlag(fs, "journal", "", "remember pieces in `FILE`, and do not read good ones again while their files are unchanged; several are the shards of one run", &o.Journals)
		fs.BoolVar(&o.Recheck, "recheck", false, "read what the journal knows all the same")
		fs.Func("older-than", "read what was not read for `TIME`, such as 30d, though the journal knows it", f.addAge)
		fs.Func("budget", "read for `TIME-OR-SIZE` at most, such as 2h or 500GiB: what was read longest ago comes first (repeatable)", f.addBudget)
		fs.Func("shard", "read the `I/N`th part only, into the journal; a run with all journals then gives the verdict", f.shard.Parse)
		fs.Var(&f.rate, "limit-rate", "read at most `SIZE` bytes a second")
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
}

// addAge reads --older-than.
func (f *verifyFlags) addAge(s string) (err error) {
	f.options.OlderThan, err = parseAge(s)
	return err
}

// addBudget reads --budget.
func (f *verifyFlags) addBudget(s string) error {
	if age, err := parseAge(s); err == nil {
		f.options.BudgetTime = age
		return nil
	}
	var size command.SizeValue
	if err := size.Set(s); err != nil || size <= 0 {
		return errors.New("want a time, such as 2h, or a size, such as 500GiB")
	}
	f.options.BudgetBytes = int64(size)
	return nil
}

// left makes a budget what is left of it: it is one for all torrents.
func (f *verifyFlags) left(o *verify.Scrub, now time.Time) {
	if o.BudgetTime > 0 {
		if o.BudgetTime -= now.Sub(f.begun); o.BudgetTime <= 0 {
			o.BudgetTime = -1
		}
	}
	if o.BudgetBytes > 0 {
		if o.BudgetBytes -= f.spent; o.BudgetBytes <= 0 {
			o.BudgetBytes = -1
		}
	}
}

// parseAge reads a time that is more than none, of which days and weeks may be parts by themselves.
func parseAge(s string) (time.Duration, error) {
	const day = 24 * time.Hour
	for _, unit := range []struct {
		name string
		is   time.Duration
	}{{"d", day}, {"w", 7 * day}} {
		if text, ok := strings.CutSuffix(s, unit.name); ok {
			if n, err := strconv.ParseUint(text, 10, 16); err == nil && n > 0 {
				return time.Duration(n) * unit.is, nil
			}
		}
	}
	if age, err := time.ParseDuration(s); err == nil && age > 0 {
		return age, nil
	}
	return 0, errors.New("want a time, such as 30d, 2w or 12h")
}

// addPieces reads --pieces.
func (f *verifyFlags) addPieces(s string) error {
	for _, part := range strings.Split(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.ParseUint(from, 10, 31)
		last, err2 := strconv.ParseUint(to, 10, 31)
		if err1 != nil || err2 != nil || last < first {
			return errors.New(strconv.Quote(part) + " is not a piece or a range of pieces like 0-99")
		}
		f.options.Pieces = append(f.options.Pieces, verify.PieceRange{First: int(first), Last: int(last)})
	}
	return nil
}
