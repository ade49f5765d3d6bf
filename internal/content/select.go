package content

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/glob"
)

// LinkMode says what becomes of symbolic links below the root.
type LinkMode uint8

// The modes.
const (
	FollowLinks LinkMode = iota // take what they lead to
	StoreLinks                  // take them as links (BEP 47)
	SkipLinks                   // leave them out, with a note
	RefuseLinks                 // fail
)

// Decision is what was decided about a path.
type Decision struct {
	Path     string // slash path in the tree; ends in a slash for a folder
	Included bool
	Reason   string // the rule, or what else decided; "" where nothing spoke against the path
}

func (s *scanner) decide(included bool, reason string) {
	if !s.o.Explain {
		return
	}
	p := string(s.path)
	if p == "" {
		p = filepath.Base(s.base)
	}
	s.decisions = append(s.decisions, Decision{p, included, reason})
}

// decideFolder is decide for a folder in which everything is left out.
func (s *scanner) decideFolder(reason string) {
	s.decide(false, reason)
	if s.o.Explain {
		s.decisions[len(s.decisions)-1].Path += "/"
	}
}

// prepare reads the rules, the ignore files and the list of files.
func (s *scanner) prepare(roots []string) error {
	rules := slices.Clip(s.o.Rules)
	for _, name := range s.o.LeaveOut {
		rules = append(rules, glob.Rule{Pattern: "/" + glob.Escape(name)})
	}
	var err error
	if s.rules, err = glob.Compile(rules); err != nil {
		return err
	}
	s.decided = make([]bool, len(rules))
	for _, name := range s.o.IgnoreFiles {
		l, err := readIgnore(name, name, place{})
		if err != nil {
			return err
		}
		s.ignores.named = append(s.ignores.named, l)
	}
	if s.o.Only == nil {
		return nil
	}
	if len(roots) != 1 {
		return fmt.Errorf("scanning: a list of files is for one folder, not %d paths", len(roots))
	}
	s.only, err = newOnlySet(s.o.Only)
	return err
}

// splitRules makes several rules of those that decided about nothing, if their patterns are lists and no name has a comma:
// then the tree is to be scanned again. Else it notes the rules that decided about nothing.
func (s *scanner) splitRules() (o ScanOptions, again bool) {
	o = s.o
	if !s.visited {
		return o, false
	}
	o.Rules = nil
	for i, r := range s.o.Rules {
		list := glob.Split(r.Pattern)
		if s.decided[i] || s.commas || len(list) < 2 {
			o.Rules = append(o.Rules, r)
			continue
		}
		again = true
		for _, p := range list {
			o.Rules = append(o.Rules, glob.Rule{Pattern: p, Include: r.Include, Fold: r.Fold})
		}
	}
	for i, r := range s.o.Rules {
		if !again && !s.decided[i] {
			s.notes = append(s.notes, Note{Path: r.Pattern, Kind: NotePattern})
		}
	}
	return o, again
}

// leftOut tells why the entry at s.path is left out; "" if it is not.
func (s *scanner) leftOut(e *entry, folder bool, verdict int, ig *ignores) string {
	full := string(s.path)
	switch {
	case !s.only.allows(full, folder):
		return "not in the list of files"
	case !s.rules.Includes(verdict) && !(folder && s.rules.MayReturn(verdict)):
		return s.rules.Text(verdict)
	case !folder && !s.o.KeepJunk && isJunk(e.name):
		s.note(NoteJunk, "")
		return "operating-system junk"
	case s.o.SkipHidden && (strings.HasPrefix(e.name, ".") || e.err == nil && e.stat.hidden):
		return "hidden"
	case s.o.GitIgnore && e.name == ".git":
		return "git's own"
	}
	if p := ig.verdict(full, e.name, folder); p != nil {
		return p.source
	}
	return ""
}

// addLink takes the symbolic link at s.path as a link.
func (s *scanner) addLink(verdict int) error {
	to, err := os.Readlink(s.osPath())
	if err != nil {
		return fmt.Errorf("reading symbolic link %q: %w", s.display(), Bare(err))
	}
	local := s.local(len(s.path))
	target := ""
	if filepath.IsAbs(to) {
		if rel, err := filepath.Rel(s.base, to); err == nil {
			target = filepath.ToSlash(rel)
		}
	} else {
		target = path.Join(path.Dir(local), filepath.ToSlash(to))
	}
	if target == "" || target == "." || !filepath.IsLocal(filepath.FromSlash(target)) {
		return fmt.Errorf("symbolic link %q leads to %q, outside of the folder or to the folder itself: it cannot be stored as a link", s.display(), to)
	}
	if s.prefix != "" {
		target = s.prefix + "/" + target
	}
	s.decide(true, s.rules.Text(verdict))
	f := File{Path: string(s.path)}
	f.mark(link, true)
	f.number(uint32(len(s.links)))
	s.links = append(s.links, target)
	s.files = append(s.files, f)
	return nil
}

// onlySet is a list of the only paths that are wanted. A nil one wants all.
type onlySet struct {
	listed map[string]bool // whether the path was met
	above  map[string]bool // the folders that they lie in
	all    bool
}

func newOnlySet(paths []string) (*onlySet, error) {
	o := &onlySet{listed: make(map[string]bool), above: make(map[string]bool)}
	for _, p := range paths {
		clean := path.Clean(filepath.ToSlash(p))
		switch {
		case p == "" || !filepath.IsLocal(filepath.FromSlash(clean)):
			return nil, fmt.Errorf("the list of files has %q, which is no path inside of the folder", p)
		case clean == ".":
			o.all = true
			continue
		}
		o.listed[clean] = false
		for up := path.Dir(clean); up != "."; up = path.Dir(up) {
			o.above[up] = true
		}
	}
	return o, nil
}

// allows tells whether a path is wanted, or leads to one that is, and remembers that it was met.
func (o *onlySet) allows(p string, folder bool) bool {
	if o == nil || o.all {
		return true
	}
	if _, ok := o.listed[p]; ok {
		o.listed[p] = true
		return true
	}
	if folder && o.above[p] {
		return true
	}
	for up := path.Dir(p); up != "."; up = path.Dir(up) {
		if _, ok := o.listed[up]; ok {
			return true
		}
	}
	return false
}

// missing is a path of the list that was not met, the first by its name; "" if there is none.
func (o *onlySet) missing() string {
	if o == nil {
		return ""
	}
	var names []string
	for p, met := range o.listed {
		if !met {
			names = append(names, p)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return slices.Min(names)
}
