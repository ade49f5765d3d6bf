package trackers

import (
	"fmt"
	"slices"
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
			return console.WithHint(fmt.Errorf("no check or group %q", id), "torrentkit doctor --list-checks lists them")
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
	t := console.NewTable("id", "severity", "source", "expects")
	return console.ShowList(con, t, announce.Checks(), func(c announce.Check) any { return checkToJSON(c) }, func(c announce.Check) []*console.Cell {
		return []*console.Cell{console.Text(c.ID), console.Text(string(c.Severity)), console.Text(source(c)), console.Text(c.Title)}
	})
}

func showReports(con *console.Console, reports []announce.Report, f *doctorFlags) error {
	switch {
	case con.Options.JSON:
		for i := range reports {
			if err := writeDoctorJSON(con, &reports[i]); err != nil {
				return err
			}
		}
		return nil
	case slices.ContainsFunc(reports, func(r announce.Report) bool { return r.Failure != nil }) && !examinedInPart(reports):
		return nil // the error says it
	case len(reports) == 2:
		showDifferences(con, &reports[0], &reports[1])
		return nil
	}
	showReportOf(con, &reports[0], f)
	return nil
}

// examinedInPart tells whether the only report has verdicts from before an interrupt.
func examinedInPart(reports []announce.Report) bool {
	return len(reports) == 1 && interrupted(&reports[0]) && len(reports[0].Verdicts) > 0
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
	sum.Add("time", timeCell(r.Elapsed))
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
	if len(v.Received) > 0 {
		line("received", received(v.Received, v.Length))
	}
}

// received shows an answer of so many bytes as it begins: text as it is, anything else in hexadecimal.
func received(raw []byte, length int) string {
	const most = 400
	more := ""
	if length > most {
		more = fmt.Sprintf("... (%d bytes)", length)
	}
	raw = raw[:min(len(raw), most)]
	for _, c := range raw {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' || c >= 0x7f {
			return fmt.Sprintf("%x", raw) + more
		}
	}
	return string(raw) + more
}

// showDifferences lists the checks on which two trackers differ. Checks that were run on one of them only, since the
// other has another transport, tell nothing.
func showDifferences(con *console.Console, x, y *announce.Report) {
	t := console.NewTable()
	other := make(map[string]*announce.Verdict)
	for i := range y.Verdicts {
		other[y.Verdicts[i].ID] = &y.Verdicts[i]
	}
	told := func(v *announce.Verdict, r *announce.Report) *console.Cell {
		c := verdictCell(v)
		return console.Text(c.Human + ": " + trackerText(con, v.Detail, r.Tracker)).In(c.Colour)
	}
	showBoth := func(v, w *announce.Verdict) {
		con.Print(console.Words(v.ID).In(console.Bold))
		for _, side := range []struct {
			v *announce.Verdict
			r *announce.Report
		}{{v, x}, {w, y}} {
			c := verdictCell(side.v)
			con.Print(console.Words("  "), console.Words(console.PadRight(c.Human, 9)).In(c.Colour), console.Words(con.URL(side.r.Tracker)+": "+trackerText(con, side.v.Detail, side.r.Tracker)))
		}
	}
	both, differ := 0, 0
	for i := range x.Verdicts {
		v := &x.Verdicts[i]
		w := other[v.ID]
		if w == nil {
			continue
		}
		both++
		switch {
		case w.State == v.State:
			continue
		case con.Human():
			showBoth(v, w)
		default:
			t.Row(console.Text(v.ID), told(v, x), told(w, y))
		}
		differ++
	}
	con.ShowTable(t)
	con.Note(fmt.Sprintf("%d checks were run on both, and %d differ", both, differ))
}
