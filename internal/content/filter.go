package content

import "path"

// Filter decides about paths that are on no disk, such as those of a torrent, by the rules of a [Scan].
type Filter struct{ rules ruleSet }

// NewFilter compiles rules, or says which pattern is bad.
func NewFilter(rules []Rule) (*Filter, error) {
	set, err := compileRules(rules)
	if err != nil {
		return nil, err
	}
	return &Filter{set}, nil
}

// Match says whether a scan would take the file at a slash path. Like a scan, it lets a rule that matches a folder
// decide about all that lies in it.
func (f *Filter) Match(name string) bool {
	verdict := noRule
	for i := range len(name) {
		if name[i] == '/' && i > 0 {
			verdict = f.rules.verdict(verdict, []byte(name[:i]), path.Base(name[:i]), true)
		}
	}
	return f.rules.includes(f.rules.verdict(verdict, []byte(name), path.Base(name), false))
}
