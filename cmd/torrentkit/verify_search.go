package main

import (
	"context"
	"errors"
	"slices"

	"github.com/torrentkit/torrentkit/verify"
)

type searchFlags struct {
	dirs   []string
	link   string
	output string
	fix    bool
}

// check finds flags that do not go together.
func (f *searchFlags) check(v *verifyFlags) error {
	others := v.repair.from != "" || v.web.wanted() || v.tar || v.content == "-"
	switch {
	case f.link != "" && (len(f.dirs) == 0 || f.output == ""):
		return errors.New("--link needs --search FOLDER and -o FOLDER")
	case f.output != "" && f.link == "":
		return withHint(errors.New("-o needs --link"), "--link copy")
	case f.fix && len(f.dirs) > 0:
		return errors.New("--fix looks in the content's folder only, and does not go with --search")
	case others && (f.fix || len(f.dirs) > 0):
		return errors.New("--search and --fix are about files on disk, and do not go with a repair, web seeds or a stream")
	}
	return nil
}

// linkKind is what --link says.
func (f *searchFlags) linkKind() verify.LinkKind {
	for _, k := range []verify.LinkKind{verify.HardLink, verify.SymLink, verify.RefLink} {
		if f.link == k.String() {
			return k
		}
	}
	return verify.Copy
}

// searchResult is what was found, and linked.
type searchResult struct {
	found  *verify.SearchReport
	linked int    // files that were made
	output string // where; empty if nothing was asked for
}

// whole tells whether everything was found, in its place or elsewhere.
func (r *searchResult) whole() bool {
	if len(r.found.Lost) > 0 || r.found.Report.Incomplete {
		return false
	}
	for _, f := range r.found.Found {
		if !f.Proved {
			return false
		}
	}
	return true
}

// search looks for the files of one torrent, and assembles them.
func (a *app) search(ctx context.Context, torrent []byte, task verifyTask, o verify.Options, f *searchFlags) (verified, error) {
	s, err := verify.Search(ctx, torrent, task.content, f.dirs, o)
	if err != nil {
		return verified{}, err
	}
	res := &searchResult{found: s}
	if f.link != "" {
		res.output = f.output
		res.linked, err = s.Link(ctx, f.output, f.linkKind())
	}
	return verified{report: s.Report, search: res}, err
}

// fix puts names and lengths right.
func (a *app) fix(ctx context.Context, torrent []byte, task verifyTask, o verify.Options, dryRun bool) (verified, error) {
	fixed, err := verify.Fix(ctx, torrent, task.content, verify.FixOptions{Options: o, DryRun: dryRun})
	if fixed == nil {
		return verified{}, err
	}
	return verified{report: fixed.Report, fixed: fixed}, err
}

// showFound prints where files were found, and what was put right.
func (a *app) showFound(v verified) {
	if v.search != nil {
		a.showSearch(v.search)
	}
	if v.fixed == nil {
		return
	}
	would := ""
	if v.fixed.DryRun {
		would = "would be "
	}
	done := newTable(1, "done", "file", "what")
	for _, n := range v.fixed.Renamed {
		done.row(textCell(would+"renamed"), textCell(n.To), textCell("was "+n.From))
	}
	for _, name := range v.fixed.Truncated {
		done.row(textCell(would+"cut"), textCell(name), textCell("was too long, and whole otherwise"))
	}
	if len(done.rows) > 0 {
		a.showTable(done)
	}
}

func (a *app) showSearch(r *searchResult) {
	t := newTable(1, "search", "file", "where")
	for _, f := range r.found.Found {
		state := textCell("found").in(green)
		if !f.Proved {
			state = textCell("found, not proved to its ends").in(yellow)
		}
		t.row(state, textCell(r.found.Report.Files[f.File].Path), textCell(f.Path))
	}
	for _, k := range r.found.Lost {
		where := ""
		if _, untried := slices.BinarySearch(r.found.Untried, k); untried {
			where = "not all candidates tried: too many files of its size share a piece"
		}
		t.row(textCell("not found").in(red), textCell(r.found.Report.Files[k].Path), textCell(where))
	}
	if len(t.rows) > 0 {
		a.showTable(t)
	}
	var f fields
	f.count("candidates", int64(r.found.Candidates))
	if r.output != "" {
		f.text("linked to", r.output)
		f.count("linked", int64(r.linked))
	}
	a.show(&f)
}

type searchJSON struct {
	Candidates int         `json:"candidates"` // files of a right size
	Found      []foundJSON `json:"found"`
	Lost       []string    `json:"lost"`
	Untried    []string    `json:"untried,omitempty"` // those of lost of which not all candidates were tried
	Output     string      `json:"output,omitempty"`  // with --link
	Linked     int         `json:"linked,omitempty"`
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
	j := &searchJSON{Candidates: r.found.Candidates, Found: []foundJSON{}, Lost: []string{}, Output: r.output, Linked: r.linked}
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
