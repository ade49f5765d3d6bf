package content

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// ScanOptions say which files a scan takes.
type ScanOptions struct {
	// Rules are tried from the last to the first, and the first that matches a path, or a folder that it lies in,
	// decides. A path that none matches is included, unless the first rule is an include. What the user named as the
	// root is always taken.
	Rules []Rule
	// KeepJunk takes .DS_Store, Thumbs.db, desktop.ini and ._* files like all others.
	KeepJunk bool
}

// Scan walks a file or folder that the user named, for making a torrent.
//
// Hidden and empty files are taken. Symbolic links to files and folders are followed, wherever they lead; two links to
// one target give two entries, and a folder that is its own ancestor is left out with a note. A link that leads
// nowhere, and a file or folder that cannot be looked at, is an error that names it, unless a rule excludes it. Sockets,
// FIFOs and devices are left out with a note. The files come in the order of [layout.ComparePaths].
func Scan(ctx context.Context, root string, o ScanOptions) (*Tree, Notes, error) {
	rules, err := compileRules(o.Rules)
	if err != nil {
		return nil, nil, err
	}
	if root == "" {
		return nil, nil, errors.New("scanning: no path was named")
	}
	base, err := filepath.Abs(root)
	if err != nil {
		return nil, nil, fmt.Errorf("scanning %q: %w", root, err)
	}
	st, err := statPath(base)
	if err != nil {
		return nil, nil, fmt.Errorf("scanning %q: %w", root, err)
	}
	s := &scanner{ctx: ctx, rules: rules, junk: o.KeepJunk, name: root, base: base, above: map[folderID]int{}}
	switch st.kind {
	case kindFile:
		s.add(filepath.Base(base), &st)
		s.files[0].Path = ""
	case kindFolder:
		if err := s.walk(noRule, identify(&st, folderID{}, base, true)); err != nil {
			return nil, nil, err
		}
	default:
		return nil, nil, fmt.Errorf("scanning %q: it is %v, not a file or folder", root, st.kind)
	}
	slices.SortStableFunc(s.notes, func(a, b Note) int { return layout.ComparePaths(a.Path, b.Path) })
	t := &Tree{name: root, files: s.files}
	t.open = scannedFiles{base, t.files}
	return t, s.notes, nil
}

// scanner is one walk.
type scanner struct {
	ctx   context.Context
	rules ruleSet
	junk  bool   // keep it
	name  string // the root as the user named it
	base  string // the root, absolute
	real  string // the root without links, once it is needed

	files []File
	notes Notes
	spare [][]entry        // buffers for folders
	slab  strings.Builder  // paths of files, many in one allocation
	path  []byte           // slash path of the entry at hand
	above map[folderID]int // the folders that the walk is in, and the length of their paths
}

// batch is how many entries of a folder are looked at before they are visited: bounded memory for folders of any size,
// and a short wait after ctx is done.
const batch = 256

// walk visits the folder at s.path, whose verdict was given.
func (s *scanner) walk(verdict int, id folderID) error {
	l, err := list(s.ctx, s.osPath())
	if err != nil {
		return s.folderError(err)
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
		if buf, err = l.appendStat(buf[:0], i, min(i+batch, l.size())); err != nil {
			return s.folderError(err)
		}
		if err := s.visitAll(buf, verdict, id); err != nil {
			return err
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
func (s *scanner) visitAll(list []entry, verdict int, id folderID) error {
	mark := len(s.path)
	for i := range list {
		if mark > 0 {
			s.path = append(s.path, '/')
		}
		s.path = append(s.path, list[i].name...)
		if err := s.visit(&list[i], verdict, id); err != nil {
			return err
		}
		s.path = s.path[:mark]
	}
	return nil
}

// visit decides about the entry at s.path, which lies in the folder parent.
func (s *scanner) visit(e *entry, inherited int, parent folderID) error {
	folder := e.err == nil && e.stat.kind == kindFolder
	verdict := s.rules.verdict(inherited, s.path, e.name, folder)
	wanted := s.rules.includes(verdict)
	switch {
	case !wanted && !(folder && s.rules.mayReturn(verdict)):
		return nil
	case !folder && !s.junk && isJunk(e.name):
		s.note(NoteJunk, "")
		return nil
	case e.err != nil && e.link:
		return fmt.Errorf("symbolic link %q leads to %q: %w", s.display(), s.readLink(), e.err)
	case e.err != nil:
		return fmt.Errorf("looking at %q: %w", s.display(), e.err)
	case folder:
		return s.descend(e, verdict, wanted, parent)
	case e.stat.kind != kindFile:
		s.note(NoteSpecial, e.stat.kind.String())
		return nil
	}
	if e.link {
		s.noteOutside()
	}
	s.add(e.name, &e.stat)
	return nil
}

// descend walks into the folder at s.path, unless it is one that the walk is already in.
func (s *scanner) descend(e *entry, verdict int, wanted bool, parent folderID) error {
	id := identify(&e.stat, parent, s.osPath(), e.link)
	if n, ok := s.above[id]; ok {
		if wanted {
			s.note(NoteLoop, filepath.Join(s.name, filepath.FromSlash(string(s.path[:n]))))
		}
		return nil
	}
	before := len(s.files)
	if err := s.walk(verdict, id); err != nil {
		return err
	}
	if e.link && (wanted || len(s.files) > before) {
		s.noteOutside()
	}
	return nil
}

// add takes the file at s.path.
func (s *scanner) add(name string, st *stat) {
	if s.slab.Cap()-s.slab.Len() < len(s.path) {
		s.slab = strings.Builder{}
		s.slab.Grow(max(64<<10, len(s.path)))
	}
	start := s.slab.Len()
	s.slab.Write(s.path)
	s.files = append(s.files, File{
		Path:       s.slab.String()[start:],
		Size:       st.size,
		stamp:      st.stamp,
		Executable: st.exec,
		Hidden:     st.hidden || strings.HasPrefix(name, "."),
	})
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

// osPath is the absolute path of the entry at hand, for the system.
func (s *scanner) osPath() string { return join(s.base, string(s.path)) }

// display is the path of the entry at hand as a user would write it.
func (s *scanner) display() string {
	return filepath.Join(s.name, filepath.FromSlash(string(s.path)))
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
// case.
func isJunk(name string) bool {
	return name == ".DS_Store" || strings.HasPrefix(name, "._") ||
		strings.EqualFold(name, "Thumbs.db") || strings.EqualFold(name, "desktop.ini")
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

// scannedFiles opens what the user named, following links.
type scannedFiles struct {
	base  string
	files []File
}

func (s scannedFiles) openFile(i int) (rawFile, error) {
	return openPath(join(s.base, s.files[i].Path))
}

func (s scannedFiles) close() error { return nil }
