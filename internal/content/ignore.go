package content

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ignorePattern is a line of an ignore file in the syntax of git.
type ignorePattern struct {
	glob       string
	negated    bool // take again what an earlier pattern ignored
	folderOnly bool
	anyDepth   bool   // match the base name: the pattern has no slash but a trailing one
	source     string // FILE:LINE: PATTERN
}

// ignoreList is the patterns of one file, for paths below a folder.
type ignoreList struct {
	place
	patterns []ignorePattern
}

// place is a folder whose ignore files hold for what is below it: one in the tree, or one that the tree lies in.
type place struct {
	base string // what the paths below it begin with in the tree: "", or something with a trailing slash
	lead string // what follows below it instead: "" in the tree, or something with a trailing slash
}

// maxIgnoreFile bounds what is read of one ignore file.
const maxIgnoreFile = 4 << 20

// readIgnore reads an ignore file; name is what messages call it.
func readIgnore(path, name string, at place) (*ignoreList, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("reading %q: not a regular file", name)
	}
	if err == nil && info.Size() > maxIgnoreFile {
		return nil, fmt.Errorf("reading %q: larger than %d bytes", name, maxIgnoreFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", name, Bare(err))
	}
	return parseIgnore(data, name, at), nil
}

func parseIgnore(data []byte, name string, at place) *ignoreList {
	l := &ignoreList{place: at}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	number := 0
	for line := range bytes.Lines(data) {
		number++
		text, ended := strings.CutSuffix(string(line), "\n")
		if ended {
			text = strings.TrimSuffix(text, "\r")
		}
		if p, ok := parsePattern(text); ok {
			p.source = name + ":" + strconv.Itoa(number) + ": " + text
			l.patterns = append(l.patterns, p)
		}
	}
	return l
}

// parsePattern reads one line; false for comments and empty ones.
func parsePattern(s string) (p ignorePattern, ok bool) {
	if strings.HasPrefix(s, "#") {
		return p, false
	}
	s = trimSpaces(s)
	if s, p.negated = strings.CutPrefix(s, "!"); s == "" {
		return p, false
	}
	s, p.folderOnly = strings.CutSuffix(s, "/")
	p.anyDepth = !strings.Contains(s, "/")
	p.glob = strings.TrimPrefix(s, "/")
	return p, p.glob != ""
}

// trimSpaces takes spaces off the end that no backslash quotes.
func trimSpaces(s string) string {
	end := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ':
			continue
		case '\\':
			i = min(i+1, len(s)-1)
		}
		end = i + 1
	}
	return s[:end]
}

// match returns the pattern that decides about path, the last one that matches, or nil.
func (l *ignoreList) match(path, base string, folder bool) *ignorePattern {
	rest, ok := strings.CutPrefix(path, l.base)
	if !ok {
		return nil
	}
	rest = l.lead + rest
	for i := len(l.patterns) - 1; i >= 0; i-- {
		p := &l.patterns[i]
		if p.folderOnly && !folder {
			continue
		}
		name := rest
		if p.anyDepth {
			name = base
		}
		if wildmatch(p.glob, name) {
			return p
		}
	}
	return nil
}

// ignores is the ignore files that apply where the walk is, of each kind the outermost first. Each file of a kind outranks
// all of the kinds before it, as ripgrep and its kin have it: what git has no business with can be said in .ignore.
type ignores struct {
	named []*ignoreList // by the user
	git   []*ignoreList // core.excludesFile, .git/info/exclude, .gitignore
	plain []*ignoreList // .ignore

	excludes []ignorePattern // of core.excludesFile, which are relative to the top of each repository
	within   bool            // a repository
}

// verdict returns the pattern that ignores path, or nil. The innermost file of the highest kind that has an opinion decides.
func (g *ignores) verdict(path, base string, folder bool) *ignorePattern {
	for _, kind := range [...][]*ignoreList{g.plain, g.git, g.named} {
		for i := len(kind) - 1; i >= 0; i-- {
			if p := kind[i].match(path, base, folder); p != nil {
				if p.negated {
					return nil
				}
				return p
			}
		}
	}
	return nil
}

// enterTree adds the files that lie outside of a tree and hold for it: those of the folders that it lies in, and
// core.excludesFile, whose name may be "". Paths in the tree begin with base.
func (g *ignores) enterTree(folder, base, excludes string) (*ignores, error) {
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return nil, Bare(err)
	}
	folders := []string{folder} // the innermost first
	for up := filepath.Dir(folder); up != folders[len(folders)-1]; up = filepath.Dir(up) {
		folders = append(folders, up)
	}
	top := folder
	if i := slices.IndexFunc(folders, func(up string) bool { return repositoryOf(up) != "" }); i >= 0 {
		top = folders[i]
	}
	var global []*ignoreList
	if excludes != "" {
		excludes = resolved(top, excludes)
		if err := add(&global, os.Stat, excludes, excludes, place{}); err != nil {
			return nil, err
		}
	}
	in := *g
	for _, l := range global {
		in.excludes = l.patterns
	}
	g = &in
	for _, up := range slices.Backward(folders[1:]) {
		rel, err := filepath.Rel(up, folder)
		if err != nil {
			return nil, err
		}
		label := strings.TrimSuffix(up, string(filepath.Separator)) + string(filepath.Separator)
		if g, err = g.enter(up, label, place{base, filepath.ToSlash(rel) + "/"}, false); err != nil {
			return nil, err
		}
	}
	if !g.within {
		in := *g
		in.git = []*ignoreList{{place{base: base}, g.excludes}}
		g = &in
	}
	return g, nil
}

// enter adds the ignore files of a folder; messages call them by their names after label. A repository knows nothing of one
// that it lies in, and outside of repositories git's files hold in the tree only.
func (g *ignores) enter(folder, label string, at place, inTree bool) (*ignores, error) {
	in := *g
	if repository := repositoryOf(folder); repository != "" {
		in.within, in.git = true, []*ignoreList{{at, g.excludes}}
		name := filepath.Join(repository, "info", "exclude")
		shown := name
		if rel, err := filepath.Rel(folder, name); err == nil && filepath.IsLocal(rel) {
			shown = label + filepath.ToSlash(rel)
		}
		if err := add(&in.git, os.Stat, name, shown, at); err != nil {
			return nil, err
		}
	}
	if inTree || in.within {
		if err := add(&in.git, os.Lstat, filepath.Join(folder, ".gitignore"), label+".gitignore", at); err != nil { // git follows no links here either
			return nil, err
		}
	}
	if err := add(&in.plain, os.Stat, filepath.Join(folder, ".ignore"), label+".ignore", at); err != nil {
		return nil, err
	}
	return &in, nil
}

// below is what paths of what lies in the folder at s.path begin with.
func (s *scanner) below() string {
	if len(s.path) == 0 {
		return ""
	}
	return string(s.path) + "/"
}

// add adds an ignore file, if it is there, to a list that others may share.
func add(list *[]*ignoreList, stat func(string) (fs.FileInfo, error), file, name string, at place) error {
	info, err := stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	l, err := readIgnore(file, name, at)
	if err == nil {
		*list = append(slices.Clip(*list), l)
	}
	return err
}

// repositoryOf is the folder in which git keeps what belongs to the repository whose top a folder is; "" if it is none. A
// work tree of several, and a submodule, have a file in its place that leads there.
func repositoryOf(folder string) string {
	repository := filepath.Join(folder, ".git")
	info, err := os.Stat(repository)
	if err != nil {
		return ""
	}
	if info.Mode().IsRegular() {
		to, ok := strings.CutPrefix(pathIn(repository), "gitdir: ")
		if !ok {
			return ""
		}
		repository = resolved(folder, to)
	}
	if _, err := os.Lstat(filepath.Join(repository, "HEAD")); err != nil {
		return ""
	}
	if common := pathIn(filepath.Join(repository, "commondir")); common != "" {
		repository = resolved(repository, common)
	}
	return repository
}

// resolved is a path that is relative to a folder, or to none.
func resolved(folder, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

// pathIn is the line in a file that leads to something else of git; "" if there is no such file.
func pathIn(file string) string {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || info.Size() > 64<<10 {
		return ""
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return strings.TrimRight(string(data), "\r\n")
}
