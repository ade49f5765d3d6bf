package inspect

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/metainfo"
)

// LintOptions say how strict Lint is. The zero value applies the rules of all
// clients with the severities that Rules tells.
type LintOptions struct {
	Allow   []string // IDs of rules that are not applied
	Deny    []string // IDs of rules whose findings are errors; those of scope WhenDenied judge
	Targets []Target // what the torrent is made for
	// Now is what dates are held against; the zero value leaves dates alone.
	Now time.Time
}

// Finding is one thing that Lint found.
type Finding struct {
	Rule     Rule
	Severity metainfo.Severity
	Key      string // where it is, like info.files[3].path; "" for the whole document
	Offset   int    // in bytes
	Message  string
}

// Report is what Lint says about a torrent.
type Report struct {
	// Torrent is what could be read, nil where that was nothing. Its Layout may
	// be nil.
	Torrent *metainfo.Torrent
	// Refused is the error of Parse, nil where that takes the torrent.
	Refused error
	// Findings are sorted by offset. Of one rule there are at most 100.
	Findings []Finding
	// Omitted counts what was found of a rule, by ID, beyond that.
	Omitted map[string]int
	// Index is what the Torrust index will make of the torrent; nil unless that
	// is a target and the torrent is one that it takes.
	Index *IndexUpload
}

// Count returns the number of errors and of warnings, omitted ones included.
func (r *Report) Count() (errors, warnings int) {
	omitted := maps.Clone(r.Omitted)
	for i := range r.Findings {
		f := &r.Findings[i]
		n := 1 + omitted[f.Rule.ID]
		delete(omitted, f.Rule.ID)
		if f.Severity == metainfo.Error {
			errors += n
		} else {
			warnings += n
		}
	}
	return errors, warnings
}

// maxFindings bounds what is kept of one rule.
const maxFindings = 100

// Lint judges the bytes of a .torrent by named rules. It goes on after a fault
// wherever it can. It fails only where the options name a rule that does not
// exist.
func Lint(raw []byte, o LintOptions) (*Report, error) {
	l, err := newLinter(o)
	if err != nil {
		return nil, err
	}
	t, problems := metainfo.Read(raw)
	l.whole = func(at int) int { return at }
	if t != nil {
		front, behind := t.Around()
		l.root = bencode.ViewIn(raw, front, len(raw)-behind)
	}
	l.judge(t, problems)
	for _, target := range o.Targets {
		l.target(target, raw)
	}
	return l.finish(), nil
}

// LintTorrent is Lint for a torrent that was read, or made by a [metainfo.Draft]
// without a document. Targets, which want the whole of that, are not judged.
func LintTorrent(t *metainfo.Torrent, o LintOptions) (*Report, error) {
	l, err := newLinter(o)
	if err != nil {
		return nil, err
	}
	doc, whole := t.Outline()
	l.root, l.whole = bencode.View(doc), whole
	l.judge(t, t.Problems)
	return l.finish(), nil
}

// judge judges what can be read of a torrent, nil where that is nothing.
func (l *linter) judge(t *metainfo.Torrent, problems []metainfo.Problem) {
	l.t, l.report.Torrent = t, t
	for _, p := range problems {
		if l.report.Refused == nil && p.Severity == metainfo.Error {
			l.report.Refused = p
		}
		l.addAt(p.ID, func() (string, int) { return p.Path, p.Offset }, "%s", p.Message)
	}
	if t == nil {
		return
	}
	l.doc = known(l.root)
	l.info = known(l.doc["info"])
	l.keys()
	l.content()
	l.names()
	l.seasons()
	l.trackers()
	l.webSeeds()
	l.secrets()
}

func (l *linter) finish() *Report {
	found := l.report.Findings
	sort.SliceStable(found, func(i, j int) bool { return found[i].Offset < found[j].Offset })
	return &l.report
}

// known returns the values of a dictionary's keys that mean something, the first of
// each.
func known(dict bencode.Value) map[string]bencode.Value {
	m := make(map[string]bencode.Value, 20)
	for _, key := range []string{
		"announce", "announce-list", "comment", "created by", "creation date", "encoding", "file tree", "files", "httpseeds", "info", "length",
		"meta version", "name", "nodes", "piece layers", "piece length", "pieces", "private", "source", "url-list",
	} {
		m[key] = bencode.Value{}
	}
	for k, v := range dict.Entries() {
		key, _ := k.Bytes()
		if seen, ok := m[string(key)]; ok && seen.Kind() == bencode.None {
			m[string(key)] = v
		}
	}
	for key, v := range m {
		if v.Kind() == bencode.None {
			delete(m, key)
		}
	}
	return m
}

type linter struct {
	t      *metainfo.Torrent
	root   bencode.Value            // the document, or what an outline has of it
	whole  func(at int) int         // where a byte of root stands in the document
	doc    map[string]bencode.Value // known keys, outside of info
	info   map[string]bencode.Value
	urls   []tracker // all trackers
	rules  map[string]Rule
	allow  map[string]bool
	now    time.Time
	counts map[string]int
	report Report
}

func newLinter(o LintOptions) (*linter, error) {
	l := &linter{rules: map[string]Rule{}, allow: map[string]bool{}, counts: map[string]int{}, now: o.Now}
	for _, r := range Rules() {
		l.rules[r.ID] = r
		l.allow[r.ID] = r.Scope == WhenDenied
	}
	for _, id := range slices.Concat(o.Allow, o.Deny) {
		if _, ok := l.rules[id]; !ok {
			return nil, fmt.Errorf("there is no rule %q", id)
		}
	}
	for _, id := range o.Deny {
		r := l.rules[id]
		r.Severity = metainfo.Error
		l.rules[id] = r
		l.allow[id] = false
	}
	for _, id := range o.Allow {
		l.allow[id] = true
	}
	return l, nil
}

// add notes a finding at a byte of root. It is called in fifty places: a copy of it in each would be 12 KB of the program.
//
//go:noinline
func (l *linter) add(id, key string, offset int, format string, args ...any) {
	l.addAt(id, func() (string, int) { return key, l.whole(offset) }, format, args...)
}

// place tells the key of a finding, and its byte. Deep in a file tree a key is long.
type place func() (key string, offset int)

// file is the place of a file of the torrent.
func (l *linter) file(i int) place {
	return func() (string, int) { return l.t.FileKey(i) }
}

func (l *linter) addAt(id string, at place, format string, args ...any) {
	if l.allow[id] {
		return
	}
	if l.counts[id]++; l.counts[id] > maxFindings {
		if l.report.Omitted == nil {
			l.report.Omitted = map[string]int{}
		}
		l.report.Omitted[id]++
		return
	}
	key, offset := at()
	r := l.rules[id]
	l.report.Findings = append(l.report.Findings, Finding{r, r.Severity, key, offset, fmt.Sprintf(format, args...)})
}
