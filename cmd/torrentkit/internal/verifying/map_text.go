package verifying

import (
	"fmt"
	"slices"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

const (
	maxMaps  = 16 // files that are drawn
	maxCells = 48 // of a map
)

// ink is how the state of pieces is drawn: shapes differ too, since not everybody sees colours.
type ink struct{ good, bad, unread, skipped string }

func inkOf(con *console.Console) ink {
	if console.DrawsBlocks(con) {
		return ink{"█", "▒", "·", "-"}
	}
	return ink{".", "X", "?", "-"}
}

func (k ink) of(s verify.PieceState) console.Span {
	switch {
	case s == verify.PieceOK:
		return console.Words(k.good).In(console.Green)
	case s == verify.PieceSkipped:
		return console.Words(k.skipped)
	case s.Bad():
		return console.Words(k.bad).In(console.Red)
	}
	return console.Words(k.unread).In(console.Yellow)
}

// showMaps draws the torrent and its files that are not whole on a terminal, below a table or first, unless that would tell nothing.
func showMaps(con *console.Console, r *verify.Report, below bool) (drawn bool) {
	if !con.Human() || r.GoodPieces == r.Pieces || r.GoodPieces == 0 {
		return false
	}
	k, cells := inkOf(con), min(maxCells, max(con.Width()/2-2, 8))
	t := console.NewTable()
	add := func(states []verify.PieceState, name string) {
		spans := []console.Span{console.Words("[")}
		for _, s := range states {
			spans = append(spans, k.of(s))
		}
		t.Row(console.Drawn(append(spans, console.Words("]"))...), console.Path(name))
	}
	more := 0
	for i := range r.Files {
		if f := &r.Files[i]; f.State == verify.OK || f.State == verify.Missing || f.State == verify.Elsewhere || f.Length == 0 || r.Incomplete && f.State == verify.Unchecked {
			continue
		}
		states := r.Map(i, cells)
		switch {
		case !anyNotOK(states):
		case len(t.Rows) == maxMaps:
			more++
		default:
			add(states, r.Files[i].Path)
		}
	}
	if len(r.Files) > 1 || len(t.Rows) == 0 {
		all := wholeMap(r, cells)
		if len(t.Rows) == 0 && slices.Min(all) == slices.Max(all) { // as of a sample, whose pieces lie among many that were left out
			return false
		}
		add(all, "all")
	}
	if below {
		con.Print()
	}
	con.Printf("map: %s good, %s bad, %s not checked, %s left out", k.good, k.bad, k.unread, k.skipped)
	t.Among(neighbours(r))
	con.ShowTable(t)
	if more > 0 {
		con.Printf("and %d more files", more)
	}
	return true
}

func anyNotOK(states []verify.PieceState) bool {
	for _, s := range states {
		if s != verify.PieceOK && s != verify.PieceSkipped {
			return true
		}
	}
	return false
}

// wholeMap draws all pieces, each cell with what is worst in it.
func wholeMap(r *verify.Report, cells int) []verify.PieceState {
	n := min(cells, r.Pieces)
	states := make([]verify.PieceState, n)
	for c := range n {
		states[c] = verify.PieceOK
		for p := c * r.Pieces / n; p < (c+1)*r.Pieces/n; p++ {
			if s := r.PieceState(p); weight(s) > weight(states[c]) {
				states[c] = s
			}
		}
	}
	return states
}

// weight is how much a state counts.
func weight(s verify.PieceState) int {
	switch {
	case s == verify.PieceOK:
		return 0
	case s == verify.PieceSkipped:
		return 1
	case s.Bad():
		return 3
	}
	return 2
}

// showNext says what is to be done about a report that is not ok.
func showNext(con *console.Console, v verified) {
	r := v.report
	if !con.Human() || r.OK() || r.Incomplete {
		return
	}
	counts, suspects := map[verify.State]int{}, 0
	for i := range r.Files {
		counts[r.Files[i].State]++
		if r.Files[i].Suspect() {
			suspects++
		}
	}
	mend := counts[verify.Damaged] + counts[verify.Short] + counts[verify.Missing]
	var list []string
	if mend > 0 && v.repair == nil {
		list = append(list, "verify --repair-from COPY mends them from another copy")
	}
	if suspects > 1 && r.Compared == nil && v.repair == nil {
		list = append(list, "verify --compare-with COPY tells whose bytes are damaged")
	}
	if counts[verify.Missing] > 0 && v.search == nil {
		list = append(list, "verify --search FOLDER finds files under other names")
	}
	if counts[verify.Long] > 0 && v.fixed == nil {
		list = append(list, "verify --fix cuts what is only too long")
	}
	if len(list) == 0 {
		return
	}
	con.Print()
	showSteps(con, list...)
}

// showSteps prints what one may do next.
func showSteps(con *console.Console, steps ...string) {
	var f console.Fields
	for _, s := range steps {
		f.Text("next", s)
	}
	con.Show(&f)
}

// whatIsLeft counts the files that are not as they should be: "1 of 13 files damaged, 1 missing". Of files that share a
// damaged piece at least one is: "1 to 3 of 13 files damaged".
func whatIsLeft(r *verify.Report) string {
	words := map[verify.State]string{verify.Long: "too long", verify.Short: "too short", verify.WrongType: "of the wrong type", verify.Unchecked: "not checked"}
	counts, suspects := map[verify.State]int{}, 0
	for i := range r.Files {
		if f := &r.Files[i]; isFinding(f) {
			counts[f.State]++
			if f.Suspect() {
				suspects++
			}
		}
	}
	text := ""
	for _, s := range []verify.State{verify.Damaged, verify.Short, verify.Long, verify.Missing, verify.Unreadable, verify.WrongType, verify.Unchecked} {
		word := words[s]
		if word == "" {
			word = s.String()
		}
		n := console.FormatCount(int64(counts[s]))
		if least := max(counts[s]-suspects, 1); s == verify.Damaged && least < counts[s] {
			n = console.FormatCount(int64(least)) + " to " + n
		}
		switch {
		case counts[s] == 0:
		case text == "":
			text = fmt.Sprintf("%s of %s %s", n, command.Plural(len(r.Files), "file"), word)
		default:
			text += fmt.Sprintf(", %s %s", n, word)
		}
	}
	return text
}

// nothingThere tells whether no file of the torrent is where it was looked for.
func nothingThere(v verified) bool {
	r := v.report
	if v.search != nil || v.fixed != nil || v.repair != nil || len(r.Extra) > 0 || len(r.Files) == 0 {
		return false
	}
	for i := range r.Files {
		if r.Files[i].State != verify.Missing {
			return false
		}
	}
	return true
}

// showNothing says in one line that nothing is there, and what to do.
func showNothing(con *console.Console, r *verify.Report) {
	con.Print(console.Words("nothing of it is there:").In(console.Red), console.Words(fmt.Sprintf(" %s of %q, %s, were looked for at %q", command.Plural(len(r.Files), "file"), r.Name, console.FormatSize(r.Bytes), r.Root)))
	showSteps(con, "give the folder that has the content after the torrent, or --search FOLDER")
}
