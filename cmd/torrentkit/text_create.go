package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// tellPlan says on standard error what the scan left out, and what clients may not like.
func (a *app) tellPlan(p *create.Plan) {
	const most = 20
	names := 0
	for _, n := range p.Notes {
		text := fmt.Sprintf("%q: %v", n.Path, n.Kind)
		if n.Detail != "" {
			text += ": " + n.Detail
		}
		switch {
		case n.Kind != create.NoteName:
			a.note(text)
		case names < most:
			a.warn(text)
		}
		if n.Kind == create.NoteName {
			names++
		}
	}
	if names > most {
		a.warn(fmt.Sprintf("%d more names are not portable", names-most))
	}
	for _, w := range p.Warnings {
		a.warn(w)
	}
}

// tellLint says on standard error what lint finds in the torrent that was made, three times of each rule at the most.
func (a *app) tellLint(report *inspect.Report) {
	counts := map[string]int{}
	for i := range report.Findings {
		f := &report.Findings[i]
		if counts[f.Rule.ID]++; counts[f.Rule.ID] <= 3 {
			a.warn(fmt.Sprintf("%s: %s, %s", f.Rule.ID, f.Rule.Summary, findingText(f)))
		}
	}
	for _, r := range inspect.Rules() {
		if n := counts[r.ID] + report.Omitted[r.ID] - 3; n > 0 {
			a.warn(fmt.Sprintf("%s: %d more", r.ID, n))
		}
	}
}

// showPlan is the result of --dry-run.
func (a *app) showPlan(p *create.Plan) error {
	if a.options.JSON {
		return a.json(planToJSON(p))
	}
	files := newTable(1, "size", "file")
	for _, f := range p.Files {
		path := f.Path
		if path == "" {
			path = p.Name
		}
		files.row(sizeCell(f.Length), textCell(path))
	}
	a.showTable(files)
	if a.onTerminal() {
		a.print()
	}
	var f fields
	f.text("name", p.Name)
	f.text("format", p.Format.String())
	f.count("files", int64(len(p.Files)))
	f.size("size", p.TotalLength)
	f.size("piece length", p.PieceLength)
	f.count("pieces", int64(p.NumPieces))
	label := "torrent size"
	if !p.SizeIsExact {
		label = "torrent size at most"
	}
	f.size(label, p.Size)
	a.show(&f)
	return nil
}

// showChoices is the result of --plan.
func (a *app) showChoices(p *create.Plan) error {
	choices, err := p.Choices()
	if err != nil {
		return err
	}
	if a.options.JSON {
		return a.json(choicesToJSON(p, choices))
	}
	t := newTable(-1, "", "piece length", "pieces", "v1 bytes", "v2 bytes", "hybrid bytes", "padding", "refused by")
	for _, c := range choices {
		mark := textCell("")
		if c.Chosen {
			mark = cell{human: "*", raw: "*", colour: green}
		}
		v2, hybrid := countCell(c.V2), countCell(c.Hybrid)
		if !c.Exact {
			v2.human, hybrid.human = "<= "+v2.human, "<= "+hybrid.human
		}
		refused := cell{human: strconv.Itoa(len(c.RefusedBy)), raw: strings.Join(c.RefusedBy, "; ")}
		t.row(mark, sizeCell(c.PieceLength), countCell(int64(c.Pieces)), countCell(c.V1), v2, hybrid, sizeCell(c.Padding), refused)
	}
	a.showTable(t)
	if a.onTerminal() {
		a.explainRefusals(choices)
	}
	return nil
}

// explainRefusals lists, below the table, who refuses which piece lengths.
func (a *app) explainRefusals(choices []create.Choice) {
	last := ""
	for _, c := range choices {
		all := strings.Join(c.RefusedBy, "; ")
		if all != last && all != "" {
			a.print()
			a.printf("from %s on, refused by:", formatSize(c.PieceLength))
			for _, s := range c.RefusedBy {
				a.printf("  %s", escape(s))
			}
		}
		last = all
	}
}

// showCreated prints what was made. Where standard output is the torrent itself, nothing else goes there.
func (a *app) showCreated(t *metainfo.Torrent, reused create.Reused, out *output) error {
	if out.kind == toStdout {
		return nil
	}
	if a.options.JSON {
		return a.json(createdToJSON(t, reused, out))
	}
	var f fields
	f.text("name", t.Name)
	f.count("files", int64(contentFiles(t)))
	f.size("size", t.Layout().TotalLength())
	f.add("pieces", piecesCell(t))
	addInfoHashes(&f, t)
	f.text("magnet", a.magnetText(t))
	f.text("output", out.String())
	a.show(&f)
	return nil
}

// showShard prints what a shard was.
func (a *app) showShard(p *create.Plan, f *createFlags) error {
	first := p.NumPieces * (f.shard.index - 1) / f.shard.of
	pieces := p.NumPieces*f.shard.index/f.shard.of - first
	if a.options.JSON {
		return a.json(shardJSON{f.shard.index, f.shard.of, pieces, p.Reused.Pieces})
	}
	var list fields
	list.text("shard", fmt.Sprintf("%d/%d", f.shard.index, f.shard.of))
	list.count("pieces", int64(pieces))
	list.count("known", int64(p.Reused.Pieces))
	a.show(&list)
	return nil
}

// showDecisions is the result of --list.
func (a *app) showDecisions(name string, c *create.Content) error {
	if a.options.JSON {
		return a.json(decisionsToJSON(name, c))
	}
	t := newTable(1, "", "path", "because of")
	for _, d := range c.Decisions {
		verdict := textCell("excluded").in(yellow)
		if d.Included {
			verdict = textCell("included").in(green)
		}
		t.row(verdict, textCell(d.Path), textCell(d.Reason))
	}
	a.showTable(t)
	return nil
}

// tellReused says what was not hashed, and what that means.
func (a *app) tellReused(p *create.Plan) {
	r := &p.Reused
	if n := r.Pieces - r.FromOld; n > 0 {
		a.note(fmt.Sprintf("%d of %d pieces were known from the journal", n, p.NumPieces))
	}
	if r.FromOld > 0 {
		a.note(fmt.Sprintf("%d of %d pieces were taken over from the old torrent, after a sample of them was found right", r.FromOld, p.NumPieces))
	}
	if r.OldRefused != "" {
		a.warn("nothing was taken over from the old torrent: " + r.OldRefused)
	}
	if r.Damaged > 0 {
		a.warn(fmt.Sprintf("%d bytes of the journal are damaged and were passed over", r.Damaged))
	}
	for _, name := range r.Contradicted {
		a.warn(fmt.Sprintf("%q has not the content that the journal remembers, though it was not changed since: is the disk failing?", name))
	}
}
