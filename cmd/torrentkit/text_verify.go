package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/verify"
)

// maxRanges is how many byte ranges of a file a person is told.
const maxRanges = 8

// showVerified prints what became of one torrent; of one among several briefly.
func (a *app) showVerified(v verified, brief bool) error {
	if brief {
		return a.showBrief(v)
	}
	return a.showReport(v)
}

// showReport prints what verifying found: a line for every file that is not ok, then the sums.
func (a *app) showReport(v verified) error {
	r := v.report
	if a.options.JSON {
		return a.json(verifiedToJSON(v))
	}
	files := newTable(1, "state", "file", "what")
	good := 0
	for i := range r.Files {
		f := &r.Files[i]
		if f.State == verify.OK && len(f.Unverified) == 0 { // else nothing is wrong with it, but not all of it was checked
			good++
		}
		if f.State != verify.OK && f.State != verify.Skipped || len(f.Unverified) > 0 {
			files.row(stateCell(f), textCell(f.Path), textCell(whatIsWrong(f, a.number)))
		}
	}
	for _, e := range r.Extra {
		what := e.Kind
		if e.Kind == "file" {
			what = a.number(e.Size) + " bytes"
		}
		files.row(textCell("extra").in(red), textCell(e.Path), textCell(what))
	}
	if len(files.rows) > 0 {
		a.showTable(files)
	}
	a.showMaps(r)
	a.showShared(r)
	if a.onTerminal() && len(files.rows) > 0 {
		a.print()
	}
	a.showFound(v)
	a.showRepair(v.repair)
	a.showSums(r, good)
	return nil
}

func stateCell(f *verify.FileReport) cell {
	c := textCell(f.State.String())
	if f.State == verify.OK {
		return c.in(yellow)
	}
	return c.in(red)
}

// whatIsWrong words the findings about a file.
func whatIsWrong(f *verify.FileReport, number func(int64) string) string {
	var parts []string
	switch f.State {
	case verify.Short, verify.Long:
		parts = append(parts, fmt.Sprintf("%s bytes instead of %s", number(f.Size), number(f.Length)))
	case verify.Missing:
		parts = append(parts, fmt.Sprintf("%s bytes", number(f.Length)))
	case verify.Unreadable, verify.WrongType:
		if f.Err != nil {
			parts = append(parts, rootCause(f.Err).Error())
		}
	}
	if f.Found != "" {
		parts = append(parts, fmt.Sprintf("there is %q, which differs in case", f.Found))
	}
	if len(f.Damaged) > 0 {
		parts = append(parts, "damaged: "+rangesText(f.Damaged))
	}
	if len(f.Unverified) > 0 {
		parts = append(parts, "not checked: "+rangesText(f.Unverified))
	}
	return strings.Join(parts, "; ")
}

// number is for people, or plain in a pipe.
func (a *app) number(n int64) string {
	if a.onTerminal() {
		return formatCount(n)
	}
	return fmt.Sprint(n)
}

func rangesText(ranges []verify.Range) string {
	var b strings.Builder
	for i, r := range ranges {
		if i == maxRanges {
			fmt.Fprintf(&b, ", and %d more ranges", len(ranges)-maxRanges)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "bytes %d-%d (piece %d", r.Offset, r.Offset+r.Length-1, r.FirstPiece)
		if r.LastPiece > r.FirstPiece {
			fmt.Fprintf(&b, "-%d", r.LastPiece)
		}
		switch {
		case r.Likely:
			b.WriteString(", shared, likely here")
		case r.Shared:
			b.WriteString(", shared")
		case r.Exact:
			b.WriteString(", exact")
		}
		b.WriteString(")")
	}
	return b.String()
}

// maxShared is how many pieces and files are listed for people.
const maxShared = 10

// showShared names the candidates for each damaged piece that spans files, and pieces on which a hybrid contradicts itself.
func (a *app) showShared(r *verify.Report) {
	told := 0
	for p := range r.NotOK() {
		p.Parts = candidates(p)
		if !p.State.Bad() || len(p.Parts) == 1 && p.State == verify.PieceBad {
			continue
		}
		if told++; told > maxShared {
			a.note("more pieces are damaged: --json lists all")
			return
		}
		names := make([]string, 0, maxShared)
		for i, part := range p.Parts {
			if i == maxShared {
				names = append(names, fmt.Sprintf("%d more", len(p.Parts)-maxShared))
				break
			}
			names = append(names, fmt.Sprintf("%q", r.Files[part.File].Path))
		}
		switch {
		case p.State != verify.PieceBad:
			a.note(fmt.Sprintf("piece %d of %s: %v: the torrent contradicts itself or the data", p.Index, strings.Join(names, ", "), p.State))
		case len(p.Parts) == 0:
			a.note(fmt.Sprintf("piece %d is padding only, and its hash is not that of zeros", p.Index))
		default:
			a.note(fmt.Sprintf("piece %d spans files: the damage is in one or more of %s", p.Index, strings.Join(names, ", ")))
		}
	}
}

// candidates are the parts of a bad piece that may be the wrong ones.
func candidates(p verify.PieceReport) []verify.Part {
	return slices.DeleteFunc(p.Parts, func(part verify.Part) bool { return part.Verdict == verify.Whole })
}

const (
	maxMaps  = 8  // damaged files that are drawn
	mapWidth = 64 // cells of a map
)

// showMaps draws the damaged files on a terminal.
func (a *app) showMaps(r *verify.Report) {
	if !a.onTerminal() {
		return
	}
	drawn := 0
	for i := range r.Files {
		if f := &r.Files[i]; len(f.Damaged) == 0 || drawn == maxMaps {
			continue
		}
		if drawn++; drawn == 1 {
			a.print()
			a.printf("map: . good, X bad, ? not checked, - left out")
		}
		line := []span{words("[")}
		for _, s := range r.Map(i, min(mapWidth, max(a.width()-4, 8))) {
			switch {
			case s == verify.PieceOK:
				line = append(line, words("."))
			case s == verify.PieceSkipped:
				line = append(line, words("-"))
			case s.Bad():
				line = append(line, words("X").in(red))
			default:
				line = append(line, words("?").in(yellow))
			}
		}
		a.print(append(line, words("] "+escape(r.Files[i].Path)))...)
	}
}

func (a *app) showSums(r *verify.Report, good int) {
	var f fields
	f.text("name", r.Name)
	f.text("content", r.Root)
	f.add("files", ofCell(int64(good), int64(len(r.Files)), "ok"))
	f.add("pieces", ofCell(int64(r.GoodPieces), int64(r.Pieces), "ok"))
	bytes := ofCell(r.GoodBytes, r.Bytes, "")
	bytes.human = fmt.Sprintf("%s of %s (%s %%)", formatSize(r.GoodBytes), formatSize(r.Bytes), percent(r.GoodBytes, r.Bytes))
	f.add("bytes", bytes)
	if r.KnownPieces > 0 {
		f.count("from the journal", int64(r.KnownPieces))
	}
	if r.LostPieces > 0 {
		f.count("too scattered to check", int64(r.LostPieces))
	}
	if r.SkippedPieces > 0 {
		f.count("left out", int64(r.SkippedPieces))
	}
	if r.Seed != 0 {
		f.text("seed", fmt.Sprint(r.Seed))
	}
	if c := r.Compared; c != nil {
		f.text("compared with", c.Root)
		f.add("whole there", ofCell(int64(c.Good), int64(c.Good+c.Bad), "damaged pieces"))
	}
	f.add("result", resultCell(r))
	a.show(&f)
}

// resultCell is the verdict in a few words.
func resultCell(r *verify.Report) cell {
	switch {
	case r.Incomplete:
		return textCell("not complete: stopped").in(red)
	case !r.OK():
		return textCell("not ok").in(red)
	case r.SkippedPieces > 0:
		return textCell("ok, as far as it was read").in(green)
	}
	return textCell("ok").in(green)
}

// ofCell is a share: "3 of 4 ok", and 3/4 in a pipe.
func ofCell(n, total int64, word string) cell {
	return cell{human: strings.TrimSpace(formatCount(n) + " of " + formatCount(total) + " " + word), raw: fmt.Sprintf("%d/%d", n, total)}
}

// percent gives two decimals, rounded down: 100.00 is everything.
func percent(n, total int64) string {
	if total == 0 || n == total {
		return "100.00"
	}
	hundredths := int64(float64(n) / float64(total) * 10000)
	hundredths = min(hundredths, 9999)
	return fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)
}
