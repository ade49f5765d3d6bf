package magnet

import (
	"net/url"
	"strconv"
	"strings"
)

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
		_, escaped := escapeAt(s, i)
		switch {
		case c == '%' && escaped, c != '%' && c != '&' && (unreserved(c) || strings.IndexByte("!$()*+,;=:@/?", c) >= 0):
			b.WriteByte(c)
		default:
			writeEscaped(&b, c)
		}
	}
	return b.String()
}

// writeEscaped writes the percent escape of a byte.
func writeEscaped(b *strings.Builder, c byte) {
	const hex = "0123456789ABCDEF"
	b.Write([]byte{'%', hex[c>>4], hex[c&15]})
}

// escapeAt reads the percent escape that begins at i, if there is one.
func escapeAt(s string, i int) (c byte, ok bool) {
	if i+2 >= len(s) {
		return 0, false
	}
	n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
	return byte(n), err == nil
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
		c, ok := escapeAt(s, i)
		switch {
		case s[i] != '%':
			c = s[i]
		case ok:
			i += 2
		default:
			if c = '%'; bad < 0 {
				bad = i
			}
		}
		b.WriteByte(c)
	}
	return b.String(), bad
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
