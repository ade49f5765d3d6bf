package editing

import (
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// stripSecrets takes out of a URL what redactURL would hide: user names and passwords, path segments that are tokens,
// and parameters whose values are secret.
func stripSecrets(u string) string {
	safe := console.RedactURL(u)
	if safe == u {
		return u
	}
	prefix, rest, ok := strings.Cut(safe, "://")
	if ok {
		prefix += "://"
	} else {
		prefix, rest = "", safe
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	host, path, hasPath := strings.Cut(rest, "/")
	host = strings.TrimPrefix(host, console.Redacted+"@")
	host = strings.ReplaceAll(strings.ReplaceAll(host, ":"+console.Redacted, ""), console.Redacted+".", "")
	out := prefix + host
	if hasPath {
		var kept []string
		for segment := range strings.SplitSeq(path, "/") {
			if segment != console.Redacted {
				kept = append(kept, segment)
			}
		}
		out += "/" + strings.Join(kept, "/")
	}
	if query = withoutSecrets(query); query != "" {
		out += "?" + query
	}
	if fragment = withoutSecrets(fragment); fragment != "" {
		out += "#" + fragment
	}
	return out
}

// withoutSecrets drops the parameters of a redacted query that were redacted.
func withoutSecrets(query string) string {
	var kept []string
	for p := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		if !strings.Contains(p, console.Redacted) {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "&")
}

// stripText strips the URLs in a text.
func stripText(s string) string {
	var b strings.Builder
	for s != "" {
		start, end := console.FindURL(s)
		b.WriteString(s[:start])
		b.WriteString(stripSecrets(s[start:end]))
		s = s[end:]
	}
	return b.String()
}
