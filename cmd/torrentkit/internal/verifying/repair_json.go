package verifying

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

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

type failedJSON struct {
	Index int    `json:"index"`
	Last  int    `json:"last,omitempty"` // of several pieces, from index on
	Error string `json:"error"`
}

func repairToJSON(r *verify.Repaired) *repairJSON {
	if r == nil {
		return nil
	}
	j := &repairJSON{From: r.From, DryRun: r.DryRun, Pieces: append([]int{}, r.Pieces...), Bytes: r.Bytes}
	j.Created = command.Objects(r.Created, func(k int) string { return r.Report.Files[k].Path })
	j.Failed = command.Objects(r.Failed, func(p verify.FailedPiece) failedJSON {
		failed := failedJSON{Index: p.Index, Error: console.RootCause(p.Err).Error()}
		if p.Last > p.Index {
			failed.Last = p.Last
		}
		return failed
	})
	j.SeedFaults = command.Objects(r.Faults, func(w verify.SeedFault) seedFaultJSON {
		return seedFaultJSON{w.URL, faultToJSON(&w.WebFault, r.Report)}
	})
	return j
}
