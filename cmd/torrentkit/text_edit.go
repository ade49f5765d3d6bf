package main

import (
	"slices"

	"github.com/torrentkit/torrentkit/create"
)

// editedJSON is what "edit --json" prints of each torrent.
type editedJSON struct {
	Input         string       `json:"input"`
	Output        string       `json:"output,omitempty"` // none with --dry-run
	Changed       bool         `json:"changed"`
	InfoHash      string       `json:"infohash,omitempty"`
	InfoHashV2    string       `json:"infohash_v2,omitempty"`
	OldInfoHash   string       `json:"old_infohash,omitempty"`
	OldInfoHashV2 string       `json:"old_infohash_v2,omitempty"`
	Changes       []changeJSON `json:"changes"`
}

type changeJSON struct {
	Key string   `json:"key"`
	Old []string `json:"old"`
	New []string `json:"new"`
}

// showEdited prints what became of one torrent. output is empty where nothing was written.
func (a *app) showEdited(input, output string, e *create.Edited, f *editFlags) error {
	if a.options.JSON {
		j := editedJSON{Input: input, Output: output, Changed: len(e.Changes) > 0, Changes: []changeJSON{},
			InfoHash: e.New.V1.String(), InfoHashV2: e.New.V2.String(), OldInfoHash: e.Old.V1.String(), OldInfoHashV2: e.Old.V2.String()}
		for _, c := range e.Changes {
			j.Changes = append(j.Changes, changeJSON{c.Key, orEmpty(c.Old), orEmpty(c.New)})
		}
		return a.json(j)
	}
	if !f.first {
		a.print()
	}
	f.first = false
	if output == "" {
		a.showEditDiff(input, e)
		return nil
	}
	var list fields
	list.text("output", output)
	list.yesNo("changed", len(e.Changes) > 0)
	if e.Old != e.New {
		optional(&list, "old infohash", e.Old.V1.String())
		optional(&list, "new infohash", e.New.V1.String())
		optional(&list, "old infohash v2", e.Old.V2.String())
		optional(&list, "new infohash v2", e.New.V2.String())
	}
	a.show(&list)
	return nil
}

// showEditDiff prints what an edit would change.
func (a *app) showEditDiff(input string, e *create.Edited) {
	line := func(sign string, c colour, text string) {
		a.print(words(sign + " " + a.safeText(text)).in(c))
	}
	a.print(words(escape(input)).in(bold))
	for _, c := range e.Changes {
		old, now := differing(c.Old, c.New)
		for _, s := range old {
			line("-", red, c.Key+": "+s)
		}
		for _, s := range now {
			line("+", green, c.Key+": "+s)
		}
	}
	if e.Old != e.New {
		line("-", red, "infohash: "+e.Old.String())
		line("+", green, "infohash: "+e.New.String())
	}
	if len(e.Changes) == 0 {
		a.printf("  no change")
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
