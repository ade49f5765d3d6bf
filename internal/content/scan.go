package content

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/glob"
)

// ScanOptions say which files a scan takes.
type ScanOptions struct {
	// Rules are tried from the last to the first, and the first that matches a path, or a folder that it lies in,
	// decides. A path that none matches is included, unless the first rule is an include. What the user named as the
	// root is always taken. A rule that decides about nothing, in a tree without commas in its names, stands for several
	// where its pattern has commas.
	Rules []glob.Rule
	// LeaveOut are slash paths that are not taken, whatever the rules say.
	LeaveOut []string
	// KeepJunk takes .DS_Store, Thumbs.db, desktop.ini, ._*, .nfs* and .fuse_hidden* files like all others.
	KeepJunk bool
	// SkipHidden leaves out what [File] calls hidden, and folders that are.
	SkipHidden bool
	Links      LinkMode
	// IgnoreFiles are files of patterns in the syntax of .gitignore, relative to the root.
	IgnoreFiles []string
	// GitIgnore leaves out .git, and obeys .gitignore files as git does: those in the tree, and those of the repository that
	// it lies in, whose .git/info/exclude too. Each .ignore file, in the tree and in the folders that it lies in, outranks them all.
	GitIgnore bool
	// GitExcludes is a file that GitIgnore obeys before all others, which outrank it: git's core.excludesFile. Its patterns
	// are relative to the top of the repository, and so is its name. It need not be there.
	GitExcludes string
	// Only, if not nil, are paths relative to the root: nothing but these files, and the files in these folders, is taken.
	Only []string
	// Found, if not nil, is told now and then how many files were found so far.
	Found func(files int)
	// Explain makes the tree remember what was decided about each path.
	Explain bool
}

// Scan walks one or more files or folders that the user named, for making a torrent. Where there are several, each is an
// entry at the top of the tree under its own name, and two of one name are an error.
//
// Hidden and empty files are taken. Symbolic links to files and folders are followed, wherever they lead; two links to
// one target give two entries, and a folder that is its own ancestor is left out with a note. A link that leads
// nowhere, and a file or folder that cannot be looked at, is an error that names it, unless a rule excludes it. Sockets,
// FIFOs and devices are left out with a note. The files come in the order of layout.ComparePaths.
func Scan(ctx context.Context, roots []string, o ScanOptions) (*Tree, Notes, error) {
	seen := time.Now()
	s := &scanner{ctx: ctx, o: o, above: map[folderID]int{}, loading: map[string]*loading{}}
	if err := s.prepare(roots); err != nil {
		return nil, nil, err
	}
	for i, root := range roots {
		if err := s.scanRoot(i, root, len(roots) > 1); err != nil {
			return nil, nil, err
		}
	}
	if o, again := s.splitRules(); again {
		return Scan(ctx, roots, o)
	}
	if missing := s.only.missing(); missing != "" {
		return nil, nil, fmt.Errorf("scanning %q: there is no %q in it, or it was left out", roots[0], missing)
	}
	sortNotes(s.notes)
	if len(roots) > 1 {
		sortFiles(s.files)
	}
	t := &Tree{seen: seen, name: s.name, files: s.files, links: s.links, decisions: s.decisions}
	if len(roots) > 1 {
		t.name = "" // paths begin with the names of the roots
	}
	t.open = &scannedFiles{bases: s.bases, folders: s.folders, files: t.files, seen: seen}
	return t, s.notes, nil
}

// scanRoot scans one of the paths that the user named.
func (s *scanner) scanRoot(i int, root string, several bool) error {
	if root == "" {
		return errors.New("scanning: no path was named")
	}
	base, err := filepath.Abs(root)
	if err != nil {
		return fmt.Errorf("scanning %q: %w", root, err)
	}
	st, err := statPath(base)
	if err != nil {
		return fmt.Errorf("scanning %q: %w", root, err)
	}
	s.name, s.base, s.root, s.real, s.path = root, base, i, "", s.path[:0]
	s.prefix, s.here = "", inFolder{}
	if several {
		s.prefix = filepath.Base(base)
		s.path = append(s.path, s.prefix...)
		if slices.Contains(s.prefixes, s.prefix) {
			return fmt.Errorf("scanning %q: another path has the name %q too", root, s.prefix)
		}
		s.prefixes = append(s.prefixes, s.prefix)
	}
	s.bases = append(s.bases, &rootBase{path: base, prefix: s.prefix, file: st.kind == kindFile})
	switch st.kind {
	case kindFile:
		s.decide(true, "")
		s.add(filepath.Base(base), &st, true)
		return nil
	case kindFolder:
		ig := &s.ignores
		if s.o.GitIgnore {
			if ig, err = ig.enterTree(base, s.below(), s.o.GitExcludes); err != nil {
				return fmt.Errorf("scanning %q: %w", root, err)
			}
		}
		return s.walk(&st, glob.NoRule, identify(&st, folderID{}, base, true), ig)
	}
	return fmt.Errorf("scanning %q: it is %v, not a file or folder", root, st.kind)
}

// scanner is one walk.
type scanner struct {
	ctx     context.Context
	rules   *glob.Rules
	decided []bool // by rule: whether it decided about a path
	commas  bool   // in a name
	visited bool   // any path below a root
	o       ScanOptions
	ignores ignores // of the ignore files that were named
	only    *onlySet
	fsys    fs.FS // nil on disk
	entries int   // of it

	name   string // the root as the user named it
	base   string // the root, absolute
	real   string // the root without links, once it is needed
	root   int    // which of the roots it is
	prefix string // what paths below the root begin with, where there are several

	files     []File
	links     []string // where symbolic links lead that are to be stored as such
	notes     Notes
	decisions []Decision
	bases     []*rootBase
	folders   []scannedFolder // that files were found in
	here      inFolder        // the one that the walk is in
	prefixes  []string
	spare     [][]entry           // buffers for folders
	slab      strings.Builder     // paths of files, many in one allocation
	path      []byte              // slash path of the entry at hand
	loading   map[string]*loading // folders that will be walked soon, by their paths for the system
	above     map[folderID]int    // the folders that the walk is in, and the length of their paths
}

// batch is how many entries of a folder are looked at before they are visited: bounded memory for folders of any size,
// and a short wait after ctx is done.
const batch = 256

// walk visits the folder at s.path, whose verdict was given, and which st was seen of before.
func (s *scanner) walk(st *stat, verdict int, id folderID, ig *ignores) error {
	if int64(max(len(s.folders), len(s.links))) > maxNumber-2 {
		return fmt.Errorf("reading folder %q: more than %d folders or symbolic links", s.display(), maxNumber-2)
	}
	outer := s.here
	s.here = inFolder{stamp: st.stamp}
	defer func() { s.here = outer }()
	l, first, err := s.load()
	if err != nil {
		return s.folderError(err)
	}
	if s.o.GitIgnore {
		below := s.below()
		if ig, err = ig.enter(s.osPath(), below, place{base: below}, true); err != nil {
			return err
		}
	}
	s.above[id] = len(s.path)
	defer delete(s.above, id)
	var buf []entry
	if n := len(s.spare); n > 0 {
		buf, s.spare = s.spare[n-1], s.spare[:n-1]
	}
	for i := 0; i < l.size(); i += batch {
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		entries := first
		if i > 0 {
			if buf, err = l.appendStat(buf[:0], i, min(i+batch, l.size())); err != nil {
				return s.folderError(err)
			}
			entries = buf
		}
		if err := s.visitAll(entries, verdict, id, ig); err != nil {
			return err
		}
		if s.o.Found != nil {
			s.o.Found(len(s.files))
		}
	}
	s.spare = append(s.spare, buf)
	return nil
}

// folderError is the error of a walk that cannot read the folder at s.path.
func (s *scanner) folderError(err error) error {
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	return fmt.Errorf("reading folder %q: %w", s.display(), err)
}

// visitAll visits some entries of the folder at s.path.
func (s *scanner) visitAll(list []entry, verdict int, id folderID, ig *ignores) error {
	mark := len(s.path)
	soon := loader{s: s, list: list, inherited: verdict, ig: ig}
	defer soon.forget()
	for i := range list {
		soon.load(i + 1)
		s.enter(list[i].name)
		if err := s.visit(&list[i], verdict, id, ig); err != nil {
			return err
		}
		s.path = s.path[:mark]
	}
	return nil
}

// enter goes from the folder at s.path to an entry of it.
func (s *scanner) enter(name string) {
	if len(s.path) > 0 {
		s.path = append(s.path, '/')
	}
	s.path = append(s.path, name...)
}

// walks says whether an entry is a folder that is walked unless it is left out.
func (s *scanner) walks(e *entry) bool {
	return e.err == nil && e.stat.kind == kindFolder && !(e.link && s.o.Links != FollowLinks)
}

// visit decides about the entry at s.path, which lies in the folder parent.
func (s *scanner) visit(e *entry, inherited int, parent folderID, ig *ignores) error {
	folder := s.walks(e)
	verdict := s.rules.Verdict(inherited, s.path, e.name, folder)
	if verdict != glob.NoRule {
		s.decided[verdict] = true
	}
	s.commas, s.visited = s.commas || strings.Contains(e.name, ","), true
	wanted := s.rules.Includes(verdict)
	if why := s.leftOut(e, folder, verdict, ig); why != "" {
		if folder {
			s.decideFolder(why)
		} else {
			s.decide(false, why)
		}
		return nil
	}
	switch {
	case e.link && s.o.Links == SkipLinks:
		s.note(NoteLink, "")
		s.decide(false, "symbolic link")
		return nil
	case e.link && s.o.Links == RefuseLinks:
		return fmt.Errorf("%q is a symbolic link, to %q", s.display(), s.readLink())
	case e.err != nil && e.link:
		return fmt.Errorf("symbolic link %q leads to %q: %w", s.display(), s.readLink(), e.err)
	case e.err != nil:
		return fmt.Errorf("looking at %q: %w", s.display(), e.err)
	case e.link && s.o.Links == StoreLinks:
		return s.addLink(verdict)
	case folder && s.fsys != nil:
		return s.walkFS(verdict)
	case folder:
		return s.descend(e, verdict, wanted, parent, ig)
	case e.stat.kind != kindFile:
		s.note(NoteSpecial, e.stat.kind.String())
		s.decide(false, e.stat.kind.String())
		return nil
	}
	if e.link {
		s.noteOutside()
	}
	s.decide(true, s.rules.Text(verdict))
	s.add(e.name, &e.stat, e.link)
	return nil
}

// descend walks into the folder at s.path, unless it is one that the walk is already in.
func (s *scanner) descend(e *entry, verdict int, wanted bool, parent folderID, ig *ignores) error {
	id := identify(&e.stat, parent, s.osPath(), e.link)
	if n, ok := s.above[id]; ok {
		if wanted {
			s.note(NoteLoop, filepath.Join(s.name, filepath.FromSlash(s.local(n))))
			s.decideFolder("symbolic link loop left out")
		}
		return nil
	}
	before := len(s.files)
	if err := s.walk(&e.stat, verdict, id, ig); err != nil {
		return err
	}
	if e.link && (wanted || len(s.files) > before) {
		s.noteOutside()
	}
	return nil
}

// add takes the file at s.path; away tells whether it may lie in another folder than that in which the walk is.
func (s *scanner) add(name string, st *stat, away bool) {
	if s.slab.Cap()-s.slab.Len() < len(s.path) {
		s.slab = strings.Builder{}
		s.slab.Grow(max(64<<10, len(s.path)))
	}
	start := s.slab.Len()
	s.slab.Write(s.path)
	f := File{Path: s.slab.String()[start:]}
	f.take(st)
	f.mark(hidden, strings.HasPrefix(name, ".")) // of the only file, which has no path
	f.number(s.folder(away))
	s.files = append(s.files, f)
}

func (s *scanner) note(k NoteKind, detail string) {
	s.notes = append(s.notes, Note{Path: string(s.path), Kind: k, Detail: detail})
}

// noteOutside notes where the link at s.path leads, if that is not inside the root.
func (s *scanner) noteOutside() {
	if s.real == "" {
		s.real = s.base
		if real, err := filepath.EvalSymlinks(s.base); err == nil {
			s.real = real
		}
	}
	target, err := filepath.EvalSymlinks(s.osPath())
	if err != nil {
		target = s.readLink() // it could be followed, but leads too far to be resolved by name
	} else if isWithin(s.real, target) {
		return
	}
	s.note(NoteOutside, target)
}

// isWithin says whether an absolute path without links is that of a folder or lies in it.
func isWithin(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}

// local is the path of the entry at hand, or of what its first n bytes name, below the root.
func (s *scanner) local(n int) string {
	return strings.TrimPrefix(strings.TrimPrefix(string(s.path[:n]), s.prefix), "/")
}

// osPath is the absolute path of the entry at hand, for the system.
func (s *scanner) osPath() string { return join(s.base, s.local(len(s.path))) }

// display is the path of the entry at hand as a user would write it.
func (s *scanner) display() string {
	return filepath.Join(s.name, filepath.FromSlash(s.local(len(s.path))))
}

// readLink is where the link at hand points, as it is written there.
func (s *scanner) readLink() string {
	target, err := os.Readlink(s.osPath())
	if err != nil {
		return "?"
	}
	return target
}

// isJunk says whether a file of this name is made by an operating system for itself. Windows writes its names in any
// case. What is removed while it is open NFS and FUSE keep under another name for so long.
func isJunk(name string) bool {
	return isRemoved(name, ".nfs", 24) || isRemoved(name, ".fuse_hidden", 16) || name == ".DS_Store" || strings.HasPrefix(name, "._") ||
		strings.EqualFold(name, "Thumbs.db") || strings.EqualFold(name, "desktop.ini")
}

// isRemoved tells whether a name has a beginning, and so many hexadecimal digits behind it.
func isRemoved(name, start string, digits int) bool {
	number, ok := strings.CutPrefix(name, start)
	return ok && len(number) == digits && strings.Trim(number, "0123456789abcdef") == ""
}

// join is the path for the system of a slash path below an absolute one; not cleaned, which would cost more than the
// system call.
func join(base, path string) string {
	if path == "" {
		return base
	}
	if os.IsPathSeparator(base[len(base)-1]) {
		return base + filepath.FromSlash(path)
	}
	return base + string(filepath.Separator) + filepath.FromSlash(path)
}
