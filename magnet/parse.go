package magnet

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads a magnet link, or a bare infohash, as people paste it. What is
// unambiguous is repaired, what is not is left out, and both are reported as
// issues, so that nothing vanishes silently. The error is an [*Error]; it
// comes with what could be read when only the infohash is missing or broken.
//
// Parameters follow BEP 9, BEP 46, BEP 52 and BEP 53, and the magnet draft for
// xl, xs, as, kt and mt. Memory grows with the input alone: so= is not expanded.
func Parse(s string) (Link, []Issue, error) {
	p := parser{seen: map[string]bool{}}
	if len(s) > MaxLength {
		return p.link, nil, &Error{MaxLength, fmt.Sprintf("longer than %d bytes", MaxLength)}
	}
	body, base, err := p.unwrap(s)
	if err != nil {
		return p.link, p.issues, err
	}
	if p.bare(body, base) {
		return p.link, p.issues, nil
	}
	query, base, err := p.scheme(body, base)
	if err != nil {
		return p.link, p.issues, err
	}
	p.params(query, base)
	p.finish()
	if p.link.V1.IsZero() && p.link.V2.IsZero() && p.link.Key.IsZero() {
		if p.topicErr == nil {
			p.topicErr = &Error{base, "no infohash: neither xt=urn:btih: nor xt=urn:btmh: nor xs=urn:btpk:"}
		}
		return p.link, p.issues, p.topicErr
	}
	return p.link, p.issues, nil
}

type parser struct {
	link     Link
	issues   []Issue
	seen     map[string]bool // values of list parameters, by key and value
	topicErr *Error          // why the first broken topic could not be read
	soAt     int             // where so= is
	salt     *field          // s, which means something beside a key only
	urlOpen  bool            // the parameter before was a URL with a bare ? in it
}

// field is one parameter.
type field struct {
	key    string // as written, for messages
	name   string // lower case, without a number
	raw    string // the value, with escapes
	offset int    // of the key
	at     int    // of the value
	stray  bool   // follows a URL that has a bare ? in it
}

func (p *parser) report(kind IssueKind, param string, offset int, format string, args ...any) {
	switch {
	case len(p.issues) < maxIssues:
		p.issues = append(p.issues, Issue{kind, param, offset, fmt.Sprintf(format, args...)})
	case len(p.issues) == maxIssues:
		p.issues = append(p.issues, Issue{IssueMore, "", offset, "more issues than are listed here"})
	}
}

// params splits the query at every & (and its HTML form), and reads each part.
func (p *parser) params(query string, base int) {
	for start := 0; start <= len(query); {
		end := strings.IndexByte(query[start:], '&')
		if end < 0 {
			end = len(query)
		} else {
			end += start
		}
		skipped := entityLength(query[start:end])
		if start > 0 && skipped > 0 {
			p.report(IssueSeparator, "", base+start-1, "parameters are separated by an HTML entity instead of &")
			start += skipped
		}
		if start == end && end < len(query) {
			p.report(IssueSeparator, "", base+start, "nothing stands in front of this &: libtorrent reads no further")
		}
		p.param(query[start:end], base+start)
		start = end + 1
	}
}

// entityLength tells how much of the text behind an & is the rest of an
// escaped ampersand: amp; or #38;, perhaps escaped more than once.
func entityLength(s string) int {
	n := 0
	for {
		found := false
		for _, e := range []string{"amp;", "#38;", "#038;", "#x26;"} {
			if hasPrefixFold(s[n:], e) {
				n, found = n+len(e), true
			}
		}
		if !found {
			return n
		}
	}
}

func (p *parser) param(text string, offset int) {
	trimmed := strings.TrimLeft(text, " \t\r\n\v\f")
	offset += len(text) - len(trimmed)
	text = strings.TrimRight(trimmed, " \t\r\n\v\f")
	if text == "" {
		return
	}
	key, raw, valued := strings.Cut(text, "=")
	f := field{key: key, raw: raw, offset: offset, at: offset + len(key) + 1, stray: p.urlOpen}
	if strings.IndexByte(key, '%') >= 0 {
		if plain, bad := unescape(key); bad < 0 {
			p.report(IssueEscape, key, offset, "the parameter's name is percent-escaped")
			key = plain
		}
	}
	f.name = strings.ToLower(key)
	if name, number, ok := cutNumber(f.name); ok && p.reader(name) != nil {
		p.report(IssueKey, f.key, offset, "numbered parameter (.%s): read as %s", number, name)
		f.name = name
	}
	if i := strings.IndexByte(raw, '#'); i >= 0 {
		p.report(IssueEscape, f.key, f.at+i, "programs that take the link for a URL read nothing behind a #: it must be %%23")
	}
	read := p.reader(f.name)
	if read == nil {
		if !valued {
			p.report(IssueKey, f.key, offset, "has no value: libtorrent reads no further")
		}
		p.extra(f)
		return
	}
	p.urlOpen = isURLParam(f.name) && strings.IndexByte(raw, '?') >= 0
	if f.name != key && strings.ToLower(key) == f.name {
		p.report(IssueKey, f.key, offset, "the parameter's name is in upper case")
	}
	if raw == "" {
		p.report(IssueDropped, f.key, offset, "the parameter is empty")
		return
	}
	read(f)
}

// cutNumber splits xt.1 into xt and 1.
func cutNumber(name string) (string, string, bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 || i+1 == len(name) || strings.Trim(name[i+1:], "0123456789") != "" {
		return "", "", false
	}
	return name[:i], name[i+1:], true
}

func isURLParam(name string) bool {
	return name == "tr" || name == "ws" || name == "xs" || name == "as"
}

// reader reads the values of a parameter; it is nil for one that means nothing here.
func (p *parser) reader(name string) func(field) {
	into := func(read func(field, *[]string), list *[]string) func(field) { return func(f field) { read(f, list) } }
	switch name {
	case "xt":
		return p.topic
	case "dn":
		return p.name
	case "xl":
		return p.size
	case "tr":
		return into(p.url, &p.link.Trackers)
	case "ws":
		return into(p.url, &p.link.WebSeeds)
	case "xs":
		return p.source
	case "as":
		return into(p.url, &p.link.Mirrors)
	case "x.pe":
		return into(p.address, &p.link.Peers)
	case "so":
		return p.ranges
	case "kt":
		return p.keywords
	case "mt":
		return into(p.url, &p.link.Manifests)
	case "dht":
		return into(p.address, &p.link.Nodes)
	case "s":
		return p.keepSalt
	}
	return nil
}

// keepSalt waits for the key, which may come behind it.
func (p *parser) keepSalt(f field) {
	if p.salt != nil {
		p.report(IssueConflict, f.key, f.offset, "a second salt, %q, is left out", clip(f.raw))
		return
	}
	p.salt = &f
}

// extra keeps a parameter that means nothing here.
func (p *parser) extra(f field) {
	if f.stray {
		p.report(IssueStray, f.key, f.offset, "stands behind a URL with an unescaped ? in it, and may belong to that URL")
	}
	key := f.key
	if plain, bad := unescape(key); bad < 0 {
		key = plain
	}
	if key == "" && f.raw == "" {
		p.report(IssueDropped, "", f.offset, "a parameter without name and value")
		return
	}
	value := tidyEscapes(f.raw)
	if value != f.raw {
		p.report(IssueEscape, f.key, f.at, "the value holds characters that must be percent-escaped")
	}
	p.link.Extra = append(p.link.Extra, Param{key, value})
}

func (p *parser) finish() {
	if p.salt != nil {
		p.readSalt(*p.salt)
	}
	if normal, ok := normalRanges(p.link.Select); !ok {
		p.report(IssueOrder, "so", p.soAt, "the selected ranges are out of order, touch or overlap")
		p.link.Select = normal
	}
}

func (p *parser) readSalt(f field) {
	salt, err := hex.DecodeString(f.raw)
	switch {
	case p.link.Key.IsZero():
		p.extra(f)
	case err != nil || len(salt) > 64:
		p.report(IssueDropped, f.key, f.at, "the salt %q is not at most 64 bytes of hex", clip(f.raw))
	default:
		p.link.Salt = salt
	}
}

// text undoes the escapes of a value and reports broken ones.
func (p *parser) text(f field) string {
	s, bad := unescape(f.raw)
	if bad >= 0 {
		p.report(IssueEscape, f.key, f.at+bad, "%q is no percent escape; it is kept as it is", clip(f.raw[bad:min(bad+3, len(f.raw))]))
	}
	return s
}

func (p *parser) name(f field) {
	f.raw = strings.ReplaceAll(f.raw, "+", " ")
	name := strings.TrimSpace(joinLines(p.text(f)))
	switch {
	case name == "":
		p.report(IssueDropped, f.key, f.offset, "the name is white space only")
	case p.link.Name != "" && p.link.Name != name:
		p.report(IssueConflict, f.key, f.offset, "a second name, %q, is left out", clip(name))
	case p.link.Name != "":
		p.report(IssueRepeated, f.key, f.offset, "the name stands twice")
	default:
		if !utf8.ValidString(name) {
			p.report(IssueCharset, f.key, f.at, "the name is not UTF-8")
		}
		p.link.Name = name
	}
}

// joinLines undoes line breaks that wrapping put into a value.
func joinLines(s string) string {
	return strings.NewReplacer("\r\n", "", "\n", "", "\r", "", "\t", " ").Replace(s)
}

func (p *parser) size(f field) {
	text := withoutSpace(p.text(f))
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || n < 0 || text[0] == '+':
		p.report(IssueDropped, f.key, f.at, "the size %q is not a number of bytes", clip(text))
	case n == 0:
		p.report(IssueDropped, f.key, f.at, "a size of 0 says nothing")
	case p.link.Size != 0 && p.link.Size != n:
		p.report(IssueConflict, f.key, f.at, "a second size, %d, is left out", n)
	case p.link.Size != 0:
		p.report(IssueRepeated, f.key, f.at, "the size stands twice")
	default:
		p.link.Size = n
	}
}

func (p *parser) keywords(f field) {
	for part := range strings.FieldsFuncSeq(f.raw, func(r rune) bool { return r == '+' || r == ' ' }) {
		g := f
		g.raw = part
		if word := strings.TrimSpace(joinLines(p.text(g))); word != "" {
			p.link.Keywords = append(p.link.Keywords, word)
		}
	}
}

// clip shortens what strangers wrote for a message.
func clip(s string) string {
	if len(s) > 80 {
		return s[:77] + "..."
	}
	return s
}
