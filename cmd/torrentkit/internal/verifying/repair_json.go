package verifying

import (
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
	j.Created = pathsOf(r.Report.Files, r.Created)
	j.Failed = make([]failedJSON, len(r.Failed))
	for i, p := range r.Failed {
		j.Failed[i] = failedJSON{Index: p.Index, Error: console.RootCause(p.Err).Error()}
		if p.Last > p.Index {
			j.Failed[i].Last = p.Last
		}
	}
	j.SeedFaults = make([]seedFaultJSON, len(r.Faults))
	for i, w := range r.Faults {
		j.SeedFaults[i] = seedFaultJSON{w.URL, faultToJSON(&w.WebFault, r.Report)}
	}
	return j
}
