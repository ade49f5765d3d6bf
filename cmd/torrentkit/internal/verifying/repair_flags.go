package verifying

import (
	"errors"
)

// fromWebSeeds is what --repair-from takes in place of a folder.
const fromWebSeeds = "web-seeds"

type repairFlags struct {
	from   string
	dryRun bool
}

// check finds flags that do not go together.
func (f *verifyFlags) check() error {
	if err := f.search.check(f); err != nil {
		return err
	}
	switch {
	case f.window > 0 && !f.tar:
		return errors.New("--max-window is about archives: it needs --tar")
	case f.options.Recheck && f.options.Journal == "":
		return errors.New("--recheck needs --journal")
	case f.options.Journal != "" && (f.tar || f.content == "-"):
		return errors.New("--journal is about files on disk and web seeds, not a stream")
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
