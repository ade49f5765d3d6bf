package main

import (
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/magnet"
)

// showMagnet prints the link of a torrent, or explains a link.
func (a *app) showMagnet(arg string, l magnet.Link, issues []magnet.Issue, f *magnetFlags) error {
	switch {
	case a.options.JSON:
		return a.showLink(arg, l, issues)
	case f.fix || !isLink(arg):
		for _, i := range issues {
			a.note(i.String())
		}
		a.print(words(l.String()))
	default:
		if err := a.showLink(arg, l, issues); err != nil {
			return err
		}
	}
	if f.qr {
		return a.drawQR(l.String())
	}
	return nil
}

// showLink prints what a link says.
func (a *app) showLink(arg string, l magnet.Link, issues []magnet.Issue) error {
	if a.options.JSON {
		return a.json(linkToJSON(arg, l, issues))
	}
	a.explainLink(l, issues)
	return nil
}

// explainLink prints every field of a link.
func (a *app) explainLink(l magnet.Link, issues []magnet.Issue) {
	var out fields
	optional(&out, "name", l.Name)
	if !l.V1.IsZero() {
		out.text("infohash", l.V1.String())
	}
	if !l.V2.IsZero() {
		out.text("infohash v2", l.V2.String())
	}
	if !l.Key.IsZero() {
		out.text("public key", l.Key.String())
		optional(&out, "salt", fmt.Sprintf("%x", l.Salt))
	}
	if l.Size > 0 {
		out.size("size", l.Size)
	}
	list := func(label string, values []string) {
		for _, v := range values {
			out.text(label, v)
		}
	}
	urls := func(label string, values []string) {
		for _, v := range values {
			out.text(label, a.url(v))
		}
	}
	urls("tracker", l.Trackers)
	urls("web seed", l.WebSeeds)
	urls("source", l.Sources)
	urls("mirror", l.Mirrors)
	list("peer", l.Peers)
	for _, r := range l.Select {
		out.text("selected files", r.String())
	}
	list("keyword", l.Keywords)
	urls("manifest", l.Manifests)
	list("node", l.Nodes)
	list("other topic", l.Topics)
	for _, p := range l.Extra {
		out.text("other parameter", p.Key+"="+p.Value)
	}
	for _, i := range issues {
		label, colour := "unusual", yellow
		if i.Lost() {
			label, colour = "lost", red
		}
		out.add(label, textCell(a.issueText(i)).in(colour))
	}
	a.show(&out)
}

// issueText words an issue of a link that was read. What it quotes may hold passkeys.
func (a *app) issueText(i magnet.Issue) string {
	text := fmt.Sprintf("byte %d: %s", i.Offset, i)
	if !a.options.ShowSecrets {
		text = redactText(text)
	}
	return text
}

// showComparison says whether two links mean the same.
func (a *app) showComparison(args []string, links [2]magnet.Link) error {
	same, diffs := links[0].SameTorrent(links[1]), links[0].Diff(links[1])
	if a.options.JSON {
		if err := a.json(comparisonToJSON(args, same, diffs)); err != nil {
			return err
		}
	} else {
		var out fields
		out.yesNo("same torrent", same)
		out.yesNo("same link", len(diffs) == 0)
		a.show(&out)
		t := newTable(-1, "parameter", "only in", "value")
		for _, d := range diffs {
			t.addOnly(a, d.Field, "first", d.A, d.B)
			t.addOnly(a, d.Field, "second", d.B, d.A)
		}
		if len(t.rows) > 0 {
			a.showTable(t)
		}
	}
	if !same {
		return no()
	}
	return nil
}

// addOnly adds the values of one side that the other has not.
func (t *table) addOnly(a *app, parameter, side string, values, others []string) {
	has := make(map[string]bool, len(others))
	for _, v := range others {
		has[v] = true
	}
	for _, v := range values {
		if !has[v] {
			t.row(textCell(parameter), textCell(side), textCell(a.url(v)))
		}
	}
}

// drawQR draws a text for a camera: two modules a character, light on dark, with the margin that readers need.
func (a *app) drawQR(text string) error {
	rows, err := magnet.QR(text)
	if err != nil {
		return withHint(err, "--max-length 2900 leaves out trackers")
	}
	const margin = 4
	size := len(rows) + 2*margin
	light := func(x, y int) bool {
		x, y = x-margin, y-margin
		return x < 0 || y < 0 || x >= len(rows) || y >= len(rows) || !rows[y][x]
	}
	for y := 0; y < size; y += 2 {
		var b strings.Builder
		for x := range size {
			upper, lower := light(x, y), y+1 < size && light(x, y+1)
			b.WriteString(map[[2]bool]string{{true, true}: "█", {true, false}: "▀", {false, true}: "▄", {false, false}: " "}[[2]bool{upper, lower}])
		}
		a.print(words(b.String()))
	}
	return nil
}
