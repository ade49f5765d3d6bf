package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/torrentkit/torrentkit/verify"
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

// repair verifies the content of one torrent and repairs it.
func (a *app) repair(ctx context.Context, torrent []byte, task verifyTask, o verify.Options, f *verifyFlags) (verified, error) {
	if task.content == "-" {
		return verified{}, errors.New("--repair-from repairs files, not a stream")
	}
	opts := verify.RepairOptions{Options: o, From: f.repair.from, DryRun: f.repair.dryRun}
	if opts.From == fromWebSeeds {
		access := f.webAccess()
		opts.Web = &access
	}
	r, err := verify.Repair(ctx, torrent, task.content, opts)
	if r == nil {
		return verified{}, err
	}
	if opts.Web != nil && !a.options.ShowSecrets {
		r.From = redactText(r.From)
		for i := range r.Faults {
			r.Faults[i].URL = a.url(r.Faults[i].URL)
		}
	}
	return verified{report: r.Report, repair: r}, err
}

// maxFailed is how many pieces that could not be repaired a person is told.
const maxFailed = 5

// showRepair says what was repaired.
func (a *app) showRepair(r *verify.Repaired) {
	if r == nil {
		return
	}
	for _, w := range r.Faults {
		if w.File < 0 { // what is wrong with a file is why pieces were not repaired
			a.note(fmt.Sprintf("web seed %s: %s", w.URL, w.Message))
		}
	}
	for i, p := range r.Failed {
		if i == maxFailed {
			a.note(fmt.Sprintf("%d more pieces were not repaired: --json lists all", len(r.Failed)-maxFailed))
			break
		}
		a.note(fmt.Sprintf("piece %d was not repaired: %v", p.Index, rootCause(p.Err)))
	}
	var f fields
	f.text("repaired from", r.From)
	label := "repaired"
	if r.DryRun {
		label = "would repair"
	}
	f.add(label, cell{human: fmt.Sprintf("%s pieces, %s written", formatCount(int64(len(r.Pieces))), formatSize(r.Bytes)), raw: fmt.Sprint(len(r.Pieces))})
	a.show(&f)
}

func repairedBriefly(r *verify.Repaired) string {
	switch {
	case r == nil:
		return ""
	case r.DryRun:
		return fmt.Sprintf(", %s pieces would be repaired", formatCount(int64(len(r.Pieces))))
	}
	return fmt.Sprintf(", %s pieces repaired", formatCount(int64(len(r.Pieces))))
}

type repairJSON struct {
	From    string       `json:"from"`
	DryRun  bool         `json:"dry_run"`
	Pieces  []int        `json:"pieces"`        // that were replaced
	Bytes   int64        `json:"bytes_written"` // those that differ, in blocks
	Created []string     `json:"created"`       // files that were missing
	Failed  []failedJSON `json:"failed"`
	// What is wrong with web seeds
	SeedFaults []seedFaultJSON `json:"seed_faults,omitempty"`
}

type seedFaultJSON struct {
	URL string `json:"url"`
	webFaultJSON
}

type failedJSON struct {
	Index int    `json:"index"`
	Error string `json:"error"`
}

func repairToJSON(r *verify.Repaired) *repairJSON {
	if r == nil {
		return nil
	}
	j := &repairJSON{From: r.From, DryRun: r.DryRun, Pieces: append([]int{}, r.Pieces...), Bytes: r.Bytes, Created: []string{}, Failed: []failedJSON{}}
	for _, k := range r.Created {
		j.Created = append(j.Created, r.Report.Files[k].Path)
	}
	for _, p := range r.Failed {
		j.Failed = append(j.Failed, failedJSON{p.Index, rootCause(p.Err).Error()})
	}
	for _, w := range r.Faults {
		j.SeedFaults = append(j.SeedFaults, seedFaultJSON{w.URL, faultToJSON(&w.WebFault, r.Report)})
	}
	return j
}
