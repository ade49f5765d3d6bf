// Package glob is the one dialect of patterns for files, whether they are on a
// disk or in a torrent.
//
// Patterns are those of doublestar (*, **, ?, [class], {a,b}) and match slash
// paths below a folder. One without a slash matches a name at any depth; a leading
// slash ties it to the top. With a trailing slash a pattern matches folders only.
// What matches a folder decides about all that lies in it.
//
// The package knows nothing of the patterns of git, and looks at files only in Expand, which does a shell's work.
package glob

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Rule includes or excludes what a pattern matches.
type Rule struct {
	Pattern string
	Include bool // false: exclude
	Fold    bool // upper and lower case are alike
}

// NoRule is the verdict on a path that no rule matches.
const NoRule = -1

type rule struct {
	pattern    string
	include    bool
	anyDepth   bool // match the base name
	folderOnly bool
	fold       bool
	written    string // the pattern as it was given
}

// Rules decide about paths. The rule with the highest index that matches a path or a folder above it wins.
type Rules struct {
	rules       []rule
	lastInclude int // index of the last include, NoRule if there is none
	// What happens to a path that no rule matches. An include that comes first would do nothing if everything were
	// included from the start, so it means: only this.
	excludeRest bool
}

// Compile reads rules, or says which pattern is bad.
func Compile(in []Rule) (*Rules, error) {
	set := &Rules{rules: make([]rule, 0, len(in)), lastInclude: NoRule}
	for i, r := range in {
		verb := "exclude"
		if r.Include {
			verb = "include"
			set.lastInclude = i
		}
		p, folderOnly := strings.CutSuffix(strings.TrimPrefix(r.Pattern, "./"), "/")
		anchored := strings.TrimPrefix(p, "/")
		c := rule{pattern: anchored, include: r.Include, anyDepth: !strings.Contains(p, "/"), folderOnly: folderOnly, fold: r.Fold, written: r.Pattern}
		if r.Fold {
			c.pattern = strings.ToLower(c.pattern)
		}
		if c.pattern == "" {
			return nil, fmt.Errorf("%s pattern %q is empty", verb, r.Pattern)
		}
		if !doublestar.ValidatePattern(c.pattern) {
			return nil, fmt.Errorf("%s pattern %q: %w", verb, r.Pattern, doublestar.ErrBadPattern)
		}
		set.rules = append(set.rules, c)
	}
	set.excludeRest = len(in) > 0 && in[0].Include
	return set, nil
}

// Only compiles patterns of which one must match.
func Only(patterns ...string) (*Rules, error) {
	rules := make([]Rule, len(patterns))
	for i, p := range patterns {
		rules[i] = Rule{Pattern: p, Include: true}
	}
	return Compile(rules)
}

// Split are the patterns of a list that is separated by commas: those in braces, in brackets and behind a backslash are
// part of a pattern. A pattern without any is alone.
func Split(pattern string) []string {
	var list []string
	depth, start := 0, 0
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			if depth == 0 {
				list = append(list, strings.TrimSpace(pattern[start:i]))
				start = i + 1
			}
		}
	}
	list = append(list, strings.TrimSpace(pattern[start:]))
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// Escape makes a pattern that matches s only.
func Escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `{`, `\{`).Replace(s)
}

// Verdict is the index of the rule that decides about path, given the verdict on the folder that it lies in.
func (s *Rules) Verdict(inherited int, path []byte, base string, folder bool) int {
	if len(s.rules) == 0 {
		return NoRule
	}
	full := string(path)
	for i := len(s.rules) - 1; i > inherited; i-- {
		r := &s.rules[i]
		if r.folderOnly && !folder {
			continue
		}
		name := full
		if r.anyDepth {
			name = base
		}
		if r.fold {
			name = strings.ToLower(name)
		}
		if doublestar.MatchUnvalidated(r.pattern, name) {
			return i
		}
	}
	return inherited
}

// Match says whether the rules let the file at a slash path in.
func (s *Rules) Match(name string) bool {
	verdict := NoRule
	for i := range len(name) {
		if name[i] == '/' && i > 0 {
			verdict = s.Verdict(verdict, []byte(name[:i]), path.Base(name[:i]), true)
		}
	}
	return s.Includes(s.Verdict(verdict, []byte(name), path.Base(name), false))
}

// Includes says whether a verdict lets a path in.
func (s *Rules) Includes(verdict int) bool {
	if verdict == NoRule {
		return !s.excludeRest
	}
	return s.rules[verdict].include
}

// MayReturn says whether something below an excluded folder could be included by a later rule.
func (s *Rules) MayReturn(verdict int) bool { return s.lastInclude > verdict }

// Text is the rule behind a verdict, as a user would write it; "" where no rule decided.
func (s *Rules) Text(verdict int) string {
	switch {
	case verdict == NoRule && s.excludeRest:
		return "no include matches"
	case verdict == NoRule:
		return ""
	case s.rules[verdict].include:
		return "include " + s.rules[verdict].written
	}
	return "exclude " + s.rules[verdict].written
}
