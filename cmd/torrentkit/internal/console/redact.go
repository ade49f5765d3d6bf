package console

import (
	"net/url"
	"strings"
)

// Announce URLs carry secrets: whoever has the passkey uploads and downloads in the name of its owner. They are found
// by their shape, without net/url's parser, because a URL that is broken must not leak either.

// Redacted stands where a secret was.
const Redacted = "***"

// RedactURL replaces what looks secret in a URL by ***: user names and passwords, path segments that are long random
// tokens (or shorter ones beside "announce" and "scrape"), values of parameters such as passkey=, and such tokens in
// any other parameter. Words, host names, ports, file names and infohashes stay. URLs inside a parameter, as in a magnet
// link, are redacted where they are. The result of redacting a redacted URL is the same.
func RedactURL(s string) string { return redactNested(s, 3) }

func redactNested(s string, depth int) string {
	rest, prefix := s, ""
	if i := strings.Index(s, "://"); i >= 0 && IsScheme(s[:i]) {
		prefix, rest = s[:i+3], s[i+3:]
		rest = redactAuthority(rest)
	} else if i := strings.IndexByte(s, ':'); i >= 0 && strings.EqualFold(s[:i], "magnet") {
		prefix, rest = s[:i+1], s[i+1:]
	}
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	path, query, hasQuery := strings.Cut(rest, "?")
	out := prefix
	if strings.HasSuffix(prefix, "//") {
		end := strings.IndexByte(path+"/", '/')
		out += redactHost(path[:end])
		path = path[end:]
	}
	out += redactPath(path)
	if hasQuery {
		out += "?" + redactQuery(query, depth)
	}
	if hasFragment {
		out += "#" + redactQuery(fragment, depth)
	}
	return out
}

func IsScheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if c >= 'a' && c <= 'z' || i > 0 && (s[i] >= '0' && s[i] <= '9' || strings.IndexByte("+-.", s[i]) >= 0) {
			continue
		}
		return false
	}
	return s != ""
}

// redactAuthority replaces the user info in front of a host. A password that holds a slash ends the authority early for
// a strict parser, so that what is left before the slash ends in no port: then everything up to the @ is taken for it.
func redactAuthority(rest string) string {
	end := strings.IndexAny(rest, "/?#\\")
	if end < 0 {
		end = len(rest)
	}
	if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
		return Redacted + rest[at:]
	}
	colon := strings.LastIndexByte(rest[:end], ':')
	if colon < 0 || strings.HasPrefix(rest, "[") || isNumber(rest[colon+1:end]) || rest[colon+1:end] == Redacted {
		return rest
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		return Redacted + rest[at:]
	}
	return rest[:colon+1] + Redacted + rest[end:]
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// redactHost replaces labels of a host name that are hexadecimal tokens. Onion and I2P addresses are names, not secrets.
func redactHost(host string) string {
	name, _, _ := strings.Cut(host, ":")
	if strings.HasSuffix(name, ".onion") || strings.HasSuffix(name, ".i2p") {
		return host
	}
	labels := strings.Split(host, ".")
	for i, label := range labels {
		if len(label) >= 32 && isHex(label) {
			labels[i] = Redacted
		}
	}
	return strings.Join(labels, ".")
}

func redactPath(path string) string {
	segments := strings.Split(path, "/")
	announces := false
	for _, s := range segments {
		s = strings.ToLower(unescapeLoosely(s))
		announces = announces || strings.HasPrefix(s, "announce") || strings.HasPrefix(s, "scrape")
	}
	for i, s := range segments {
		if looksSecret(unescapeLoosely(s), announces) {
			segments[i] = Redacted
		}
	}
	return strings.Join(segments, "/")
}

// redactQuery takes "a=b&c=d" apart at & and ;.
func redactQuery(query string, depth int) string {
	var b strings.Builder
	for query != "" {
		end := strings.IndexAny(query, "&;")
		if end < 0 {
			end = len(query)
		}
		b.WriteString(redactParameter(query[:end], depth))
		if end < len(query) {
			b.WriteByte(query[end])
			end++
		}
		query = query[end:]
	}
	return b.String()
}

func redactParameter(parameter string, depth int) string {
	key, value, ok := strings.Cut(parameter, "=")
	name := strings.ToLower(unescapeLoosely(key))
	plain := unescapeLoosely(value)
	switch {
	case !ok && looksSecret(unescapeLoosely(key), true):
		return Redacted
	case !ok || value == "" || value == Redacted:
		return parameter
	case secretParameter(name):
		return key + "=" + Redacted
	case looksSecret(unescapeLoosely(key), true):
		return Redacted + "=" + Redacted
	case publicParameter(name):
		return parameter
	case strings.Contains(plain, "://"):
		if depth == 0 {
			return key + "=" + Redacted
		}
		if safe := redactNested(plain, depth-1); safe != plain {
			return key + "=" + strings.ReplaceAll(url.QueryEscape(safe), "%2A", "*")
		}
		return parameter
	case looksSecret(plain, true):
		return key + "=" + Redacted
	}
	return parameter
}

// secretParameter knows the names under which trackers and web servers take credentials.
func secretParameter(name string) bool {
	name = strings.NewReplacer("_", "", "-", "").Replace(name)
	switch name {
	case "passkey", "authkey", "auth", "torrentpass", "uk", "pk", "key", "apikey", "rsskey", "token", "secret", "password",
		"passwd", "pass", "pwd", "pid", "sid", "session", "sessionid", "sig", "signature", "credential", "jwt", "bearer",
		"accesskey", "accesstoken", "refreshtoken", "awsaccesskeyid", "user", "username", "login":
		return true
	}
	for _, suffix := range []string{"passkey", "secret", "token", "password", "signature", "credential", "apikey"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// publicParameter knows parameters whose values are long and random to look at, and public: infohashes and names.
func publicParameter(name string) bool {
	switch name {
	case "infohash", "info_hash", "peer_id", "xt", "dn", "kt", "xl", "so", "x.pe":
		return true
	}
	return strings.HasPrefix(name, "xt.")
}

// looksSecret judges one piece of text. Beside an announce (or in a parameter) shorter tokens count.
func looksSecret(s string, announces bool) bool {
	bare := strings.Map(dropDashes, s)
	if len(bare) >= 32 && isHex(bare) && bare != "" {
		return true
	}
	if announces && looksRandom(s) {
		return true
	}
	for part := range strings.FieldsFuncSeq(s, isSeparator) {
		if isToken(part, announces) {
			return true
		}
	}
	return false
}

func dropDashes(r rune) rune {
	if r == '-' || r == '_' {
		return -1
	}
	return r
}

func isSeparator(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// isToken judges a run of ASCII letters and digits.
func isToken(s string, announces bool) bool {
	letters, digits, turns := shape(s)
	switch n := len(s); {
	case n >= 32:
		return digits > 0 || turns >= 4
	case n >= 20:
		return letters > 0 && digits > 1 || announces && (digits > 1 || turns >= n/3)
	case n >= 16:
		return isHex(s) && letters > 0 && digits > 0 || announces && (digits == n || letters > 0 && digits > 1)
	case announces && n >= 8:
		return letters > 0 && digits > 1 && turns >= 3
	}
	return false
}

// looksRandom finds tokens of base64url, whose dashes would hide them from isToken.
func looksRandom(s string) bool {
	if len(s) < 20 || strings.ContainsFunc(s, func(r rune) bool { return isSeparator(r) && !strings.ContainsRune("-_=+", r) }) {
		return false
	}
	letters, digits, turns := shape(strings.Map(dropDashes, s))
	return letters > 0 && digits > 0 && turns >= len(s)/4
}

// shape counts letters and digits, and how often the kind of character (lower case, upper case, digit) changes. A
// capital that begins a word counts once.
func shape(s string) (letters, digits, turns int) {
	last := 0
	for i := range len(s) {
		kind := 3
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			kind = 1
			digits++
		case c >= 'a' && c <= 'z':
			kind = 2
			letters++
		case c >= 'A' && c <= 'Z':
			letters++
		}
		if i > 0 && kind != last && (last != 3 || kind != 2) {
			turns++
		}
		last = kind
	}
	return letters, digits, turns
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// unescapeLoosely undoes percent-encoding, and leaves what is not one.
func unescapeLoosely(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1:i+3]) {
			b.WriteByte(unhex(s[i+1])<<4 | unhex(s[i+2]))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&0xf + 9
}

// RedactText redacts every URL in a sentence, such as an error of net/http, and parameters like passkey=... outside of
// URLs. The rest of the sentence stays: an infohash that an error names is no secret.
func RedactText(s string) string {
	var b strings.Builder
	for s != "" {
		start, end := FindURL(s)
		b.WriteString(redactAssignments(s[:start]))
		b.WriteString(RedactURL(s[start:end]))
		s = s[end:]
	}
	return b.String()
}

// FindURL returns where the first URL of s begins and ends; both are len(s) where there is none. A URL ends at a space,
// a quote, an angle bracket or a control character.
func FindURL(s string) (start, end int) {
	start = len(s)
	if i := strings.Index(s, "://"); i >= 0 {
		start = i
		for start > 0 && strings.IndexByte("+-.", s[start-1]) >= 0 || start > 0 && !isSeparator(rune(s[start-1])) {
			start--
		}
	}
	if i := IndexFold(s[:start], "magnet:?"); i >= 0 {
		start = i
	}
	end = start
	for end < len(s) && s[end] > ' ' && s[end] != 0x7f && strings.IndexByte("\"'`<>", s[end]) < 0 {
		end++
	}
	if end == start && start < len(s) {
		end++
	}
	return start, end
}

// IndexFold is strings.Index without regard to case.
func IndexFold(s, part string) int {
	for i := 0; i+len(part) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

// redactAssignments redacts what follows name= where name is a secret parameter, and the piece of a URL that net/url
// quotes when a password looks like a port to it.
func redactAssignments(s string) string {
	const badPort = `invalid port "`
	if i := strings.Index(s, badPort); i >= 0 {
		from := i + len(badPort)
		if to := strings.IndexByte(s[from:], '"'); to > 0 {
			return redactAssignments(s[:i]) + badPort + Redacted + redactAssignments(s[from+to:])
		}
	}
	var b strings.Builder
	for {
		equals := strings.IndexByte(s, '=')
		if equals < 0 {
			b.WriteString(s)
			return b.String()
		}
		name := s[:equals]
		name = name[strings.LastIndexFunc(name, func(r rune) bool { return isSeparator(r) && r != '_' && r != '-' })+1:]
		b.WriteString(s[:equals+1])
		s = s[equals+1:]
		if secretParameter(strings.ToLower(name)) {
			end := strings.IndexAny(s, " \t\r\n\"'`<>&;,)")
			if end < 0 {
				end = len(s)
			}
			if end > 0 {
				b.WriteString(Redacted)
			}
			s = s[end:]
		}
	}
}
