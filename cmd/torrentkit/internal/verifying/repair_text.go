package verifying

import (
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

// maxFailed is how many pieces that could not be repaired a person is told.
const maxFailed = 5

// showRepair says what was repaired.
func showRepair(con *console.Console, r *verify.Repaired) {
	if r == nil {
		return
	}
	for _, w := range r.Faults {
		if w.File < 0 { // what is wrong with a file is why pieces were not repaired
			con.Note(fmt.Sprintf("web seed %s: %s", w.URL, w.Message))
		}
	}
	more := 0
	for i, p := range r.Failed {
		switch {
		case i >= maxFailed:
			more += p.Last - p.Index + 1
		case p.Last > p.Index:
			con.Note(fmt.Sprintf("pieces %d-%d were not repaired: %v", p.Index, p.Last, console.RootCause(p.Err)))
		default:
			con.Note(fmt.Sprintf("piece %d was not repaired: %v", p.Index, console.RootCause(p.Err)))
		}
	}
	if more > 0 {
		con.Note(fmt.Sprintf("%d more pieces were not repaired: --json lists all", more))
	}
	var f console.Fields
	f.Text("repaired from", r.From)
	label, written := "repaired", "written"
	if r.DryRun {
		label, written = "would repair", "to write"
	}
	f.Add(label, &console.Cell{Human: fmt.Sprintf("%s, %s %s", command.Plural(len(r.Pieces), "piece"), console.FormatSize(r.Bytes), written), Raw: fmt.Sprint(len(r.Pieces))})
	con.Show(&f)
	blank(con)
}

func repairedBriefly(r *verify.Repaired) string {
	switch {
	case r == nil:
		return ""
	case r.DryRun:
		return fmt.Sprintf(", %s to repair", command.Plural(len(r.Pieces), "piece"))
	}
	return fmt.Sprintf(", %s repaired", command.Plural(len(r.Pieces), "piece"))
}
