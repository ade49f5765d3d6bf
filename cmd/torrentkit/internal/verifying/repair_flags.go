package verifying

import (
	"errors"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// fromWebSeeds is what --repair-from takes in place of a folder.
const fromWebSeeds = "web-seeds"

type repairFlags struct {
	from   string
	dryRun bool
}

// journals tells whether there is one.
func (f *verifyFlags) journals() bool { return len(f.options.Journals) > 0 }

// scrubs tells whether pieces are read again by when they were read.
func (f *verifyFlags) scrubs() bool {
	return f.options.OlderThan > 0 || f.options.BudgetTime > 0 || f.options.BudgetBytes > 0
}

// check finds flags that do not go together.
func (f *verifyFlags) check() error {
	if err := f.search.check(f); err != nil {
		return err
	}
	switch {
	case f.window > 0 && !f.tar:
		return errors.New("--max-window is about archives: it needs --tar")
	case f.options.Recheck && !f.journals():
		return errors.New("--recheck needs --journal")
	case f.journals() && (f.tar || f.content == "-"):
		return errors.New("--journal is about files on disk and web seeds, not a stream")
	case f.shard.Of > 0 && !f.journals():
		return console.WithHint(errors.New("--shard needs a journal to write to"), "--journal FILE, another one for each shard")
	case f.scrubs() && (len(f.options.Journals) != 1 || f.options.Recheck):
		return errors.New("--older-than and --budget need one --journal, which remembers when a piece was read, and do not go with --recheck")
	case (f.scrubs() || f.shard.Of > 0) && (f.web.wanted() || f.repair.from != "" || f.search.fix || len(f.search.dirs) > 0):
		return errors.New("--older-than, --budget and --shard are about checking data on disk, without a search, a repair or web seeds")
	case f.shard.Of > 0 && (f.scrubs() || f.options.FailFast || f.options.Extra || f.options.CompareWith != "" || len(f.reports) > 0 || f.options.Sample > 0):
		return errors.New("--shard only reads: reports, --extra, --compare-with, --sample, --fail-fast and --budget are for the run with all journals")
	case f.repair.dryRun && f.repair.from == "" && !f.search.fix:
		return errors.New("--dry-run needs something that would be done: --repair-from or --fix")
	case f.repair.from != "" && (f.tar || f.content == "-"):
		return errors.New("--repair-from repairs files, not a stream")
	case f.web.wanted() && f.repair.from != "" && f.repair.from != fromWebSeeds:
		return errors.New("--web-seed and --repair-from FOLDER do not go together")
	case f.web.wanted() && (f.tar || f.options.Extra || f.options.CompareWith != "" || f.options.LimitRate > 0):
		return errors.New("--tar, --extra, --compare-with and --limit-rate are about data on disk, not web seeds")
	case f.web.full && f.options.Sample > 0:
		return errors.New("--full and --sample do not go together")
	case f.web.full && !f.web.wanted():
		return errors.New("--full needs --web-seeds or --web-seed")
	case f.web.timeout < 0:
		return errors.New("--timeout cannot be negative")
	case f.web.timeout > 0 && !f.web.wanted() && f.repair.from != fromWebSeeds:
		return errors.New("--timeout needs web seeds: --web-seeds, --web-seed or --repair-from web-seeds")
	case f.repair.from != "" && f.options.FailFast:
		return errors.New("--repair-from reads everything, and --fail-fast does not")
	}
	return nil
}
