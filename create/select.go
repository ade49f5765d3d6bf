package create

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Rule includes or excludes files by a glob; the last that matches decides.
type Rule = content.Rule

// Note is what the scan of a folder has to say: a file that was left out, a
// link that leads outside, a name that other systems do not take.
type Note = content.Note

// NoteName is the kind of notes about names that other systems do not take, or
// take for another one.
const NoteName = content.NoteName

// Decision is what was decided about a path, and why.
type Decision = content.Decision

// LinkMode says what becomes of symbolic links.
type LinkMode = content.LinkMode

// The modes: take what links lead to, take them as links (BEP 47), leave them
// out, fail.
const (
	FollowLinks = content.FollowLinks
	StoreLinks  = content.StoreLinks
	SkipLinks   = content.SkipLinks
	RefuseLinks = content.RefuseLinks
)

// Order is an order of files.
type Order uint8

// The orders. v2 has only the first; in v1 files may come in any.
const (
	ByPath    Order = iota // by path components, as raw bytes
	ByNatural              // numbers in names by their value, letters without regard to case
	BySize                 // the smallest first
)

// Selection says which files go into a torrent, and under which names. The
// zero value takes every file but junk, and follows links.
type Selection struct {
	Rules       []Rule
	KeepJunk    bool // take .DS_Store, Thumbs.db, desktop.ini and ._* too
	SkipHidden  bool // leave out what is hidden: a dot in front, or an attribute of the system
	Links       LinkMode
	IgnoreFiles []string // files of patterns in the syntax of .gitignore
	GitIgnore   bool     // obey .gitignore files in the tree, and leave out .git
	Only        []string // if not nil, nothing but these files, and what is in these folders, relative to the path
	Order       Order
	Normalize   bool // write names in Unicode's composed form, NFC
	Explain     bool // have Plan.Decisions
}

func (s *Selection) scan(paths, journals []string) content.ScanOptions {
	rules := s.Rules[:len(s.Rules):len(s.Rules)]
	if len(paths) == 1 {
		rules = append(rules, leaveOut(paths[0], journals)...)
	}
	return content.ScanOptions{
		Rules: rules, KeepJunk: s.KeepJunk, SkipHidden: s.SkipHidden, Links: s.Links, IgnoreFiles: s.IgnoreFiles,
		GitIgnore: s.GitIgnore, Only: s.Only, Explain: s.Explain,
	}
}

// arrange puts files, given as indices, in order, and refuses names that two of
// them share.
func (s *Selection) arrange(order []int32, names []string, files []content.File, format metainfo.Format) error {
	if s.Order != ByPath && format.HasV2() {
		return fmt.Errorf("a %v torrent has its files in the order of their paths and no other", format)
	}
	slices.SortFunc(order, func(a, b int32) int { return layout.ComparePaths(names[a], names[b]) })
	for k := 1; k < len(order); k++ {
		a, b := order[k-1], order[k]
		switch {
		case names[a] == names[b]:
			return fmt.Errorf("%q and %q become one name, %q", files[a].Path, files[b].Path, names[a])
		case layout.Inside(names[b], names[a]):
			return fmt.Errorf("%q would be both a file and a folder", names[a])
		}
	}
	switch s.Order {
	case ByNatural:
		slices.SortStableFunc(order, func(a, b int32) int { return compareNatural(names[a], names[b]) })
	case BySize:
		slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(files[a].Size, files[b].Size) })
	}
	return nil
}

// compareNatural orders names as people do: runs of digits by their value, then
// letters without regard to case. Folders are not kept apart from each other.
func compareNatural(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	for a != "" && b != "" {
		m, n := digits(a), digits(b)
		if m > 0 && n > 0 {
			x, y := strings.TrimLeft(a[:m], "0"), strings.TrimLeft(b[:n], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[m:], b[n:]
			continue
		}
		x, y := a[0], b[0]
		if x != y {
			switch { // the end of a component comes first
			case x == '/':
				return -1
			case y == '/':
				return 1
			}
			return cmp.Compare(x, y)
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
