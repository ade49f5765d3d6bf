package content

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
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

// ignoreList is the patterns of one file, for paths below the folder base.
type ignoreList struct {
	base     string // slash path with a trailing slash, "" for the root
	patterns []ignorePattern
}

// maxIgnoreFile bounds what is read of one ignore file.
const maxIgnoreFile = 4 << 20

// readIgnore reads an ignore file; name is what messages call it.
func readIgnore(path, name, base string) (*ignoreList, error) {
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
	return parseIgnore(data, name, base), nil
}

func parseIgnore(data []byte, name, base string) *ignoreList {
	l := &ignoreList{base: base}
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

// ignores is the ignore files that apply where the walk is, the outermost first.
type ignores []*ignoreList

// verdict returns the pattern that ignores path, or nil. The innermost file that has an opinion decides.
func (s ignores) verdict(path, base string, folder bool) *ignorePattern {
	for i := len(s) - 1; i >= 0; i-- {
		if p := s[i].match(path, base, folder); p != nil {
			if p.negated {
				return nil
			}
			return p
		}
	}
	return nil
}

// enter adds the .gitignore of the folder at osPath, if it has one.
func (s ignores) enter(osPath, path string) (ignores, error) {
	name := ".gitignore"
	base := ""
	if path != "" {
		base = path + "/"
		name = base + name
	}
	file := filepath.Join(osPath, ".gitignore")
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() { // git follows no links here either
		return s, nil
	}
	l, err := readIgnore(file, name, base)
	if err != nil {
		return nil, err
	}
	return append(s[:len(s):len(s)], l), nil
}
