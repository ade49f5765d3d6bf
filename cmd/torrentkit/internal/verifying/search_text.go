package verifying

import (
	"path/filepath"
	"slices"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// showFound prints where files were found, and what was put right.
func showFound(con *console.Console, v verified) {
	if v.search != nil {
		showSearch(con, v.search)
	}
	if v.fixed == nil {
		return
	}
	would := ""
	if v.fixed.DryRun {
		would = "would be "
	}
	done := console.NewTable("done", "file", "what")
	done.Among(neighbours(v.report))
	for _, n := range v.fixed.Renamed {
		done.Row(console.Text(would+"renamed"), console.Path(n.To), console.Detail("was "+n.From))
	}
	for _, name := range v.fixed.Truncated {
		done.Row(console.Text(would+"cut"), console.Path(name), console.Detail("was too long, and whole otherwise"))
	}
	if was := v.fixed.RenamedRoot; was != "" {
		done.Row(console.Text(would+"renamed"), console.Path(v.report.Name), console.Detail("was "+filepath.Base(was)))
	}
	for _, name := range v.fixed.Removed {
		done.Row(console.Text("removed"), console.Path(name), console.Detail("a folder, empty by now"))
	}
	for _, l := range v.fixed.Left {
		done.Row(console.Text("left").In(console.Yellow), console.Path(l.Path), console.Detail(l.Why))
	}
	if len(done.Rows) > 0 {
		con.ShowTable(done)
		blank(con)
	}
}

func showSearch(con *console.Console, r *searchResult) {
	t := console.NewTable("search", "file", "where")
	t.Among(neighbours(r.found.Report))
	for _, f := range r.found.Found {
		state := console.Text("found").In(console.Green)
		if !f.Proved {
			state = console.Text("found, not proved to its ends").In(console.Yellow)
		}
		t.Row(state, console.Path(r.found.Report.Files[f.File].Path), console.Path(f.Path))
	}
	for _, k := range r.found.Lost {
		where := ""
		if _, untried := slices.BinarySearch(r.found.Untried, k); untried {
			where = "not all candidates tried: too many files of its size"
		}
		t.Row(console.Text("not found").In(console.Red), console.Path(r.found.Report.Files[k].Path), console.Detail(where))
	}
	if len(t.Rows) > 0 {
		con.ShowTable(t)
		blank(con)
	}
	var f console.Fields
	f.Count("candidates", int64(r.found.Candidates))
	if r.output != "" {
		f.Text("linked to", r.output)
		f.Count("linked", int64(r.linked.Made))
		f.Some("there already", int64(r.linked.Kept))
	}
	con.Show(&f)
	blank(con)
}
