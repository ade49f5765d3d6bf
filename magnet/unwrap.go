package magnet

import (
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// unwrap finds the link in what people paste: quotes, markup and words around
// it are cut away. base is where the result starts in s.
func (p *parser) unwrap(s string) (body string, base int, err error) {
	start := indexFold(s, "magnet:")
	if start < 0 {
		start = indexFold(s, "magnet%3a")
	}
	if start < 0 {
		start = indexFold(s, "magnet?")
	}
	if start < 0 {
		body = strings.TrimSpace(s)
		if body == "" {
			return "", 0, &Error{0, "empty"}
		}
		return body, strings.Index(s, body), nil
	}
	body = s[start:]
	if before := strings.TrimSpace(s[:start]); before != "" {
		p.report(IssueSurroundings, "", 0, "%q in front of the link", clip(before))
		body = p.cutAt(body, closing(body, before[len(before)-1]), start)
	}
	body = p.cutAt(body, nextLink(body), start)
	body = p.cutAt(body, markup(body), start)
	body = strings.TrimRight(body, " \t\r\n\v\f\x00")
	if cut := strings.TrimRight(body, "\"'`>"); cut != body {
		body = p.cutAt(body, len(cut), start)
	}
	if i := strings.IndexAny(body, "\r\n"); i >= 0 {
		p.report(IssueSurroundings, "", start+i, "a line break inside the link")
	}
	return body, start, nil
}

// cutAt cuts body at offset n, if n is not negative, and reports what goes.
func (p *parser) cutAt(body string, n, start int) string {
	if n < 0 {
		return body
	}
	kind, rest := IssueSurroundings, strings.TrimSpace(body[n:])
	if indexFold(rest, "magnet:") >= 0 {
		kind = IssueDropped
	}
	if rest != "" {
		p.report(kind, "", start+n, "%q behind the link", clip(rest))
	}
	return body[:n]
}

// closing finds the quote or bracket that ends a link that began behind opener.
func closing(body string, opener byte) int {
	switch opener {
	case '"', '\'', '`':
		return strings.IndexByte(body, opener)
	case '<':
		return strings.IndexByte(body, '>')
	case '(':
		return strings.LastIndexByte(body, ')')
	case '[':
		return strings.LastIndexByte(body, ']')
	}
	return -1
}

// nextLink finds a second link behind the first.
func nextLink(body string) int {
	for i := len("magnet:"); ; {
		n := indexFold(body[i:], "magnet:?")
		if n < 0 {
			return -1
		}
		i += n
		if isSpace(body[i-1]) || strings.IndexByte("\"'<>,;", body[i-1]) >= 0 {
			return i
		}
		i++
	}
}

// markup finds where an HTML tag begins.
func markup(body string) int {
	for i := 0; i+1 < len(body); i++ {
		if body[i] != '<' {
			continue
		}
		if c := body[i+1] | 0x20; c >= 'a' && c <= 'z' || body[i+1] == '/' {
			return i
		}
	}
	return -1
}

// scheme cuts magnet:? and the ways in which it is misspelt.
func (p *parser) scheme(body string, base int) (string, int, error) {
	if !hasPrefixFold(body, "magnet") {
		if len(body) >= 20 && strings.IndexFunc(body, func(r rune) bool { return !isAlnum(r) }) < 0 {
			if _, err := metainfo.ParseHash(body); err != nil {
				return "", base, &Error{base + wrongDigit(err), err.Error()}
			}
		}
		return "", base, &Error{base, "neither magnet:? nor an infohash"}
	}
	if hasPrefixFold(body, "magnet%3a") {
		plain, _ := unescape(body)
		p.report(IssueEscape, "", base, "the whole link is percent-escaped; further bytes are counted in the unescaped link")
		body, base = plain, 0
	}
	rest := strings.TrimLeft(body[len("magnet"):], ":/ ")
	if strings.HasPrefix(rest, "?") {
		rest = rest[1:]
	} else if hasPrefixFold(rest, "%3f") {
		rest = rest[3:]
	}
	prefix := body[:len(body)-len(rest)]
	if rest == "" {
		return "", base, &Error{base + len(prefix), "nothing behind the scheme"}
	}
	if prefix != "magnet:?" {
		p.report(IssueScheme, "", base, "it starts with %q instead of \"magnet:?\"", clip(prefix))
	}
	if strings.IndexByte(rest, '=') < 0 && indexFold(rest, "%3d") >= 0 {
		p.report(IssueEscape, "", base+len(prefix), "all parameters are percent-escaped; further bytes are counted in the unescaped link")
		rest, _ = unescape(rest)
		return rest, 0, nil
	}
	return rest, base + len(prefix), nil
}

// indexFold is strings.Index without regard to ASCII case; sub is lower case.
func indexFold(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i]|0x20 == sub[0]|0x20 && strings.EqualFold(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}
