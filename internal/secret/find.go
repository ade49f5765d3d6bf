package secret

import (
	"slices"
	"strings"
)

// span is a secret in a text, and what goes with it where it is taken out: the name of its parameter, a slash, an @.
type span struct {
	from, to    int
	first, last int
	plain       string // the secret with its percent-encoding undone
}

// finder collects the secrets of a text from its beginning to its end.
type finder struct {
	text  string
	spans []span
	bare  func(word string) bool // see inText
}

// maxDepth is how often percent-encoding is undone: a URL in a parameter of another has one more layer of it.
const maxDepth = 4

// decode undoes percent-encoding, layer by layer, and leaves what is not one. It tells where each byte of the result and its end
// stand in s.
func decode(s string) (string, []int) {
	at := make([]int, len(s)+1)
	for i := range at {
		at[i] = i
	}
	for range maxDepth {
		if strings.IndexByte(s, '%') < 0 {
			break
		}
		b, n := make([]byte, 0, len(s)), 0
		for i := 0; i < len(s); i++ {
			at[n] = at[i]
			n++
			if s[i] == '%' && i+2 < len(s) && isHexDigit(s[i+1]) && isHexDigit(s[i+2]) {
				b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
				i += 2
			} else {
				b = append(b, s[i])
			}
		}
		at[n] = at[len(s)]
		s, at = string(b), at[:n+1]
	}
	return s, at
}

func unhex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c&0xf + 9
}

// parts goes through a URL, or the parts of a text that has some of one, with all percent-encoding undone. URLs
// in parameters, and one behind the other, lie open then.
type parts struct {
	*finder
	s     string
	at    []int // where the bytes of s stand in the text, from base on
	base  int
	isURL bool // and not a word that is a key only where something says so

	announces bool // the parameters are those of an announce
	query     int  // where the parameters begin that are gone through, or -1
	kept      bool // a parameter of those stays
	removed   int  // spans before those of these parameters
}

// judge goes through a part of the text.
func (f *finder) judge(from, to int, isURL bool) {
	p := parts{finder: f, base: from, isURL: isURL, query: -1}
	p.s, p.at = decode(f.text[from:to])
	p.announces = p.asks()
	for at := 0; at < len(p.s); {
		at = p.next(at)
	}
	p.end()
}

// asks tells whether one of the parameters is an infohash. It goes the same way, so that what is hidden does not count.
func (p parts) asks() bool {
	p.finder = &finder{text: p.text, bare: p.bare}
	for at := 0; !p.announces && at < len(p.s); {
		at = p.next(at)
	}
	return p.announces
}

// delimiters stand between the parts of a URL.
const delimiters = "/?#&;"

// next judges the part that begins at from, behind a delimiter, and returns where the one after it begins.
func (p *parts) next(from int) int {
	if from > 0 && strings.IndexByte("?#", p.s[from-1]) >= 0 {
		p.end()
		p.query, p.kept, p.removed = from-1, false, len(p.spans)
	}
	to := p.until(from, delimiters)
	name, value, isParameter := strings.Cut(p.s[from:to], "=")
	n := len(p.spans)
	if isParameter {
		to = p.parameter(from, from+len(name)+1, strings.ToLower(name), value)
	}
	switch {
	case len(p.spans) > n:
	case to > 0 && p.s[to-1] == ':' && strings.HasPrefix(p.s[to:], "//"):
		to = p.authority(to + 2)
	case !isParameter && p.isURL && p.isKey(name):
		p.hide(from, to, from)
	}
	return to + 1
}

func (p *parts) until(from int, what string) int {
	if i := strings.IndexAny(p.s[from:], what); i >= 0 {
		return from + i
	}
	return len(p.s)
}

// hide notes that s[from:to] is secret, in a part that begins at first. A delimiter goes with the part.
func (p *parts) hide(from, to, first int) {
	last := to
	switch {
	case first > 0 && (p.kept || p.s[first-1] == '/'):
		first--
	case last < len(p.s) && strings.IndexByte("&;", p.s[last]) >= 0:
		last++
	}
	p.add(from, to, first, last)
}

// add notes that s[from:to] is secret, and what goes with it.
func (p *parts) add(from, to, first, last int) {
	if from < to && !isMark(p.s[from:to]) {
		p.spans = append(p.spans, span{p.base + p.at[from], p.base + p.at[to], p.base + p.at[first], p.base + p.at[last], p.s[from:to]})
	}
}

// end lets the question mark go with parameters of which none is left.
func (p *parts) end() {
	if p.query >= 0 && !p.kept && len(p.spans) > p.removed {
		p.spans[p.removed].first = p.base + p.at[p.query]
	}
	p.query = -1
}

// parameter judges a name and its value, and returns where the value ends: among parameters a slash is a part of one whose
// name says what it is.
func (p *parts) parameter(from, at int, name, value string) int {
	to, end := at+len(value), at+len(value)
	if from == 0 || p.s[from-1] != '/' {
		end = p.until(at, delimiters[1:])
	}
	p.announces = p.announces || name == "info_hash"
	n := len(p.spans)
	switch whole := p.s[at:end]; {
	case p.isKey(name):
		p.hide(from, to, from)
	case isPublic(name, whole) || p.announces && name == "key" && len(whole) == 8 && isHex(whole):
		to = end
	case secretName(name) && !(isWeakName(name) && (isNumber(whole) || !p.isURL && isNoKey(whole))):
		to = end
		p.hide(at, to, from)
	case p.isKey(value):
		p.hide(at, to, from)
	}
	p.kept = p.kept || len(p.spans) == n
	return to
}

// authority finds user info, and returns where the host ends. A password that holds a slash ends the authority early, so
// that what is left before the slash ends in no port: then everything up to the @ is taken for it.
func (p *parts) authority(from int) int {
	to := p.until(from, "/?#\\")
	host := p.s[from:to]
	at := from + strings.LastIndexByte(host, '@')
	colon := strings.LastIndexByte(host, ':') + 1
	if at < from && colon > 0 && host[0] != '[' && !isNumber(host[colon:]) {
		path := p.s[from:p.until(from, "?#")]
		if i := from + strings.LastIndexByte(path, '@'); i > from && strings.ContainsAny(p.s[i+1:p.until(i+1, "/")], ".:") {
			at, to = i, p.until(i+1, "/?#\\")
		}
	}
	if at >= from {
		p.add(from, at, from, at+1)
		from = at + 1
	}
	if port := from + strings.LastIndexByte(p.s[from:to], ':') + 1; port > from && isKey(p.s[port:to]) {
		p.add(port, to, port-1, to)
	}
	return to
}

// isPublic knows parameters whose values are no secrets whatever they look like: what torrentkit itself sends in an announce
// (BEP 3, 7, 23 and 48), and what magnet links are made of (BEP 9 and 53). Names of the kind urn: are public ones.
func isPublic(name, value string) bool {
	switch name {
	case "info_hash", "peer_id", "port", "uploaded", "downloaded", "left", "event", "compact", "numwant", "no_peer_id", "ip", "ipv4",
		"ipv6", "supportcrypto", "trackerid", "xt", "dn", "kt", "xl", "so", "x.pe":
		return true
	case "infohash", "hash", "btih":
		return (len(value) == 40 || len(value) == 64) && isHex(value)
	}
	return strings.HasPrefix(name, "xt.") || strings.HasPrefix(value, "urn:")
}

// secretName knows the names under which trackers and web servers take credentials, whatever stands between their words.
func secretName(name string) bool {
	name = strings.Map(dropSeparators, name)
	for _, end := range []string{"passkey", "authkey", "apikey", "rsskey", "accesskey", "torrentpass", "secret", "token", "password", "passwd",
		"signature", "credential", "session", "sessionid", "sessid", "accesskeyid", "jwt", "bearer"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return isWeakName(name)
}

// isWeakName knows names of credentials that are names of other things too: their numbers are no secrets, nor are words
// behind them in a text.
func isWeakName(name string) bool {
	name = strings.Map(dropSeparators, name)
	return strings.HasSuffix(name, "signature") ||
		slices.Contains([]string{"auth", "key", "pk", "uk", "pid", "sid", "sig", "pass", "pwd", "user", "username", "login"}, name)
}

// isNoKey tells what a text says of somebody's key=: a word, or what was hidden before.
func isNoKey(s string) bool {
	return strings.Contains(s, hidden) || !strings.ContainsAny(s, "0123456789")
}

// words judges the words of the text.
func (f *finder) words() {
	named := false // by the word before
	for from := 0; from < len(f.text); {
		to := from
		for to < len(f.text) && !endsWord(f.text[to]) {
			to++
		}
		if from < to {
			named = f.word(from, to, named)
		}
		from = to + 1
	}
}

// endsWord tells what no URL holds: spaces and controls, quotes and angle brackets.
func endsWord(c byte) bool { return c <= ' ' || c == 0x7f || strings.IndexByte("\"'`<>", c) >= 0 }

// word judges a word of a text, and says whether it names a credential, so that the next one may be it.
func (f *finder) word(from, to int, named bool) bool {
	for from < to && strings.IndexByte("([{", f.text[from]) >= 0 {
		from++
	}
	for from < to && strings.IndexByte(".,:;!?)]}", f.text[to-1]) >= 0 {
		to--
	}
	word := f.text[from:to]
	isURL := strings.Contains(word, "://") || strings.Contains(strings.ToLower(word), "magnet:?") || isAnnounce(word)
	f.judge(from, to, isURL || named || f.bare != nil)
	return named && word == "" || !isURL && Names(word)
}

// isAnnounce tells whether a word is the path of an announce, with or without a host in front.
func isAnnounce(word string) bool {
	path, _, _ := strings.Cut(word, "?")
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		if len(part) < len(path) && isEntry(part) {
			return true
		}
	}
	return false
}

// isEntry tells whether a part of a path, in small letters, is where a tracker is asked.
func isEntry(part string) bool {
	return strings.HasPrefix(part, "announce") || strings.HasPrefix(part, "scrape")
}

// isKey is the function, where the public values are known.
func (f *finder) isKey(s string) bool { return isKey(s) && (f.bare == nil || f.bare(s)) }
