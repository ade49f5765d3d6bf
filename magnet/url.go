package magnet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// url reads tr, ws, xs, as and mt. What does not look like a URL is kept, since
// the caller may know better, but reported.
func (p *parser) url(f field, list *[]string) {
	f.raw = joinLines(f.raw)
	if !strings.Contains(f.raw, "://") {
		f.raw = strings.ReplaceAll(f.raw, "+", "%20") // escaped as forms are, where a plus sign of the URL is %2B
	}
	said := p.text(f)
	text := cleanURL(said)
	if text == "" {
		p.report(IssueDropped, f.key, f.offset, "the URL is white space only")
		return
	}
	if text != said {
		p.report(IssueEscape, f.key, f.at, "white space in the URL: it is read as %q", clip(text))
	}
	if again, bad := unescape(text); bad < 0 && strings.Contains(again, "://") && !strings.Contains(text, "://") {
		p.report(IssueEscape, f.key, f.at, "the URL is percent-escaped twice")
		text = cleanURL(again)
	}
	if reason := f.notURL(text); reason != "" {
		p.report(IssueAddress, f.key, f.at, "%q %s", clip(text), reason)
	}
	p.add(f, list, text)
}

// notURL tells why the value is no URL of its parameter; "" if it is one.
func (f field) notURL(text string) string {
	if hasPrefixFold(text, "urn:") && f.name != "tr" {
		return ""
	}
	scheme, rest, ok := strings.Cut(text, "://")
	scheme = strings.ToLower(scheme)
	switch {
	case !ok:
		return "is no URL"
	case strings.Trim(rest, "/") == "":
		return "has no host"
	case f.name == "tr" && !slices.Contains(metainfo.TrackerSchemes(), scheme):
		return fmt.Sprintf("is no tracker: none speaks %q", clip(scheme))
	case f.name == "ws" && !slices.Contains(metainfo.WebSeedSchemes(), scheme):
		return fmt.Sprintf("is no web seed: no client fetches by %q", clip(scheme))
	}
	return ""
}

// cleanURL takes white space out of a URL as browsers do (WHATWG URL, section
// 4.4): none at the ends, no line breaks and tabs, %20 for a blank behind the
// host. A blank in front of the path is left out, since no host has one.
func cleanURL(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	front := 0
	if i := strings.Index(s, "://"); i >= 0 {
		front = i + len("://")
		if n := strings.IndexAny(s[front:], "/?#"); n >= 0 {
			front += n
		} else {
			front = len(s)
		}
	}
	var b strings.Builder
	b.WriteString(withoutSpace(s[:front]))
	for i := front; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\t' || c == '\n' || c == '\r':
		case c <= ' ' || c == 0x7f:
			writeEscaped(&b, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
