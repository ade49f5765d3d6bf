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
	files := r.found.Report.Files
	j := &searchJSON{
		Candidates: r.found.Candidates, Stopped: r.found.Stopped, Output: r.output, Linked: r.linked.Made, Kept: r.linked.Kept,
		Found: make([]foundJSON, len(r.found.Found)), Lost: pathsOf(files, r.found.Lost), Untried: pathsOf(files, r.found.Untried),
	}
	for i, f := range r.found.Found {
		j.Found[i] = foundJSON{files[f.File].Path, f.Path, f.Proved}
	}
	return j
}

func fixedToJSON(f *verify.Fixed) *fixedJSON {
	if f == nil {
		return nil
	}
	j := &fixedJSON{
		DryRun: f.DryRun, Truncated: command.OrEmpty(f.Truncated), Content: f.RenamedRoot, Removed: f.Removed,
		Renamed: make([]renameJSON, len(f.Renamed)), Left: make([]leftJSON, len(f.Left)),
	}
	for i, n := range f.Renamed {
		j.Renamed[i] = renameJSON(n)
	}
	for i, l := range f.Left {
		j.Left[i] = leftJSON{l.Path, l.Why}
	}
	return j
}

// pathsOf are the paths of some files.
func pathsOf(all []verify.FileReport, some []int) []string {
	paths := make([]string, len(some))
	for i, k := range some {
		paths[i] = all[k].Path
	}
	return paths
}
