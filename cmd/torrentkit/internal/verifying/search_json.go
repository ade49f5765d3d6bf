package verifying

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/verify"
)

type searchJSON struct {
	Candidates int         `json:"candidates"` // files of a right size
	Found      []foundJSON `json:"found"`
	Lost       []string    `json:"lost"`
	Untried    []string    `json:"untried,omitempty"` // those of lost of which not all candidates were tried
	Stopped    bool        `json:"stopped,omitempty"` // --max-read ended it
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
	Content   string       `json:"renamed_content,omitempty"` // what the file or folder of the content was called
	Removed   []string     `json:"removed,omitempty"`         // folders that were emptied
	Left      []leftJSON   `json:"left,omitempty"`            // files that were left under another name
}

type leftJSON struct {
	Path string `json:"path"`
	Why  string `json:"why"`
}

type renameJSON struct {
	From string `json:"from"`
	To   string `json:"to"`
}

func searchToJSON(r *searchResult) *searchJSON {
	if r == nil {
		return nil
	}
	path := func(k int) string { return r.found.Report.Files[k].Path }
	return &searchJSON{
		Candidates: r.found.Candidates, Stopped: r.found.Stopped, Output: r.output, Linked: r.linked.Made, Kept: r.linked.Kept,
		Found: command.Objects(r.found.Found, func(f verify.Found) foundJSON { return foundJSON{path(f.File), f.Path, f.Proved} }),
		Lost:  command.Objects(r.found.Lost, path), Untried: command.Objects(r.found.Untried, path),
	}
}

func fixedToJSON(f *verify.Fixed) *fixedJSON {
	if f == nil {
		return nil
	}
	return &fixedJSON{
		DryRun: f.DryRun, Truncated: command.OrEmpty(f.Truncated), Content: f.RenamedRoot, Removed: f.Removed,
		Renamed: command.Objects(f.Renamed, func(n verify.Renaming) renameJSON { return renameJSON(n) }),
		Left:    command.Objects(f.Left, func(l verify.Left) leftJSON { return leftJSON{l.Path, l.Why} }),
	}
}
