package main

import (
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/announce"
)

// knownChecks refuses ids that name no check.
func knownChecks(ids []string) error {
	for _, id := range ids {
		found := false
		for _, c := range announce.Checks() {
			found = found || c.ID == id || strings.HasPrefix(c.ID, strings.TrimSuffix(id, ".")+".")
		}
		if !found {
			return withHint(fmt.Errorf("no check or group %q", id), "torrentkit doctor --list-checks lists them")
		}
	}
	return nil
}

// source says where a check's rule stands.
func source(c announce.Check) string {
	if c.BEP == 0 {
		return c.Section
	}
	return strings.TrimSpace(fmt.Sprintf("BEP %d %s", c.BEP, c.Section))
}

func (a *app) listChecks() error {
	t := newTable(-1, "id", "severity", "source", "expects")
	for _, c := range announce.Checks() {
		if a.options.JSON {
			if err := a.json(checkToJSON(c)); err != nil {
				return err
			}
			continue
		}
		t.row(textCell(c.ID), textCell(string(c.Severity)), textCell(source(c)), textCell(c.Title))
	}
	if !a.options.JSON {
		a.showTable(t)
	}
	return nil
}

func (a *app) showReports(reports []announce.Report, f *doctorFlags) error {
	switch {
	case f.junit:
		return a.writeJUnit(reports)
	case a.options.JSON:
		for i := range reports {
			if err := a.json(a.doctorToJSON(&reports[i])); err != nil {
				return err
			}
		}
		return nil
	case len(reports) == 2:
		a.showDifferences(&reports[0], &reports[1])
		return nil
	}
	a.showReportOf(&reports[0], f)
	return nil
}

// verdictCell colours a state by its weight.
func verdictCell(v *announce.Verdict) cell {
	switch {
	case v.State == announce.Pass:
		return textCell("pass").in(green)
	case v.State == announce.Skip:
		return textCell("skip").in(dim)
	case v.Severity == announce.Error:
		return textCell("error").in(red)
	case v.Severity == announce.Warning:
		return textCell("warning").in(yellow)
	}
	return textCell("info").in(yellow)
}

func (a *app) showReportOf(r *announce.Report, f *doctorFlags) {
	t := newTable(-1, "verdict", "check", "source", "found")
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		if f.failed && v.State != announce.Fail {
			continue
		}
		t.row(verdictCell(v), textCell(v.ID), textCell(source(v.Check)), textCell(a.trackerText(v.Detail, r.Tracker)))
	}
	a.showTable(t)
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		if v.State == announce.Fail && a.onTerminal() || f.verbose && (v.State == announce.Fail || !f.failed) {
			a.showVerdict(v, r.Tracker, f.verbose)
		}
	}
	if a.onTerminal() {
		a.print()
	}
	var sum fields
	sum.text("tracker", a.trackerURL(r.Tracker))
	if r.Addr.IsValid() {
		sum.text("address", r.Addr.String())
	}
	sum.count("passed", int64(r.Count(announce.Pass, "")))
	sum.count("errors", int64(r.Count(announce.Fail, announce.Error)))
	sum.count("warnings", int64(r.Count(announce.Fail, announce.Warning)))
	sum.count("infos", int64(r.Count(announce.Fail, announce.Info)))
	sum.count("skipped", int64(r.Count(announce.Skip, "")))
	sum.add("time", timeCell(r.Elapsed))
	sum.add("verdict", verdictOf(r))
	a.show(&sum)
}

func verdictOf(r *announce.Report) cell {
	switch {
	case r.Count(announce.Fail, announce.Error) > 0:
		return textCell("broken").in(red)
	case r.Count(announce.Fail, announce.Warning) > 0:
		return textCell("flawed").in(yellow)
	case r.Count(announce.Pass, "") == 0:
		return textCell("not examined").in(yellow)
	}
	return textCell("sound").in(green)
}

// showVerdict explains one verdict: what was expected, and what to do.
func (a *app) showVerdict(v *announce.Verdict, tracker string, verbose bool) {
	line := func(label, text string) {
		if text != "" {
			a.printf("  %-9s %s", label, a.trackerText(text, tracker))
		}
	}
	a.print()
	a.print(words(v.ID).in(bold), words(": "+v.Title))
	line("found", v.Detail)
	if v.State == announce.Fail {
		line("advice", v.Advice)
	}
	if !verbose {
		return
	}
	line("sent", v.Sent)
	if len(v.Received) > 0 {
		line("received", received(v.Received))
	}
}

// received shows an answer: text as it is, anything else in hexadecimal, neither for ever.
func received(raw []byte) string {
	const most = 400
	more := ""
	if len(raw) > most {
		more = fmt.Sprintf("... (%d bytes)", len(raw))
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
func (a *app) showDifferences(x, y *announce.Report) {
	t := newTable(-1, "check", a.trackerURL(x.Tracker), a.trackerURL(y.Tracker))
	other := make(map[string]*announce.Verdict)
	for i := range y.Verdicts {
		other[y.Verdicts[i].ID] = &y.Verdicts[i]
	}
	told := func(v *announce.Verdict, r *announce.Report) cell {
		c := verdictCell(v)
		return textCell(c.human + ": " + a.trackerText(v.Detail, r.Tracker)).in(c.colour)
	}
	both := 0
	for i := range x.Verdicts {
		v := &x.Verdicts[i]
		w := other[v.ID]
		if w == nil {
			continue
		}
		both++
		if w.State != v.State {
			t.row(textCell(v.ID), told(v, x), told(w, y))
		}
	}
	a.note(fmt.Sprintf("%d checks were run on both, and %d differ", both, len(t.rows)))
	if len(t.rows) > 0 {
		a.showTable(t)
	}
}
