package inspecting

import (
	"github.com/torrentkit/torrentkit/inspect"
)

// ruleJSON is a rule of lint, and a line of "lint --list-rules --json".
type ruleJSON struct {
	ID       string `json:"rule"`
	Severity string `json:"severity"`
	BEP      int    `json:"bep,omitempty"`
	Section  string `json:"section"`
	Summary  string `json:"summary"`
	Advice   string `json:"advice"`
	Target   bool   `json:"target,omitempty"` // judges with --for only
	Asked    bool   `json:"asked,omitempty"`  // judges with --deny only
}

func ruleToJSON(r inspect.Rule) ruleJSON {
	return ruleJSON{r.ID, r.Severity.String(), r.BEP, r.Section, r.Summary, r.Advice, r.Scope == inspect.ForTarget, r.Scope == inspect.WhenDenied}
}

// lintJSON is what "lint --json" prints.
type lintJSON struct {
	Input    string         `json:"input"`
	Errors   int            `json:"errors"`
	Warnings int            `json:"warnings"`
	Findings []findingJSON  `json:"findings"`
	Omitted  map[string]int `json:"omitted,omitempty"`
	Index    *indexJSON     `json:"torrust_index,omitempty"`
}

type findingJSON struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	BEP      int    `json:"bep,omitempty"`
	Section  string `json:"section"`
	Key      string `json:"key,omitempty"`
	Offset   int    `json:"offset"`
	Message  string `json:"message"`
	Advice   string `json:"advice"`
}

type indexJSON struct {
	InfoHash       string            `json:"infohash"`
	Same           bool              `json:"same_infohash"`
	Downloaded     string            `json:"downloaded_infohash,omitempty"`
	Undownloadable string            `json:"undownloadable,omitempty"` // why
	Lost           []string          `json:"lost_keys"`
	Changes        []indexChangeJSON `json:"changes"` // from what is stored to what is downloaded
}

type indexChangeJSON struct {
	Key    string `json:"key"`
	What   string `json:"what"`
	Advice string `json:"advice"`
}

func lintToJSON(l linted) lintJSON {
	v := lintJSON{Input: l.input, Omitted: l.report.Omitted}
	v.Errors, v.Warnings = l.report.Count()
	v.Findings = make([]findingJSON, len(l.report.Findings))
	for i, f := range l.report.Findings {
		v.Findings[i] = findingJSON{f.Rule.ID, f.Severity.String(), f.Rule.BEP, f.Rule.Section, f.Key, f.Offset, f.Message, f.Rule.Advice}
	}
	if up := l.report.Index; up != nil {
		lost := make([]string, len(up.Lost))
		for i, k := range up.Lost {
			lost[i] = k.Path
		}
		v.Index = &indexJSON{InfoHash: up.InfoHash.String(), Same: up.Same, Undownloadable: up.Undownloadable, Lost: lost}
		if up.Undownloadable == "" {
			v.Index.Downloaded = up.Downloaded.String()
		}
		v.Index.Changes = make([]indexChangeJSON, len(up.Changes))
		for i, c := range up.Changes {
			v.Index.Changes[i] = indexChangeJSON{c.Key, c.What, c.Advice}
		}
	}
	return v
}
