package create

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/glob"
	"github.com/torrentkit/torrentkit/internal/layout"
)

// Rule includes or excludes what a glob matches; of several that match a path,
// or a folder that it lies in, the last decides. What none matches is included,
// unless the first rule is an include.
//
// Globs are those of doublestar (*, **, ?, [class], {a,b}) and match slash paths
// below the content's folder. One without a slash matches a name at any depth; a
// leading slash ties it to the top; with a trailing slash it matches folders only.
type Rule struct {
	Pattern string
	Include bool // false: exclude
	Fold    bool // upper and lower case are alike
}

// Expand lists, in order, the files and folders on disk that a path with a glob in
// it names, for systems whose shells leave that to programs. Here a glob without a
// slash matches in the current folder only, upper and lower case are alike, and a
// backslash is a slash. A path without a glob, or of something that is there, stands
// for itself; what nothing matches gives no names.
func Expand(ctx context.Context, path string) ([]string, error) { return glob.Expand(ctx, path) }

// LinkMode says what becomes of symbolic links.
type LinkMode uint8

// The modes.
const (
	FollowLinks LinkMode = iota // take what they lead to, wherever that is
	StoreLinks                  // take them as links (BEP 47)
	SkipLinks                   // leave them out, with a note
	RefuseLinks                 // fail
)

// Order is what files are sorted by.
type Order uint8

// The orders. v2 has only the first; in v1 files may come in any.
const (
	ByPath    Order = iota // by path components, as raw bytes
	ByNatural              // numbers in names by their value, letters without regard to case
	BySize                 // the smallest first
)

// SortKey is an order, or its reverse.
type SortKey struct {
	Order      Order
	Descending bool
}

// Selection says which files become content, and under which names. The zero
// value takes every file but junk.
type Selection struct {
	Rules      []Rule
	KeepJunk   bool      // take .DS_Store, Thumbs.db, desktop.ini, ._*, .nfs* and .fuse_hidden* too
	SkipHidden bool      // leave out what is hidden: a dot in front, or an attribute of the system
	Only       []string  // if not nil, nothing but these files, and what is in these folders, relative to the path
	Order      []SortKey // files that are alike by the first key are sorted by the next, and by their paths at last
	Normalize  bool      // write names in Unicode's composed form, NFC
	Explain    bool      // have Content.Decisions
}

// DiskSelection is a Selection of files on disk. The zero value follows links.
type DiskSelection struct {
	Selection
	Links       LinkMode
	IgnoreFiles []string // files of patterns in the syntax of .gitignore
	// GitIgnore leaves out .git and what git ignores, by the .gitignore files in
	// the folder and in its repository, .git/info/exclude and GitExcludes; and what
	// .ignore files say, in the folder and in those that it lies in, which outrank
	// the others.
	GitIgnore bool
	// GitExcludes is git's core.excludesFile, "" for none. A library asks no other
	// program for it: git config --type=path core.excludesFile tells.
	GitExcludes string
	// LeaveOut are files by their paths for the system, which are no part of the
	// content where they lie in it: a journal, a .torrent that is written.
	LeaveOut []string
	// Found, if not nil, is told now and then how many files a scan has found.
	Found func(files int)
}

// options are what content is told of the selection.
func (s *Selection) options() content.ScanOptions {
	o := content.ScanOptions{KeepJunk: s.KeepJunk, SkipHidden: s.SkipHidden, Only: s.Only, Explain: s.Explain}
	for _, r := range s.Rules {
		o.Rules = append(o.Rules, glob.Rule(r))
	}
	return o
}

// options are what content is told of the selection.
func (s *DiskSelection) options(paths []string) content.ScanOptions {
	o := s.Selection.options()
	o.Links, o.Found = content.LinkMode(s.Links), s.Found
	o.IgnoreFiles, o.GitIgnore, o.GitExcludes = s.IgnoreFiles, s.GitIgnore, s.GitExcludes
	for _, path := range paths {
		for _, file := range s.LeaveOut {
			if name := below(path, file, len(paths) > 1); name != "" {
				o.LeaveOut = append(o.LeaveOut, name)
			}
		}
	}
	return o
}

// below is the slash path that a file has in content of a folder, or of several;
// "" if it does not lie in the folder.
func below(folder, file string, several bool) string {
	root, err1 := filepath.Abs(folder)
	file, err2 := filepath.Abs(file)
	if err1 != nil || err2 != nil {
		return ""
	}
	rel, err := filepath.Rel(root, file)
	if err != nil || rel == "." || !filepath.IsLocal(rel) {
		return ""
	}
	if several {
		rel = filepath.Join(filepath.Base(root), rel)
	}
	return filepath.ToSlash(rel)
}

// NoteKind says what a [Note] is about.
type NoteKind uint8

// The kinds.
const (
	// NoteJunk is a file of an operating system (.DS_Store, Thumbs.db,
	// desktop.ini, ._*, and the .nfs* and .fuse_hidden* of files that were
	// removed while they were open) that was left out.
	NoteJunk NoteKind = iota + 1
	// NoteOutside is a symbolic link that leads outside the scanned folder. It
	// was followed.
	NoteOutside
	// NoteSpecial is a socket, FIFO or device, or a link to one. It was left out.
	NoteSpecial
	// NoteLoop is a folder that is one of the folders it lies in, reached by a
	// symbolic link. It was left out.
	NoteLoop
	// NoteLink is a symbolic link that was left out, because links are skipped.
	NoteLink
	// NoteName is a name that other systems do not take, or take for another one.
	NoteName
	// NotePattern is the pattern of a rule, in place of a path, that decided about
	// no file or folder.
	NotePattern
	// NoteSigned is a file whose URL is signed or holds a secret, which the web seed
	// is named without.
	NoteSigned
	// NoteNoSeed is that a torrent of what servers have names no web seed. It has no path.
	NoteNoSeed
	// NoteNoVersion is a file of which the server tells no version, so that only its
	// size is known not to have changed.
	NoteNoVersion
	// NoteForgotten is a file that a journal cannot remember: the server sends no
	// strong ETag, and no time of change that is long enough ago to tell another.
	NoteForgotten
)

// String is a short English phrase for the kind.
func (k NoteKind) String() string {
	return [...]string{
		NoteJunk: "operating-system junk left out", NoteOutside: "symbolic link leads outside the folder",
		NoteSpecial: "special file left out", NoteLoop: "symbolic link loop left out", NoteLink: "symbolic link left out",
		NoteName: "not portable", NotePattern: "the pattern decides about nothing",
		NoteSigned: "named as a web seed without what its URL has of secrets", NoteNoSeed: "no web seed is named", NoteNoVersion: "the server tells no version (ETag, Last-Modified), so that only a change of its size would show",
		NoteForgotten: "the journal cannot remember it: it was changed just now, or has a weak ETag",
	}[k]
}

// Note is what the scan of a folder has to say and is no error.
type Note struct {
	Path string // slash-separated, below the folder
	Kind NoteKind
	// Detail is where the link leads, what the special file is, or what is wrong
	// with the name; it may be empty. It holds raw names: escape before printing.
	Detail string
}

// Decision is what was decided about a path.
type Decision struct {
	Path     string // slash-separated, below the folder; ends in a slash for a folder
	Included bool
	Reason   string // the rule, or what else decided; "" where nothing spoke against the path
}

// sort puts the files in order. It returns two that cannot be in one torrent, or
// one index twice.
func (c *Content) sort() (a, b content.FileIndex) {
	slices.SortFunc(c.order, func(a, b content.FileIndex) int { return layout.ComparePaths(c.nameOf(a), c.nameOf(b)) })
	for k := 1; k < len(c.order); k++ {
		a, b := c.order[k-1], c.order[k]
		if c.nameOf(a) == c.nameOf(b) || layout.Inside(c.nameOf(b), c.nameOf(a)) {
			return a, b
		}
	}
	if !c.byPath() {
		sort.SliceStable(c.order, func(i, j int) bool { return c.compare(c.order[i], c.order[j]) < 0 })
	}
	return 0, 0
}

// byPath tells whether the files have the order of their paths.
func (c *Content) byPath() bool { return len(c.sorted) == 0 || c.sorted[0] == SortKey{} }

// compare compares files by the keys that were asked for.
func (c *Content) compare(a, b content.FileIndex) int {
	files := c.tree.Files()
	for _, key := range c.sorted {
		order := 0
		switch key.Order {
		case ByPath:
			order = layout.ComparePaths(c.nameOf(a), c.nameOf(b))
		case ByNatural:
			order = compareNatural(c.nameOf(a), c.nameOf(b))
		case BySize:
			order = cmp.Compare(files[a].Size, files[b].Size)
		}
		switch {
		case order != 0 && key.Descending:
			return -order
		case order != 0:
			return order
		}
	}
	return 0
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
