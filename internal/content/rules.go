package content

import (
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Rule includes or excludes what a glob matches.
//
// Patterns are those of doublestar (*, **, ?, [class], {a,b}) and match slash paths relative to the scanned folder. A
// pattern without a slash matches a name at any depth; a leading slash ties it to the top. With a trailing slash a
// pattern matches folders only.
type Rule struct {
	Pattern string
	Include bool // false: exclude
}

// noRule is the verdict on a path that no rule matches.
const noRule = -1

type rule struct {
	pattern    string
	include    bool
	anyDepth   bool // match the base name
	folderOnly bool
	written    string // the pattern as it was given
}

// ruleSet decides about paths. The rule with the highest index that matches a path or a folder above it wins.
type ruleSet struct {
	rules       []rule
	lastInclude int // index of the last include, noRule if there is none
	// What happens to a path that no rule matches. An include that comes first would do nothing if everything were
	// included from the start, so it means: only this.
	excludeRest bool
}

func compileRules(in []Rule) (ruleSet, error) {
	set := ruleSet{rules: make([]rule, 0, len(in)), lastInclude: noRule}
	for i, r := range in {
		verb := "exclude"
		if r.Include {
			verb = "include"
			set.lastInclude = i
		}
		p, folderOnly := strings.CutSuffix(strings.TrimPrefix(r.Pattern, "./"), "/")
		anchored := strings.TrimPrefix(p, "/")
		c := rule{pattern: anchored, include: r.Include, anyDepth: !strings.Contains(p, "/"), folderOnly: folderOnly, written: r.Pattern}
		if c.pattern == "" {
			return ruleSet{}, fmt.Errorf("%s pattern %q is empty", verb, r.Pattern)
		}
		if !doublestar.ValidatePattern(c.pattern) {
			return ruleSet{}, fmt.Errorf("%s pattern %q: %w", verb, r.Pattern, doublestar.ErrBadPattern)
		}
		set.rules = append(set.rules, c)
	}
	set.excludeRest = len(in) > 0 && in[0].Include
	return set, nil
}

// verdict is the index of the rule that decides about path, given the verdict on the folder that it lies in.
func (s *ruleSet) verdict(inherited int, path []byte, base string, folder bool) int {
	if len(s.rules) == 0 {
		return noRule
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
		if doublestar.MatchUnvalidated(r.pattern, name) {
			return i
		}
	}
	return inherited
}

// includes says whether a verdict lets a path in.
func (s *ruleSet) includes(verdict int) bool {
	if verdict == noRule {
		return !s.excludeRest
	}
	return s.rules[verdict].include
}

// mayReturn says whether something below an excluded folder could be included by a later rule.
func (s *ruleSet) mayReturn(verdict int) bool { return s.lastInclude > verdict }

// text is the rule behind a verdict, as a user would write it; "" where no rule decided.
func (s *ruleSet) text(verdict int) string {
	switch {
	case verdict == noRule && s.excludeRest:
		return "no include matches"
	case verdict == noRule:
		return ""
	case s.rules[verdict].include:
		return "include " + s.rules[verdict].written
	}
	return "exclude " + s.rules[verdict].written
}
