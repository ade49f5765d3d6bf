package magnet

import (
	"net/url"
	"strings"
)

const upperHex = "0123456789ABCDEF"

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

// escape percent-escapes everything but the unreserved characters of RFC 3986
// and those in safe.
func escape(s, safe string) string {
	s = strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
	for _, c := range safe {
		s = strings.ReplaceAll(s, url.QueryEscape(string(c)), string(c))
	}
	return s
}

// tidyEscapes keeps a value as it was escaped, and escapes only what must not
// stand in a link.
func tidyEscapes(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '%' && escapeAt(s, i), c != '%' && c != '&' && (unreserved(c) || strings.IndexByte("!$()*+,;=:@/?", c) >= 0):
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return b.String()
}

func escapeAt(s string, i int) bool {
	return i+2 < len(s) && hexValue(s[i+1]) >= 0 && hexValue(s[i+2]) >= 0
}

// unescape undoes percent escapes. Broken ones stay as they are; bad is the
// offset of the first, or -1.
func unescape(s string) (text string, bad int) {
	bad = -1
	if strings.IndexByte(s, '%') < 0 {
		return s, bad
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if !escapeAt(s, i) {
			if bad < 0 {
				bad = i
			}
			b.WriteByte('%')
			continue
		}
		b.WriteByte(byte(hexValue(s[i+1])<<4 | hexValue(s[i+2])))
		i += 2
	}
	return b.String(), bad
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// hasPrefixFold is strings.HasPrefix without regard to ASCII case.
func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// withoutSpace removes ASCII white space.
func withoutSpace(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if !isSpace(s[i]) {
			out = append(out, s[i])
		}
	}
	return string(out)
}
