package magnets

import (
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
)

// showMagnet prints the link of a torrent, or explains a link.
func showMagnet(con *console.Console, arg string, l magnet.Link, issues []magnet.Issue, f *magnetFlags) error {
	switch {
	case con.Options.JSON:
		return ShowLink(con, arg, l, issues)
	case f.fix || !isLink(arg):
		for _, i := range issues {
			con.Note(con.Redact(i.String()))
		}
		con.Print(console.Words(l.String()))
	default:
		if err := ShowLink(con, arg, l, issues); err != nil {
			return err
		}
	}
	if f.qr {
		return drawQR(con, l.String())
	}
	return nil
}

// ShowLink prints what a link says.
func ShowLink(con *console.Console, arg string, l magnet.Link, issues []magnet.Issue) error {
	if con.Options.JSON {
		return con.JSON(linkToJSON(arg, l, issues))
	}
	explainLink(con, l, issues)
	return nil
}

// explainLink prints every field of a link.
func explainLink(con *console.Console, l magnet.Link, issues []magnet.Issue) {
	var out console.Fields
	command.Optional(&out, "name", l.Name)
	command.AddInfoHashes(&out, l.Hashes())
	if !l.Key.IsZero() {
		out.Text("public key", l.Key.String())
		command.Optional(&out, "salt", fmt.Sprintf("%x", l.Salt))
	}
	if l.Size > 0 {
		out.Size("size", l.Size)
	}
	list := func(label string, values []string) {
		for _, v := range values {
			out.Text(label, v)
		}
	}
	urls := func(label string, values []string) {
		for _, v := range values {
			out.Text(label, con.URL(v))
		}
	}
	urls("tracker", l.Trackers)
	urls("web seed", l.WebSeeds)
	urls("source", l.Sources)
	urls("mirror", l.Mirrors)
	list("peer", l.Peers)
	for _, r := range l.Select {
		out.Text("selected files", r.String())
	}
	list("keyword", l.Keywords)
	urls("manifest", l.Manifests)
	list("node", l.Nodes)
	list("other topic", l.Topics)
	for _, p := range l.Extra {
		out.Text("other parameter", p.Key+"="+p.Value)
	}
	for _, i := range issues {
		label, colour := "unusual", console.Yellow
		if i.Lost() {
			label, colour = "lost", console.Red
		}
		out.Add(label, console.Text(issueText(con, i)).In(colour))
	}
	con.Show(&out)
}

// issueText words an issue of a link that was read. What it quotes may hold passkeys.
func issueText(con *console.Console, i magnet.Issue) string {
	return con.Redact(fmt.Sprintf("byte %d: %s", i.Offset, i))
}

// showComparison says whether two links mean the same.
func showComparison(con *console.Console, args []string, links [2]magnet.Link) error {
	same, diffs := links[0].SameTorrent(links[1]), links[0].Diff(links[1])
	if con.Options.JSON {
		if err := con.JSON(comparisonToJSON(args, same, diffs)); err != nil {
			return err
		}
	} else {
		var out console.Fields
		out.YesNo("same torrent", same)
		out.YesNo("same link", len(diffs) == 0)
		con.Show(&out)
		t := console.NewTable("parameter", "only in", "value")
		for _, d := range diffs {
			t.AddOnly(con, d.Field, "first", d.A, d.B)
			t.AddOnly(con, d.Field, "second", d.B, d.A)
		}
		if len(t.Rows) > 0 {
			con.ShowTable(t)
		}
	}
	if !same {
		return console.No()
	}
	return nil
}

// drawQR draws a text for a camera: two modules a character, light on dark, with the margin that readers need.
func drawQR(con *console.Console, text string) error {
	rows, err := magnet.QR(text)
	if err != nil {
		return console.WithHint(err, "--max-length 2900 leaves out trackers")
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
		con.Print(console.Words(b.String()))
	}
	return nil
}
