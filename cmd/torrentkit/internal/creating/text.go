package creating

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// tellPlan says on standard error what the scan left out, and what clients may not like. A preset is for many torrents, and
// its patterns need not match in each.
func tellPlan(con *console.Console, p *create.Plan, ownRules bool) {
	const most = 10
	names := 0
	paths := make([]string, len(p.Notes))
	for i, n := range p.Notes {
		paths[i] = n.Path
	}
	short := console.ShortNames(con, paths)
	for _, n := range p.Notes {
		text := n.Kind.String()
		if n.Path != "" {
			text = fmt.Sprintf("%q: %v", short(n.Path), n.Kind)
		}
		if n.Detail != "" {
			text += ": " + n.Detail
		}
		switch {
		case n.Kind == create.NotePattern:
			if ownRules {
				if strings.Contains(n.Path, `\`) {
					text += `: "/" separates folders`
				}
				con.Warn(text)
			}
		case n.Kind != create.NoteName:
			con.Note(text)
		case names < most:
			con.Warn(text)
		}
		if n.Kind == create.NoteName {
			names++
		}
	}
	if names > most {
		con.Warn(fmt.Sprintf("%d more names are not portable", names-most))
	}
	for _, w := range p.Warnings {
		con.Warn(w)
	}
}

// tellLint says on standard error what lint finds in the torrent that was made, three times of each rule at the most. What it
// finds of a name is left out where the plan has told of the name.
func tellLint(con *console.Console, report *inspect.Report, told map[string]bool) {
	counts, left := map[string]int{}, map[string]int{}
	keys := keysOf(report.Torrent, told)
	for i := range report.Findings {
		f := &report.Findings[i]
		if f.Rule.Section == inspect.PortableNames && keys[f.Key] {
			left[f.Rule.ID]++
			continue
		}
		if counts[f.Rule.ID]++; counts[f.Rule.ID] <= 3 {
			con.Warn(fmt.Sprintf("%s: %s, %s", f.Rule.ID, f.Rule.Summary, command.FindingText(f)))
		}
	}
	for _, r := range inspect.Rules() {
		omitted := report.Omitted[r.ID]
		if left[r.ID] > 0 { // what lint only counts are names that were told, as far as there are any
			omitted = max(omitted-(len(told)-left[r.ID]), 0)
		}
		if n := counts[r.ID] + omitted - 3; n > 0 {
			con.Warn(fmt.Sprintf("%s: %d more", r.ID, n))
		}
	}
}

// namesTold are the paths of files of whose names a plan has told that they are not portable.
func namesTold(p *create.Plan) map[string]bool {
	told := map[string]bool{}
	for _, n := range p.Notes {
		if n.Kind == create.NoteName {
			told[n.Path] = true
		}
	}
	return told
}

// keysOf are the places of files in a torrent.
func keysOf(t *metainfo.Torrent, paths map[string]bool) map[string]bool {
	keys := map[string]bool{}
	if len(paths) == 0 {
		return keys
	}
	for i, f := range t.Content() {
		if paths[f.Path] {
			key, _ := t.FileKey(i)
			keys[key] = true
		} else if f.Path == "" && paths[t.Name] {
			keys["info.name"] = true
		}
	}
	return keys
}

// showPlan is the result of --dry-run.
func showPlan(con *console.Console, p *create.Plan) error {
	defer con.Paged()()
	if con.Options.JSON {
		return con.JSON(planToJSON(p))
	}
	files := console.NewTable("size", "file")
	for _, f := range p.Files {
		path := f.Path
		if path == "" {
			path = p.Name
		}
		files.Row(console.Size(f.Length), console.Path(path))
	}
	con.ShowTable(files)
	if con.Human() {
		con.Print()
	}
	var f console.Fields
	f.Text("name", p.Name)
	f.Text("format", p.Format.String())
	f.Count("files", int64(len(p.Files)))
	f.Size("size", p.TotalLength)
	f.Size("piece length", p.PieceLength)
	f.Count("pieces", int64(p.NumPieces))
	label := "torrent size"
	if !p.SizeIsExact {
		label = "torrent size at most"
	}
	f.Size(label, p.Size)
	con.Show(&f)
	return nil
}

// showUnexpected lists the files that differ from those of the torrent that was expected.
func showUnexpected(con *console.Console, d *inspect.Difference, want, got *metainfo.Torrent, out *command.Output) error {
	if out.Kind == command.ToStdout {
		return nil
	}
	if con.Options.JSON {
		return con.JSON(unexpectedToJSON(d, want.Hashes(), got.Hashes()))
	}
	t := console.NewTable("change", "file", "expected", "got")
	for _, f := range d.Files {
		name := f.A
		if name == "" || f.B != "" && f.B != f.A {
			name = strings.TrimPrefix(f.A+" -> "+f.B, " -> ")
		}
		t.Row(console.Text(f.Kind.String()), console.Path(name), console.Size(f.LengthA), console.Size(f.LengthB))
	}
	con.ShowTable(t)
	return nil
}

// showChoices is the result of --plan.
func showChoices(con *console.Console, p *create.Plan) error {
	defer con.Paged()()
	choices, err := p.Choices()
	if err != nil {
		return err
	}
	if con.Options.JSON {
		return con.JSON(choicesToJSON(p, choices))
	}
	t := console.NewTable("", "piece length", "pieces", "v1 bytes", "v2 bytes", "hybrid", "padding", "refused")
	for _, c := range choices {
		mark := console.Text("")
		if c.Chosen {
			mark = &console.Cell{Human: "*", Raw: "*", Colour: console.Green}
		}
		v2, hybrid := console.Count(c.V2), console.Count(c.Hybrid)
		if !c.Exact {
			v2.Human, hybrid.Human = "<= "+v2.Human, "<= "+hybrid.Human
		}
		refused := &console.Cell{Raw: strings.Join(c.RefusedBy, "; "), Right: true}
		if n := len(c.RefusedBy); n > 0 {
			refused.Human = strconv.Itoa(n)
		}
		t.Row(mark, console.Size(c.PieceLength), console.Count(int64(c.Pieces)), console.Count(c.V1), v2, hybrid, console.Size(c.Padding), refused)
	}
	con.ShowTable(t)
	if con.Human() {
		explainRefusals(con, choices)
	}
	return nil
}

// explainRefusals lists, below the table, who refuses which piece lengths.
func explainRefusals(con *console.Console, choices []create.Choice) {
	last := ""
	for _, c := range choices {
		all := strings.Join(c.RefusedBy, "; ")
		if all != last && all != "" {
			con.Print()
			con.Printf("from %s on, refused by:", console.FormatSize(c.PieceLength))
			for _, s := range c.RefusedBy {
				con.Printf("  %s", console.Escape(s))
			}
		}
		last = all
	}
}

// showCreated prints what was made. Where standard output is the torrent itself, nothing else goes there. People get the
// file first, and last the link, which they copy.
func showCreated(con *console.Console, c created, out *command.Output) error {
	if out.Kind == command.ToStdout {
		return nil
	}
	if con.Options.JSON {
		return con.JSON(createdToJSON(c, out))
	}
	var f console.Fields
	if con.Human() {
		if c.another {
			con.Print()
		}
		f.Add("output", console.Text(out.String()).In(console.Green))
	}
	f.Text("name", c.Name)
	f.Count("files", int64(command.ContentFiles(c.Torrent)))
	f.Size("size", c.Size())
	f.Add("pieces", command.PiecesCell(c.Torrent))
	command.AddInfoHashes(&f, c.Hashes())
	if !con.Human() {
		f.Text("magnet", command.MagnetText(con, c.link()))
		f.Text("output", out.String())
		con.Show(&f)
		return nil
	}
	for _, u := range c.firstFile() {
		f.Text("web seed asks", con.URL(u))
	}
	if c.took > 0 {
		f.Text("time", c.speed(con))
	}
	con.Show(&f)
	con.Print()
	con.Print(console.Whole(console.Escape(command.MagnetText(con, c.link()))).In(console.Cyan))
	return nil
}

// speed words how long it took, and how fast what was not known already was hashed.
func (c created) speed(con *console.Console) string {
	text := fmt.Sprintf("%s in %s", console.FormatSize(c.Size()), con.Times.Work(c.took))
	if hashed := c.Size() - c.reused.Bytes; hashed > 0 && c.reused.Bytes == 0 {
		text += ", " + con.Times.Speed(hashed, c.took)
	}
	return text
}

// firstFile are the URLs that a client asks the web seeds for the first file that has content: a wrong folder shows.
func (c created) firstFile() []string {
	var urls []string
	for i, file := range c.Content() {
		if file.Length == 0 {
			continue
		}
		for _, seed := range c.WebSeeds {
			if u, err := url.Parse(seed); err == nil {
				urls = append(urls, metainfo.WebSeedURL(c.Torrent, u, i).String())
			}
		}
		break
	}
	return urls
}

// showShard prints what a shard was.
func showShard(con *console.Console, p *create.Plan, f *createFlags) error {
	first := p.NumPieces * (f.shard.Index - 1) / f.shard.Of
	pieces := p.NumPieces*f.shard.Index/f.shard.Of - first
	if con.Options.JSON {
		return con.JSON(shardJSON{f.shard.Index, f.shard.Of, pieces, p.Reused.Pieces})
	}
	var list console.Fields
	list.Text("shard", fmt.Sprintf("%d/%d", f.shard.Index, f.shard.Of))
	list.Count("pieces", int64(pieces))
	list.Count("known", int64(p.Reused.Pieces))
	con.Show(&list)
	return nil
}

// showDecisions is the result of --list.
func showDecisions(con *console.Console, name string, c *create.Content) error {
	defer con.Paged()()
	if con.Options.JSON {
		return con.JSON(decisionsToJSON(name, c))
	}
	t := console.NewTable("decision", "path", "because of")
	for _, d := range c.Decisions {
		verdict := console.Text("excluded").In(console.Yellow)
		if d.Included {
			verdict = console.Text("included").In(console.Green)
		}
		t.Row(verdict, console.Path(d.Path), console.Detail(d.Reason))
	}
	con.ShowTable(t)
	return nil
}

// tellReused says what was not hashed, and what that means.
func tellReused(con *console.Console, p *create.Plan) {
	r := &p.Reused
	if n := r.Pieces - r.FromOld; n > 0 {
		con.Note(fmt.Sprintf("%d of %d pieces were known from the journal", n, p.NumPieces))
	}
	if r.FromOld > 0 {
		con.Note(fmt.Sprintf("%d of %d pieces were taken over from the old torrent: the files have its paths and sizes, and %d of the pieces, in every file the first and the last, were hashed and are what it says; --recheck hashes all",
			r.FromOld, p.NumPieces, r.Sampled))
	} else if r.Sampled > 0 {
		con.Note(fmt.Sprintf("all %d pieces that the old torrent has in common were hashed, and are what it says", r.Sampled))
	}
	if r.OldRefused != "" {
		con.Warn("the old torrent is not used: " + r.OldRefused)
	}
	if r.Damaged > 0 {
		con.Warn(fmt.Sprintf("%d bytes of the journal are damaged and were passed over", r.Damaged))
	}
	for _, name := range r.Contradicted {
		con.Warn(fmt.Sprintf("%q has not the content that the journal remembers, though it was not changed since: is the disk failing?", name))
	}
}
