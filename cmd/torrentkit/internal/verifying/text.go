package verifying

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

// maxRanges is how many byte ranges of a file a person is told.
const maxRanges = 8

// showVerified prints what became of one torrent; of one among several briefly.
func showVerified(con *console.Console, v verified, brief bool) error {
	if brief {
		return showBrief(con, v)
	}
	return showReport(con, v)
}

// showReport prints what verifying found: a line for every file that is not ok, or for every file, then the sums.
func showReport(con *console.Console, v verified) error {
	defer con.Paged()()
	r := v.report
	if con.Options.JSON {
		return con.JSON(verifiedToJSON(v))
	}
	if con.Human() && nothingThere(v) && !v.verbose {
		showNothing(con, r)
		return nil
	}
	files := console.NewTable("state", "file", "what")
	var unclear [][]*console.Cell // of which people are told after what is broken
	for i := range r.Files {
		f := &r.Files[i]
		if !isFinding(f) && f.Found == "" && !v.verbose {
			continue
		}
		row := []*console.Cell{stateCell(f), console.Path(f.Path), console.Detail(besideState(con, f) + v.whenFound(f) + howMuch(r, i, con.Number))}
		if f.State == verify.Unchecked && con.Human() {
			if !r.Incomplete || v.verbose { // else they are what was not read yet
				unclear = append(unclear, row)
			}
			continue
		}
		files.Row(row...)
	}
	files.Rows = append(files.Rows, unclear...)
	for _, e := range r.Extra {
		what := e.Kind
		if e.Kind == "file" {
			what = con.Number(e.Size) + " bytes"
		}
		files.Row(console.Text("extra").In(console.Red), console.Path(e.Path), console.Detail(what))
		if !con.Human() && len(files.Rows) == 1000 { // a pipe gets rows as they are, and an archive may have many
			con.ShowTable(files)
			files.Rows = files.Rows[:0]
		}
	}
	if r.MoreExtra > 0 {
		files.Row(console.Text("extra").In(console.Red), console.Text(moreExtra(r)), console.Detail("not listed"))
	}
	if len(files.Rows) > 0 {
		files.Among(neighbours(r))
		con.ShowTable(files)
	}
	drawn := showMaps(con, r, len(files.Rows) > 0)
	showShared(con, r)
	if drawn || len(files.Rows) > 0 {
		blank(con)
	}
	if r.Differs != verify.SameName {
		con.Note(fmt.Sprintf("the content is there as %q: %v", r.Root, r.Differs))
	}
	showFound(con, v)
	showRepair(con, v.repair)
	showSums(con, v)
	showNext(con, v)
	return nil
}

// blank sets what follows apart, for people.
func blank(con *console.Console) {
	if con.Human() {
		con.Print()
	}
}

// maxNeighbours bounds the work of telling the names of a report from those that are not in it.
const maxNeighbours = 10_000

// neighbours are the names of files, between which those that are shown must be told apart.
func neighbours(r *verify.Report) []string {
	names := make([]string, min(len(r.Files), maxNeighbours))
	for i := range names {
		names[i] = r.Files[i].Path
	}
	return names
}

// isFinding tells whether there is something to be said of a file: not of one that is ok, here or elsewhere, or was left
// out, nor of one of which the pieces that were not left out are ok.
func isFinding(f *verify.FileReport) bool {
	switch f.State {
	case verify.OK, verify.Elsewhere, verify.Skipped:
		return false
	case verify.Unchecked:
		return len(f.Unverified) > 0
	}
	return true
}

// moreExtra words how many extra entries are not listed.
func moreExtra(r *verify.Report) string {
	return console.FormatCount(int64(r.MoreExtra)) + " more entries"
}

func stateCell(f *verify.FileReport) *console.Cell {
	c := console.Text(f.State.String())
	switch {
	case f.State == verify.OK:
		return c.In(console.Green)
	case f.State <= verify.Unchecked:
		return c.In(console.Yellow)
	case f.State == verify.Skipped:
		return c.In(console.Dim)
	}
	return c.In(console.Red)
}

// whatIsWrong words the findings about a file.
func whatIsWrong(f *verify.FileReport, number func(int64) string) string {
	var parts []string
	switch f.State {
	case verify.Short, verify.Long:
		parts = append(parts, fmt.Sprintf("%s bytes instead of %s", number(f.Size), number(f.Length)))
	case verify.Missing:
		parts = append(parts, fmt.Sprintf("%s bytes", number(f.Length)))
		if f.Err != nil && !errors.Is(f.Err, fs.ErrNotExist) {
			parts = append(parts, console.RootCause(f.Err).Error())
		}
	case verify.Unreadable, verify.WrongType:
		if f.Err != nil {
			parts = append(parts, console.RootCause(f.Err).Error())
		}
	}
	if f.Found != "" {
		parts = append(parts, fmt.Sprintf("there as %q: %v", f.Found, f.Differs))
	}
	if len(f.Damaged) > 0 {
		parts = append(parts, "damaged: "+rangesText(f.Damaged))
	}
	if len(f.Unverified) > 0 {
		parts = append(parts, "not checked: "+rangesText(f.Unverified))
	}
	return strings.Join(parts, "; ")
}

// besideState is what is wrong with a file, where its state stands beside it: people need not read that twice.
func besideState(con *console.Console, f *verify.FileReport) string {
	text := whatIsWrong(f, con.Number)
	switch {
	case !con.Human():
	case f.State == verify.Damaged:
		return strings.TrimPrefix(text, "damaged: ")
	case f.State == verify.Unchecked:
		return strings.TrimPrefix(text, "not checked: ")
	}
	return text
}

// howMuch words how much of a download that is not finished is good.
func howMuch(r *verify.Report, file int, number func(int64) string) string {
	if !unfinished(r, file) {
		return ""
	}
	whole, of, bytes := r.Good(file)
	return fmt.Sprintf("; good so far: %d of %d pieces, %s bytes", whole, of, number(bytes))
}

// unfinished tells whether a file is a download that is not finished.
func unfinished(r *verify.Report, file int) bool {
	f := &r.Files[file]
	return f.State != verify.OK && (f.Differs | r.Differs).Has(verify.Unfinished)
}

func rangesText(ranges []verify.Range) string {
	var b strings.Builder
	for i, r := range ranges {
		if i == maxRanges {
			fmt.Fprintf(&b, ", and %d more ranges", len(ranges)-maxRanges)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		if r.Length == 1 {
			fmt.Fprintf(&b, "byte %d (piece %d", r.Offset, r.FirstPiece)
		} else {
			fmt.Fprintf(&b, "bytes %d-%d (piece %d", r.Offset, r.Offset+r.Length-1, r.FirstPiece)
		}
		if r.LastPiece > r.FirstPiece {
			fmt.Fprintf(&b, "-%d", r.LastPiece)
		}
		switch {
		case r.Likely:
			b.WriteString(", shared, likely here")
		case r.Shared:
			b.WriteString(", shared")
		case r.Exact:
			b.WriteString(", exact")
		}
		b.WriteString(")")
	}
	return b.String()
}

// maxShared is how many pieces and files are listed for people.
const maxShared = 10

// showShared names the candidates for each damaged piece that spans files, and pieces on which a hybrid contradicts itself.
func showShared(con *console.Console, r *verify.Report) {
	told := 0
	for p := range r.NotOK() {
		p.Parts = candidates(p)
		if !p.State.Bad() || len(p.Parts) == 1 && p.State == verify.PieceBad {
			continue
		}
		if told++; told > maxShared {
			con.Note("more pieces are damaged: --json lists all")
			return
		}
		names := make([]string, 0, maxShared)
		for i, part := range p.Parts {
			if i == maxShared {
				names = append(names, fmt.Sprintf("%d more", len(p.Parts)-maxShared))
				break
			}
			names = append(names, fmt.Sprintf("%q", r.Files[part.File].Path))
		}
		switch {
		case p.State != verify.PieceBad:
			con.Note(fmt.Sprintf("piece %d of %s: %v: the torrent contradicts itself or the data", p.Index, strings.Join(names, ", "), p.State))
		case len(p.Parts) == 0:
			con.Note(fmt.Sprintf("piece %d is padding only, and its hash is not that of zeros", p.Index))
		default:
			con.Note(fmt.Sprintf("piece %d spans files: the damage is in one or more of %s", p.Index, strings.Join(names, ", ")))
		}
	}
}

// candidates are the parts of a bad piece that may be the wrong ones.
func candidates(p verify.PieceReport) []verify.Part {
	return slices.DeleteFunc(p.Parts, func(part verify.Part) bool { return part.Verdict == verify.Whole })
}

func showSums(con *console.Console, v verified) {
	r := v.report
	good, elsewhere, leftOut := 0, 0, 0
	for i := range r.Files {
		switch file := &r.Files[i]; {
		case file.State == verify.OK:
			good++
		case file.State == verify.Elsewhere:
			elsewhere++
		case file.State == verify.Unchecked && !isFinding(file):
			leftOut++
		}
	}
	var f console.Fields
	f.Text("name", r.Name)
	f.Text("content", r.Root)
	f.Add("files", ofCell(int64(good), int64(len(r.Files)), "ok"))
	f.Some("found elsewhere", int64(elsewhere))
	f.Some("not read whole", int64(leftOut))
	f.Add("pieces", ofCell(int64(r.GoodPieces), int64(r.Pieces), "ok"))
	bytes := ofCell(r.GoodBytes, r.Bytes, "")
	bytes.Human = fmt.Sprintf("%s of %s (%s %%)", console.FormatSize(r.GoodBytes), console.FormatSize(r.Bytes), percent(r.GoodBytes, r.Bytes))
	f.Add("bytes", bytes)
	f.Some("from the journal", int64(r.KnownPieces))
	if !r.Oldest.IsZero() {
		f.Time("read since", r.Oldest)
	}
	f.Some("too scattered to check", int64(r.LostPieces))
	f.Some("left out", int64(r.SkippedPieces))
	if r.Seed != 0 {
		f.Text("seed", fmt.Sprint(r.Seed))
	}
	if c := r.Compared; c != nil {
		f.Text("compared with", c.Root)
		f.Add("whole there", ofCell(int64(c.Good), int64(c.Good+c.Bad), "damaged pieces"))
	}
	f.Add("result", v.result())
	con.Show(&f)
}

// ok tells whether what was read is as the torrent says, and something was.
func (v *verified) ok() bool {
	return v.report.OK() && !v.report.Unread() && (v.web == nil || v.web.OK())
}

// result is the verdict in a few words.
func (v *verified) result() *console.Cell {
	r := v.report
	switch {
	case r.Incomplete:
		return console.Text("not complete: stopped").In(console.Red)
	case !r.OK() || v.web != nil && !v.web.OK():
		c := console.Text("not ok").In(console.Red)
		if left := whatIsLeft(r); left != "" {
			c.Human += ": " + left
		}
		return c
	case slices.ContainsFunc(r.Files, func(f verify.FileReport) bool { return f.State == verify.Elsewhere }):
		return console.Text("ok, with files found elsewhere").In(console.Green)
	case r.Unread():
		return console.Text("unchecked").In(console.Yellow)
	case r.SkippedPieces > 0:
		return console.Text("ok, as far as it was read").In(console.Green)
	}
	return console.Text("ok").In(console.Green)
}

// ofCell is a share: "3 of 4 ok", and 3/4 in a pipe.
func ofCell(n, total int64, word string) *console.Cell {
	return &console.Cell{Human: strings.TrimSpace(console.FormatCount(n) + " of " + console.FormatCount(total) + " " + word), Raw: fmt.Sprintf("%d/%d", n, total)}
}

// percent gives two decimals, rounded down: 100.00 is everything.
func percent(n, total int64) string {
	if total == 0 || n == total {
		return "100.00"
	}
	hundredths := int64(float64(n) / float64(total) * 10000)
	hundredths = min(hundredths, 9999)
	return fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)
}

// showBrief prints one line for a torrent of several: verdict, torrent, and what is wrong in numbers.
func showBrief(con *console.Console, v verified) error {
	torrent, r := v.torrent, v.report
	if con.Options.JSON {
		return con.JSON(verifiedToJSON(v))
	}
	verdict := v.result()
	line := console.NewTable("result", "torrent", "what")
	line.Row(verdict, console.Text(torrent), console.Text(briefly(r)+repairedBriefly(v.repair)))
	if !con.Human() {
		line.ShowPiped(con)
		return nil
	}
	con.Print(console.Words(console.PadRight(verdict.Raw, 6)).In(verdict.Colour), console.Words("  "+console.PadRight(console.Escape(torrent), min(v.widest, con.Width()/2))+"  "+console.Escape(briefly(r)+repairedBriefly(v.repair))))
	return nil
}

// briefly counts files by state.
func briefly(r *verify.Report) string {
	counts := map[verify.State]int{}
	for i := range r.Files {
		counts[r.Files[i].State]++
	}
	parts := []string{percent(r.GoodBytes, r.Bytes) + " %"}
	if r.Unread() {
		parts[0] = "nothing read"
	}
	for s := verify.Elsewhere; s <= verify.Skipped; s++ {
		if counts[s] > 0 {
			parts = append(parts, fmt.Sprintf("%s %v", console.FormatCount(int64(counts[s])), s))
		}
	}
	if len(r.Extra) > 0 {
		parts = append(parts, fmt.Sprintf("%s extra", console.FormatCount(int64(len(r.Extra)+r.MoreExtra))))
	}
	return strings.Join(parts, ", ")
}
