package main

import (
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// showLint prints what was found in one torrent.
func (a *app) showLint(l linted, format string) error {
	switch {
	case a.options.JSON:
		return a.json(lintToJSON(l))
	case format == "github":
		a.showAnnotations(l)
	case a.onTerminal():
		a.showFindings(l)
	default:
		rows := newTable(-1)
		for i := range l.report.Findings {
			f := &l.report.Findings[i]
			rows.row(textCell(inputName(l.input)), textCell(f.Severity.String()), textCell(f.Rule.ID), textCell(f.Key), countCell(int64(f.Offset)), sentenceCell(f.Message))
		}
		a.showTable(rows)
	}
	return nil
}

// showFindings prints the findings for people, those of one rule together.
func (a *app) showFindings(l linted) {
	errors, warnings := l.report.Count()
	a.printf("%s: %s, %s", escape(inputName(l.input)), plural(errors, "error"), plural(warnings, "warning"))
	shown := map[string]bool{}
	for i := range l.report.Findings {
		f := &l.report.Findings[i]
		if shown[f.Rule.ID] {
			continue
		}
		shown[f.Rule.ID] = true
		a.showRule(f, l.report)
	}
	if up := l.report.Index; up != nil {
		a.printf("  infohash in the Torrust index: %x", up.InfoHash)
	}
}

// mostShown bounds how many findings of one rule people are shown.
const mostShown = 5

func (a *app) showRule(f *inspect.Finding, r *inspect.Report) {
	c := yellow
	if f.Severity == metainfo.Error {
		c = red
	}
	a.print(words("  "), words(f.Severity.String()).in(c), words(" "), words(f.Rule.ID).in(bold), words(": "+f.Rule.Summary))
	n := r.Omitted[f.Rule.ID]
	shown := 0
	for i := range r.Findings {
		if g := &r.Findings[i]; g.Rule.ID == f.Rule.ID {
			if shown++; shown > mostShown {
				n++
				continue
			}
			a.showLines("    ", findingText(g))
		}
	}
	if n > 0 {
		a.printf("    and %s more", formatCount(int64(n)))
	}
	a.showLines("    = ", f.Rule.Advice+" ("+ruleSource(f.Rule)+")")
}

// showLines wraps a text to the terminal's width.
func (a *app) showLines(indent, text string) {
	for i, line := range wrap(escapeSentence(text), max(a.width(), 40)-displayWidth(indent)) {
		if i > 0 {
			indent = strings.Repeat(" ", displayWidth(indent))
		}
		a.print(words(indent + line))
	}
}

func findingText(f *inspect.Finding) string {
	text := f.Message
	if f.Key != "" {
		text = f.Key + ": " + text
	}
	return fmt.Sprintf("%s (byte %d)", text, f.Offset)
}

// ruleSource names what a rule rests on.
func ruleSource(r inspect.Rule) string {
	if r.BEP == 0 {
		return r.Section
	}
	return fmt.Sprintf("BEP %d, %s", r.BEP, r.Section)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return formatCount(int64(n)) + " " + what + "s"
}

// listRules prints all rules.
func (a *app) listRules() error {
	if !a.options.JSON && a.onTerminal() {
		for i, r := range inspect.Rules() {
			if i > 0 {
				a.print()
			}
			target := ""
			if r.Target {
				target = ", with --for"
			}
			a.print(words(r.ID).in(bold), words(fmt.Sprintf(" (%s%s; %s)", r.Severity, target, ruleSource(r))))
			a.showLines("  ", r.Summary)
			a.showLines("  = ", r.Advice)
		}
		return nil
	}
	rows := newTable(-1, "rule", "severity", "source", "summary", "advice")
	for _, r := range inspect.Rules() {
		if a.options.JSON {
			if err := a.json(ruleToJSON(r)); err != nil {
				return err
			}
			continue
		}
		rows.row(textCell(r.ID), textCell(r.Severity.String()), textCell(ruleSource(r)), textCell(r.Summary), textCell(r.Advice))
	}
	a.showTable(rows)
	return nil
}

// showAnnotations prints workflow commands, which GitHub shows beside the file.
func (a *app) showAnnotations(l linted) {
	for i := range l.report.Findings {
		f := &l.report.Findings[i]
		a.printf("::%s file=%s,title=%s::%s", f.Severity, annotationProperty(inputName(l.input)), f.Rule.ID,
			annotationData(findingText(f)+". "+f.Rule.Advice))
	}
}

// annotationData escapes the text of a workflow command, annotationProperty the value of one of its properties.
func annotationData(s string) string { return strings.ReplaceAll(escapeSentence(s), "%", "%25") }

func annotationProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(strings.ReplaceAll(escape(s), "%", "%25"))
}
