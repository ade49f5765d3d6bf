package faults

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// call is one system call in a log of strace.
type call struct {
	thread   string
	name     string
	text     string // all of it
	paths    []string
	fd       string // of the first argument, with what it is open on; "" where that is none
	injected bool
}

var (
	began     = regexp.MustCompile(`^(\d+) +(\w+)\((.*)$`)
	resumed   = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)$`)
	tampered  = regexp.MustCompile(`\((INJECTED|DELAYED|INJECTED: args|INJECTED: args, retval)\)`)
	described = regexp.MustCompile(`\b(?:\d+|AT_FDCWD)<([^<>]*)>`)
	place     = regexp.MustCompile(`(?:\b(?:\d+|AT_FDCWD)<([^<>]*)>, )?"((?:[^"\\]|\\.)*)"(\.\.\.)?`)
	firstFD   = regexp.MustCompile(`^(\d+)<([^<>]*)>`)
)

// named are the calls whose strings are paths; in others they are data.
var named = regexp.MustCompile(`^(open|openat2?|newfstatat|statx|(f?stat|l?stat)|unlink(at)?|mkdir(at)?|rmdir|link(at)?|rename(at2?)?|symlink(at)?|readlink(at)?|f?chmodat2?|chmod|fchownat|l?chown|utimensat|faccessat2?|access|truncate|statfs|[lf]?getxattr|[lf]?listxattr|chdir)$`)

// parseTrace reads a log of strace -f -y. Calls that another thread interrupted are put together again. Relative names
// are taken to be in cwd.
func parseTrace(log, cwd string) []call {
	var all []call
	open := make(map[string]int) // calls that have not returned, by thread
	for line := range strings.Lines(log) {
		line = strings.TrimRight(line, "\n")
		if m := resumed.FindStringSubmatch(line); m != nil {
			if i, ok := open[m[1]]; ok {
				all[i].text += m[3]
				delete(open, m[1])
			}
			continue
		}
		m := began.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		text, unfinished := strings.CutSuffix(m[3], " <unfinished ...>")
		all = append(all, call{thread: m[1], name: m[2], text: text})
		if unfinished {
			open[m[1]] = len(all) - 1
		}
	}
	for i := range all {
		all[i].finish(cwd)
	}
	return all
}

func (c *call) finish(cwd string) {
	c.injected = tampered.MatchString(c.text)
	if m := firstFD.FindStringSubmatch(c.text); m != nil {
		c.fd = m[1]
	}
	args, _, _ := strings.Cut(c.text, ") = ") // what is returned may be a descriptor, too
	if named.MatchString(c.name) {
		for _, m := range place.FindAllStringSubmatch(args, -1) {
			switch dir := m[1]; {
			case m[2] == "":
				c.paths = append(c.paths, dir)
			case filepath.IsAbs(m[2]):
				c.paths = append(c.paths, filepath.Clean(m[2]))
			case dir == "":
				c.paths = append(c.paths, filepath.Join(cwd, m[2]))
			default:
				c.paths = append(c.paths, filepath.Join(dir, m[2]))
			}
		}
	}
	if len(c.paths) == 0 {
		for _, m := range described.FindAllStringSubmatch(args, -1) {
			c.paths = append(c.paths, m[1])
		}
	}
}

// within returns the first of a call's paths that lies in dir, relative to it.
func (c *call) within(dir string) (string, bool) {
	for _, p := range c.paths {
		if rel, err := filepath.Rel(dir, p); err == nil && filepath.IsAbs(p) && rel != ".." && !strings.HasPrefix(rel, "../") {
			return rel, true
		}
	}
	return "", false
}

func (c *call) onSocket() bool {
	return slices.ContainsFunc(c.paths, func(p string) bool { return strings.HasPrefix(p, "socket:") }) || c.name == "socket"
}

// toward is the standard stream that a call writes to, or "".
func (c *call) toward() string {
	if c.name == "write" && len(c.paths) == 1 && (c.fd == "1" || c.fd == "2") {
		return map[string]string{"1": "standard output", "2": "standard error"}[c.fd]
	}
	return ""
}
