package trackers

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// knownChecks refuses ids that name no check.
func knownChecks(ids []string) error {
	for _, id := range ids {
		found := false
		for _, c := range announce.Checks() {
			found = found || c.ID == id || strings.HasPrefix(c.ID, strings.TrimSuffix(id, ".")+".")
		}
		if !found {
			hint := "torrentkit doctor --list-checks lists them"
			if strings.Contains(id, ",") {
				hint = "name each by a flag of its own: --only tls --only http.cache"
			}
			return console.WithHint(fmt.Errorf("no check or group %q", id), hint)
		}
	}
	return nil
}

// checkWords complete the names of checks.
func checkWords() []string {
	var words []string
	for _, c := range announce.Checks() {
		words = append(words, c.ID+"\t"+c.Title)
	}
	return words
}

// source says where a check's rule stands.
func source(c announce.Check) string {
	if c.BEP == 0 {
		return c.Section
	}
	return strings.TrimSpace(fmt.Sprintf("BEP %d %s", c.BEP, c.Section))
}

func listChecks(con *console.Console) error {
	table, checks := console.NewTable("id", "severity", "source", "expects"), announce.Checks()
	return console.ShowList(con, table, len(checks), func(i int) any { return checkToJSON(checks[i]) }, func(i int) []*console.Cell {
		c := checks[i]
		return []*console.Cell{console.Text(c.ID), console.Text(string(c.Severity)), console.Text(source(c)), console.Text(c.Title)}
	})
}

func showReports(con *console.Console, reports []announce.Report, f *doctorFlags) error {
	if con.Options.JSON {
		for i := range reports {
			if err := writeDoctorJSON(con, &reports[i]); err != nil {
				return err
			}
		}
		return nil
	}
	// of those that could not be asked the error tells
	var asked []*announce.Report
	for i := range reports {
		if r := &reports[i]; r.Failure == nil || interrupted(r) && len(r.Verdicts) > 0 {
			asked = append(asked, r)
		}
	}
	switch len(asked) {
	case 2:
		showDifferences(con, asked[0], asked[1])
	case 1:
		showReportOf(con, asked[0], f)
	}
	return nil
}

// verdictCell colours a state by its weight.
func verdictCell(v *announce.Verdict) *console.Cell {
	switch {
	case v.State == announce.Pass:
		return console.Text("pass").In(console.Green)
	case v.State == announce.Skip:
		return console.Text("skip").In(console.Dim)
	case v.Severity == announce.Error:
		return console.Text("error").In(console.Red)
	case v.Severity == announce.Warning:
		return console.Text("warning").In(console.Yellow)
	}
	return console.Text("info").In(console.Yellow)
}

func showReportOf(con *console.Console, r *announce.Report, f *doctorFlags) {
	if con.Human() {
		showVerdicts(con, r, f)
	} else {
		listVerdicts(con, r, f)
	}
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		if v.State == announce.Fail && con.Human() || f.verbose && (v.State == announce.Fail || !f.failed) {
			showVerdict(con, v, r.Tracker, f.verbose)
		}
	}
	if con.Human() {
		con.Print()
	}
	var sum console.Fields
	sum.Text("tracker", con.URL(r.Tracker))
	if r.Addr.IsValid() {
		sum.Text("address", r.Addr.String())
	}
	sum.Count("passed", int64(r.Count(announce.Pass, "")))
	sum.Count("errors", int64(r.Count(announce.Fail, announce.Error)))
	sum.Count("warnings", int64(r.Count(announce.Fail, announce.Warning)))
	sum.Count("infos", int64(r.Count(announce.Fail, announce.Info)))
	sum.Count("skipped", int64(r.Count(announce.Skip, "")))
	sum.Add("time", con.Times.AnswerCell(r.Elapsed))
	sum.Add("verdict", verdictOf(r))
	con.Show(&sum)
}

// listVerdicts are those of a pipe.
func listVerdicts(con *console.Console, r *announce.Report, f *doctorFlags) {
	t := console.NewTable()
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		if f.failed && v.State != announce.Fail {
			continue
		}
		advice := ""
		if v.State == announce.Fail {
			advice = v.Advice
		}
		t.Row(verdictCell(v), console.Text(v.ID), console.Text(source(v.Check)), console.Text(trackerText(con, v.Detail, r.Tracker)), console.Text(v.Title), console.Text(advice))
	}
	con.ShowTable(t)
}

// showVerdicts tells people what was found. Each failed check is explained below the table, and checks that were skipped for one
// reason share a line.
func showVerdicts(con *console.Console, r *announce.Report, f *doctorFlags) {
	t := console.NewTable("verdict", "check", "found")
	var reasons []string
	skipped := make(map[string][]string)
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		switch {
		case v.State == announce.Skip && !f.failed:
			if skipped[v.Detail] == nil {
				reasons = append(reasons, v.Detail)
			}
			skipped[v.Detail] = append(skipped[v.Detail], v.ID)
		case v.State == announce.Fail, !f.failed:
			t.Row(verdictCell(v), console.Text(v.ID), console.Detail(trackerText(con, v.Detail, r.Tracker)))
		}
	}
	if len(t.Rows) > 0 {
		con.ShowTable(t)
	}
	for i, reason := range reasons {
		if i == 0 && len(t.Rows) > 0 {
			con.Print()
		}
		what := namesOf(skipped[reason], f.verbose)
		con.Print(console.Words("skipped").In(console.Dim), console.Words(" "+what+": "+trackerText(con, reason, r.Tracker)))
	}
}

// namesOf names checks. Of many it counts those of each group, unless all are wanted.
func namesOf(ids []string, all bool) string {
	if len(ids) <= 8 || all {
		return strings.Join(ids, ", ")
	}
	var groups []string
	count := make(map[string]int)
	for _, id := range ids {
		group, _, _ := strings.Cut(id, ".")
		if count[group] == 0 {
			groups = append(groups, group)
		}
		count[group]++
	}
	for i, group := range groups {
		groups[i] = command.Plural(count[group], "check") + " of " + group
	}
	return strings.Join(groups, ", ")
}

func verdictOf(r *announce.Report) *console.Cell {
	switch {
	case interrupted(r):
		return console.Text(r.Failure.Error()).In(console.Yellow)
	case !r.Examined():
		return console.Text("could not be examined").In(console.Yellow)
	case r.Count(announce.Fail, announce.Error) > 0:
		return console.Text("broken").In(console.Red)
	case r.Count(announce.Fail, announce.Warning) > 0:
		return console.Text("flawed").In(console.Yellow)
	}
	return console.Text("sound").In(console.Green)
}

// showVerdict explains one verdict: what was expected, and what to do.
func showVerdict(con *console.Console, v *announce.Verdict, tracker string, verbose bool) {
	line := func(label, text string) {
		if text != "" {
			con.Printf("  %-9s %s", label, trackerText(con, text, tracker))
		}
	}
	con.Print()
	con.Print(console.Words(v.ID).In(console.Bold), console.Words(": "+v.Title))
	if !con.Human() || v.State != announce.Fail { // whom the table shows it
		line("found", v.Detail)
	}
	line("source", source(v.Check))
	if v.State == announce.Fail {
		line("advice", v.Advice)
	}
	if !verbose {
		return
	}
	line("sent", v.Sent)
	if len(v.Exchange.Received) == 0 {
		return
	}
	line("received", receivedOf(v))
	for _, l := range answerLines(con, &v.Exchange, tracker) {
		span := console.Words("    " + l.text)
		if l.whole {
			span = console.Whole("    " + l.text)
		}
		con.Print(span)
	}
}

// receivedOf says how much came, and how much of it is shown.
func receivedOf(v *announce.Verdict) string {
	text := command.Plural(v.Length, "byte")
	if n := len(v.Exchange.Received); n < v.Length {
		text += fmt.Sprintf(", of which the first %d are shown", n)
	}
	return text
}

// compared is a check of two trackers, of which one may not have been held to it: it has another transport.
type compared [2]*announce.Verdict

func (c compared) both() bool { return c[0] != nil && c[1] != nil }

func (c compared) differs() bool { return c.both() && c[0].State != c[1].State }

func (c compared) failed() bool {
	return c[0] != nil && c[0].State == announce.Fail || c[1] != nil && c[1].State == announce.Fail
}

func (c compared) id() string { return cmp.Or(c[0], c[1]).ID }

// compare puts the verdicts on two trackers side by side.
func compare(x, y *announce.Report) []compared {
	var list []compared
	at := make(map[string]int)
	for side, r := range []*announce.Report{x, y} {
		for i := range r.Verdicts {
			v := &r.Verdicts[i]
			if _, ok := at[v.ID]; !ok {
				at[v.ID] = len(list)
				list = append(list, compared{})
			}
			list[at[v.ID]][side] = v
		}
	}
	return list
}

// showDifferences tells which checks failed on which of two trackers, and where they differ otherwise.
func showDifferences(con *console.Console, x, y *announce.Report) {
	sides := []*announce.Report{x, y}
	t := console.NewTable()
	both, differ := 0, 0
	for _, c := range compare(x, y) {
		if c.both() {
			both++
		}
		if c.differs() {
			differ++
		}
		switch {
		case !c.differs() && !c.failed():
		case con.Human():
			con.Print(console.Words(c.id()).In(console.Bold))
			for i, v := range c {
				if v != nil {
					cell := verdictCell(v)
					con.Print(console.Words("  "), console.Words(console.PadRight(cell.Human, 9)).In(cell.Colour), console.Words(con.URL(sides[i].Tracker)+": "+trackerText(con, v.Detail, sides[i].Tracker)))
				}
			}
		default:
			row := []*console.Cell{console.Text(c.id()), console.Text(""), console.Text("")}
			for i, v := range c {
				if v != nil {
					row[1+i] = console.Text(verdictCell(v).Human + ": " + trackerText(con, v.Detail, sides[i].Tracker))
				}
			}
			t.Row(row...)
		}
	}
	if con.Human() {
		con.Print()
		for _, r := range sides {
			verdict := verdictOf(r)
			con.Print(console.Words(console.PadRight(verdict.Human, 8)).In(verdict.Colour), console.Words(" "+con.URL(r.Tracker)+": "+failuresOf(r)))
		}
	} else {
		t.Row(console.Text("verdict"), verdictOf(x), verdictOf(y))
		con.ShowTable(t)
	}
	con.Note(fmt.Sprintf("%s run on both, of which %d differ", command.Plural(both, "check"), differ))
}

// failuresOf counts what failed.
func failuresOf(r *announce.Report) string {
	var parts []string
	for _, severity := range []announce.Severity{announce.Error, announce.Warning, announce.Info} {
		if n := r.Count(announce.Fail, severity); n > 0 {
			parts = append(parts, command.Plural(n, string(severity)))
		}
	}
	if parts == nil {
		return command.Plural(r.Count(announce.Pass, ""), "check") + " passed, and none failed"
	}
	return strings.Join(parts, ", ")
}
