package verifying

import (
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
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
			what += ": " + told(&w.Faults[0])
		}
		line := console.NewTable("result", "torrent", "seed", "what")
		line.Row(result, console.Path(v.torrent), console.Text(con.URL(w.URL)), console.Detail(what))
		con.ShowTable(line)
		return nil
	}
	showWebFaults(con, w)
	var f console.Fields
	f.Text("web seed", con.URL(w.URL))
	askedFields(con, &f, w.Faults)
	f.Text("kind", w.Kind)
	f.Add("pieces", ofCell(int64(w.Report.GoodPieces), int64(w.Report.Pieces-w.Report.SkippedPieces), "ok"))
	f.Some("from the journal", int64(w.Report.KnownPieces))
	if w.Unremembered > 0 {
		f.Count("not in the journal", int64(w.Unremembered))
		con.Note(fmt.Sprintf("the journal cannot remember %s: nothing in the server's answers tells a version for certain", command.Plural(w.Unremembered, "file")))
	}
	if w.Report.SkippedPieces > 0 {
		f.Count("left out", int64(w.Report.SkippedPieces))
		f.Text("seed", fmt.Sprint(w.Report.Seed))
	}
	if n := w.Report.UncheckedBytes; n > 0 {
		f.Size("not checked", n)
	}
	f.Count("requests", w.Requests)
	f.Size("received", w.Received)
	f.Add("result", result)
	con.Show(&f)
	if next := afterFaults(w.Faults); next != "" && con.Human() {
		con.Print()
		showSteps(con, next)
	}
	return nil
}

// showWebFaults prints what is wrong with a seed, and with its files.
func showWebFaults(con *console.Console, w *verify.WebReport) {
	faults := console.NewTable("fault", "file", "what")
	faults.Among(neighbours(w.Report))
	for _, f := range w.Faults {
		what := f.Message
		if !con.Human() {
			what = told(&f)
		}
		name := "-"
		if f.File >= 0 {
			name = w.Report.Files[f.File].Path
		}
		faults.Row(console.Text(f.Kind).In(console.Red), console.Path(name), console.Detail(what))
	}
	for i := range w.Report.Files {
		if f := &w.Report.Files[i]; f.State == verify.Damaged {
			faults.Row(stateCell(f), console.Path(f.Path), console.Detail(besideState(con, f)))
		}
	}
	if len(faults.Rows) > 0 {
		con.ShowTable(faults)
		if con.Human() {
			con.Print()
		}
	}
}

// askedFields show people one URL for each kind of fault, which tells how all are made.
func askedFields(con *console.Console, f *console.Fields, faults []verify.WebFault) {
	shown := make(map[string]bool)
	for _, w := range faults {
		if con.Human() && w.Asked != "" && !shown[w.Kind] {
			shown[w.Kind] = true
			f.Text(w.Kind+" at", w.Asked)
		}
	}
}

// told is what is wrong, and which URL was asked.
func told(f *verify.WebFault) string {
	if f.Asked == "" {
		return f.Message
	}
	return f.Message + ": " + f.Asked
}

// afterFaults is what a person can do about a seed that could not be asked.
func afterFaults(faults []verify.WebFault) string {
	for _, f := range faults {
		switch f.Kind {
		case "address":
			return "--allow-private asks seeds at private addresses, too"
		case "no-range":
			return "--full reads also a server that knows no ranges, each file in one stream"
		}
	}
	return ""
}
