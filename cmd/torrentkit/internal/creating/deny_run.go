package creating

import (
	"fmt"
	"slices"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// checkRules refuses names of rules that there are not.
func checkRules(ids []string) error {
	for _, id := range ids {
		if !slices.ContainsFunc(inspect.Rules(), func(r inspect.Rule) bool { return r.ID == id }) {
			return console.WithHint(fmt.Errorf("there is no rule %q", id), "torrentkit lint --list-rules")
		}
	}
	return nil
}

// lintOptions are how the torrent that was made is judged.
func (f *createFlags) lintOptions(con *console.Console) inspect.LintOptions {
	allow := f.allow
	if slices.Contains(allow, "piece-length") {
		allow = append(slices.Clone(allow), "odd-piece-length")
	}
	return inspect.LintOptions{Now: con.Now(), Allow: allow, Deny: f.deny}
}

// foresee judges what is known before anything is hashed, names and sizes, by the rules of --deny. A v1 torrent of
// these files says of them what any format does.
func (f *createFlags) foresee(con *console.Console, p *create.Plan) error {
	if len(f.deny) == 0 {
		return nil
	}
	draft, err := metainfo.NewDraft(metainfo.Shape{Format: metainfo.V1, Name: p.Name, PieceLength: p.PieceLength}, p.Files, metainfo.Fields{})
	if err != nil {
		return err
	}
	raw, _ := draft.Encode()
	report, err := inspect.Lint(raw, f.lintOptions(con))
	if err != nil {
		return err
	}
	return f.refuseDenied(con, report, "nothing was hashed or written")
}

// refuseDenied is a no where a rule of --deny has found something.
func (f *createFlags) refuseDenied(con *console.Console, report *inspect.Report, so string) error {
	if len(f.deny) == 0 {
		return nil
	}
	var denied []*inspect.Finding
	for i := range report.Findings {
		if slices.Contains(f.deny, report.Findings[i].Rule.ID) {
			denied = append(denied, &report.Findings[i])
		}
	}
	if len(denied) == 0 {
		return nil
	}
	if err := showDenied(con, denied, report); err != nil {
		return err
	}
	return console.NoBecause(fmt.Sprintf("--deny %s: %s; %s", denied[0].Rule.ID, denied[0].Rule.Summary, so))
}

// showDenied lists what the rules of --deny found.
func showDenied(con *console.Console, denied []*inspect.Finding, report *inspect.Report) error {
	if con.Options.JSON {
		return con.JSON(deniedToJSON(denied, report.Omitted))
	}
	t := console.NewTable("rule", "found")
	for _, f := range denied {
		t.Row(console.Text(f.Rule.ID), console.Sentence(f.Message))
	}
	con.ShowTable(t)
	return nil
}
