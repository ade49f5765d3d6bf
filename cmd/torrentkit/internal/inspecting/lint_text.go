package inspecting

import (
	"fmt"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// showLint prints what was found in one torrent.
func showLint(con *console.Console, l linted, format string) error {
	switch {
	case con.Options.JSON:
		return con.JSON(lintToJSON(l))
	case format == "github":
		showAnnotations(con, l)
	case con.Human():
		showFindings(con, l)
	default:
		rows := console.NewTable()
		for i := range l.report.Findings {
			f := &l.report.Findings[i]
			rows.Row(console.Text(command.InputName(l.input)), console.Text(f.Severity.String()), console.Text(f.Rule.ID), console.Text(f.Key), console.Count(int64(f.Offset)), console.Sentence(f.Message))
		}
		con.ShowTable(rows)
	}
	return nil
}

// showFindings prints the findings for people, those of one rule together.
func showFindings(con *console.Console, l linted) {
	errors, warnings := l.report.Count()
	con.Printf("%s: %s, %s", console.Escape(command.InputName(l.input)), command.Plural(errors, "error"), command.Plural(warnings, "warning"))
	shown := map[string]bool{}
	for i := range l.report.Findings {
		f := &l.report.Findings[i]
		if shown[f.Rule.ID] {
			continue
		}
		shown[f.Rule.ID] = true
		showRule(con, f, l.report)
	}
	if up := l.report.Index; up != nil {
		con.Printf("  infohash in the Torrust index: %v", up.InfoHash)
		if up.Undownloadable == "" {
			con.Printf("  infohash of what is downloaded from it: %v", up.Downloaded)
		}
	}
}

// showLintTotals ends a run over several torrents.
func showLintTotals(con *console.Console, t *lintTotals, took time.Duration) {
	con.Print()
	con.Printf("%s: %s clean, %s with warnings, %s with errors, %s unreadable, in %s", command.Plural(t.torrents(), "torrent"),
		console.FormatCount(int64(t.clean)), console.FormatCount(int64(t.warned)), console.FormatCount(int64(t.wrong)), console.FormatCount(int64(t.unread)), con.Times.Work(took))
}

// mostShown bounds how many findings of one rule people are shown.
const mostShown = 5

func showRule(con *console.Console, f *inspect.Finding, r *inspect.Report) {
	c := console.Yellow
	if f.Severity == metainfo.Error {
		c = console.Red
	}
	con.Print(console.Words("  "), console.Words(f.Severity.String()).In(c), console.Words(" "), console.Words(f.Rule.ID).In(console.Bold), console.Words(": "+f.Rule.Summary))
	n := r.Omitted[f.Rule.ID]
	shown := 0
	for i := range r.Findings {
		if g := &r.Findings[i]; g.Rule.ID == f.Rule.ID {
			if shown++; shown > mostShown {
				n++
				continue
			}
			showLines(con, "    ", command.FindingText(g))
		}
	}
	if n > 0 {
		con.Printf("    and %s more", console.FormatCount(int64(n)))
	}
	showLines(con, "    = ", f.Rule.Advice+" ("+ruleSource(f.Rule)+")")
}

// showLines wraps a text to the terminal's width.
func showLines(con *console.Console, indent, text string) {
	for i, line := range console.Wrap(console.EscapeSentence(text), con.Width()-console.DisplayWidth(indent)) {
		if i > 0 {
			indent = strings.Repeat(" ", console.DisplayWidth(indent))
		}
		con.Print(console.Whole(indent + line))
	}
}

// ruleSource names what a rule rests on.
func ruleSource(r inspect.Rule) string {
	if r.BEP == 0 {
		return r.Section
	}
	return fmt.Sprintf("BEP %d, %s", r.BEP, r.Section)
}

// listRules prints all rules.
func listRules(con *console.Console) error {
	if !con.Options.JSON && con.Human() {
		for i, r := range inspect.Rules() {
			if i > 0 {
				con.Print()
			}
			only := ""
			switch r.Scope {
			case inspect.ForTarget:
				only = ", with --for"
			case inspect.WhenDenied:
				only = ", with --deny"
			}
			con.Print(console.Words(r.ID).In(console.Bold), console.Words(fmt.Sprintf(" (%s%s; %s)", r.Severity, only, ruleSource(r))))
			showLines(con, "  ", r.Summary)
			showLines(con, "  = ", r.Advice)
		}
		return nil
	}
	table, rules := console.NewTable("rule", "severity", "source", "summary", "advice"), inspect.Rules()
	return console.ShowList(con, table, len(rules), func(i int) any { return ruleToJSON(rules[i]) }, func(i int) []*console.Cell {
		r := rules[i]
		return []*console.Cell{console.Text(r.ID), console.Text(r.Severity.String()), console.Text(ruleSource(r)), console.Text(r.Summary), console.Detail(r.Advice)}
	})
}

// showAnnotations prints workflow commands, which GitHub shows beside the file.
func showAnnotations(con *console.Console, l linted) {
	for i := range l.report.Findings {
		f := &l.report.Findings[i]
		con.TellResult(console.Annotation(f.Severity.String(), command.InputName(l.input), f.Rule.ID, command.FindingText(f)+". "+f.Rule.Advice))
	}
}
