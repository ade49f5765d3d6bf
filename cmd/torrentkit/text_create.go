package main

import (
	"fmt"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
)

// tellPlan says on standard error what the scan left out, and what clients may not like.
func (a *app) tellPlan(p *create.Plan) {
	for _, n := range p.Notes {
		text := fmt.Sprintf("%q: %v", n.Path, n.Kind)
		if n.Detail != "" {
			text += ": " + n.Detail
		}
		a.note(text)
	}
	for _, w := range p.Warnings {
		a.warn(w)
	}
}

// showPlan is the result of --dry-run.
func (a *app) showPlan(p *create.Plan) error {
	if a.global.json {
		return writeJSON(a.out, planToJSON(p))
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
	if a.outTTY {
		fmt.Fprintln(a.out)
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

// showCreated prints what was made. Where standard output is the torrent itself, nothing else goes there.
func (a *app) showCreated(t *inspect.Torrent, out *output) error {
	if out.kind == toStdout {
		return nil
	}
	if a.global.json {
		return writeJSON(a.out, createdToJSON(t, out))
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
