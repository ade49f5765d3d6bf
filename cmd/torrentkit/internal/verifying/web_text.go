package verifying

import (
	"fmt"
	"slices"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

// showWeb prints what was found of one web seed.
func showWeb(con *console.Console, v verified, brief bool) error {
	w := v.web
	if con.Options.JSON {
		return con.JSON(webToJSON(con, v))
	}
	result := v.result()
	if brief {
		what := briefly(w.Report)
		if len(w.Faults) > 0 {
			what += ": " + w.Faults[0].Message
		}
		line := console.NewTable("result", "torrent", "seed", "what")
		line.Row(result, console.Path(v.torrent), console.Text(con.URL(w.URL)), console.Detail(what))
		con.ShowTable(line)
		return nil
	}
	faults := console.NewTable("fault", "file", "what")
	for _, f := range w.Faults {
		name := "-"
		if f.File >= 0 {
			name = w.Report.Files[f.File].Path
		}
		faults.Row(console.Text(f.Kind).In(console.Red), console.Path(name), console.Detail(f.Message))
	}
	for i := range w.Report.Files {
		if f := &w.Report.Files[i]; f.State == verify.Damaged {
			faults.Row(stateCell(f), console.Path(f.Path), console.Detail(whatIsWrong(f, con.Number)))
		}
	}
	if len(faults.Rows) > 0 {
		con.ShowTable(faults)
		if con.Human() {
			con.Print()
		}
	}
	var f console.Fields
	f.Text("web seed", con.URL(w.URL))
	f.Text("kind", w.Kind)
	f.Add("pieces", ofCell(int64(w.Report.GoodPieces), int64(w.Report.Pieces-w.Report.SkippedPieces), "ok"))
	f.Some("from the journal", int64(w.Report.KnownPieces))
	if w.Unremembered > 0 {
		f.Count("not in the journal", int64(w.Unremembered))
		con.Note(fmt.Sprintf("the journal cannot remember %d files: nothing in the server's answers tells their version for certain", w.Unremembered))
	}
	if w.Report.SkippedPieces > 0 {
		f.Count("left out", int64(w.Report.SkippedPieces))
		f.Text("seed", fmt.Sprint(w.Report.Seed))
	}
	f.Count("requests", w.Requests)
	f.Size("received", w.Received)
	f.Add("result", result)
	con.Show(&f)
	if con.Human() && slices.ContainsFunc(w.Faults, func(f verify.WebFault) bool { return f.Kind == "address" }) {
		con.Print()
		con.Printf("next: --allow-private asks seeds at private addresses, too")
	}
	return nil
}
