package verifying

import (
	"github.com/torrentkit/torrentkit/verify"
)

type searchJSON struct {
	Candidates int         `json:"candidates"` // files of a right size
	Found      []foundJSON `json:"found"`
	Lost       []string    `json:"lost"`
	Untried    []string    `json:"untried,omitempty"` // those of lost of which not all candidates were tried
	Output     string      `json:"output,omitempty"`  // with --link
	Linked     int         `json:"linked,omitempty"`  // files that were made
	Kept       int         `json:"kept,omitempty"`    // files that were there already
}

type foundJSON struct {
	Path   string `json:"path"`
	At     string `json:"at"`
	Proved bool   `json:"proved"` // false: the pieces at its ends, which files share, could not be checked
}

type fixedJSON struct {
	DryRun    bool         `json:"dry_run"`
	Renamed   []renameJSON `json:"renamed"`
	Truncated []string     `json:"truncated"`
}

type renameJSON struct {
	From string `json:"from"`
	To   string `json:"to"`
}

func searchToJSON(r *searchResult) *searchJSON {
	if r == nil {
		return nil
	}
	j := &searchJSON{Candidates: r.found.Candidates, Found: []foundJSON{}, Lost: []string{}, Output: r.output, Linked: r.linked.Made, Kept: r.linked.Kept}
	for _, f := range r.found.Found {
		j.Found = append(j.Found, foundJSON{r.found.Report.Files[f.File].Path, f.Path, f.Proved})
	}
	for _, k := range r.found.Lost {
		j.Lost = append(j.Lost, r.found.Report.Files[k].Path)
	}
	for _, k := range r.found.Untried {
		j.Untried = append(j.Untried, r.found.Report.Files[k].Path)
	}
	return j
}

func fixedToJSON(f *verify.Fixed) *fixedJSON {
	if f == nil {
		return nil
	}
	j := &fixedJSON{DryRun: f.DryRun, Renamed: []renameJSON{}, Truncated: append([]string{}, f.Truncated...)}
	for _, n := range f.Renamed {
		j.Renamed = append(j.Renamed, renameJSON(n))
	}
	return j
}
