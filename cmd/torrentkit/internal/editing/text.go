package editing

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
)

// showEdited prints what became of one torrent. output is empty where nothing was written.
func showEdited(con *console.Console, input, output string, e *create.Edited, f *editFlags) error {
	if con.Options.JSON {
		j := editedJSON{Input: input, Output: output, Changed: len(e.Changes) > 0, Cut: e.Cut,
			InfoHash: e.New.V1.String(), InfoHashV2: e.New.V2.String(), OldInfoHash: e.Old.V1.String(), OldInfoHashV2: e.Old.V2.String()}
		j.Changes = make([]changeJSON, len(e.Changes))
		for i, c := range e.Changes {
			j.Changes[i] = changeJSON{c.Key, command.OrEmpty(c.Old), command.OrEmpty(c.New)}
		}
		return con.JSON(j)
	}
	if f.many && con.Human() && !f.verbose && len(e.Changes) == 0 && e.Cut == 0 {
		return nil // the totals count it
	}
	if !f.first {
		con.Print()
	}
	f.first = false
	if output == "" || con.Human() {
		showEditDiff(con, input, e)
		if output != "" && output != input {
			con.Print(console.Words("  written to " + console.Escape(output)))
		}
		return nil
	}
	var list console.Fields
	list.Text("output", output)
	list.YesNo("changed", len(e.Changes) > 0)
	if e.Cut > 0 {
		list.Add("cut off", &console.Cell{Human: command.Plural(e.Cut, "byte") + " that are no part of the torrent", Raw: strconv.Itoa(e.Cut)})
	}
	if e.Old != e.New {
		command.Optional(&list, "old infohash", e.Old.V1.String())
		command.Optional(&list, "new infohash", e.New.V1.String())
		command.Optional(&list, "old infohash v2", e.Old.V2.String())
		command.Optional(&list, "new infohash v2", e.New.V2.String())
	}
	con.Show(&list)
	return nil
}

// showTotals ends a run over several torrents.
func showTotals(con *console.Console, t *totals, took time.Duration, verbose bool) {
	if t.changed > 0 || t.unchanged > 0 && verbose {
		con.Print()
	}
	con.Printf("%s: %s changed, %s unchanged, %s refused, in %s", command.Plural(t.changed+t.unchanged+t.refused, "torrent"),
		console.FormatCount(int64(t.changed)), console.FormatCount(int64(t.unchanged)), console.FormatCount(int64(t.refused)), con.Times.Work(took))
}

// showEditDiff prints what an edit changes.
func showEditDiff(con *console.Console, input string, e *create.Edited) {
	var urls []string // a comment may repeat the key of a tracker
	for _, c := range e.Changes {
		if isURLs(c.Key) {
			urls = append(urls, c.Old...)
		}
	}
	line := func(sign string, c console.Colour, text string) {
		con.Print(console.Words(sign + " " + con.Redact(text, urls...)).In(c))
	}
	con.Print(console.Words(console.Escape(input)).In(console.Bold))
	for _, c := range e.Changes {
		old, now := differing(c.Old, c.New)
		for _, s := range old {
			line("-", console.Red, c.Key+": "+s)
		}
		for _, s := range now {
			line("+", console.Green, c.Key+": "+s)
		}
	}
	if e.Old != e.New {
		line("-", console.Red, "infohash: "+e.Old.String())
		line("+", console.Green, "infohash: "+e.New.String())
	}
	if e.Cut > 0 {
		line("-", console.Red, fmt.Sprintf("%s around the torrent", command.Plural(e.Cut, "byte")))
	}
	if len(e.Changes) == 0 {
		con.Printf("  no change")
	}
}

// differing leaves out what two lists have in common, unless they differ only in their order.
func differing(old, now []string) (removed, added []string) {
	for _, s := range old {
		if !slices.Contains(now, s) {
			removed = append(removed, s)
		}
	}
	for _, s := range now {
		if !slices.Contains(old, s) {
			added = append(added, s)
		}
	}
	if len(removed)+len(added) == 0 {
		return old, now
	}
	return removed, added
}
