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

// view is a part of a text, perhaps with its percent-encoding undone, that knows where it stands in the text.
type view struct {
	s  string
	at int   // where s begins
	of []int // where each byte of s begins, and the last one ends; nil where s stands there as it is
}

// pos is where the byte i of the view stands in the text.
func (v view) pos(i int) int {
	if v.of != nil {
		return v.of[i]
	}
	return v.at + i
}

func (v view) part(from, to int) view {
	if v.of != nil {
		return view{s: v.s[from:to], of: v.of[from : to+1]}
	}
	return view{s: v.s[from:to], at: v.at + from}
}

// cut is strings.Cut.
func (v view) cut(separator byte) (before, after view, found bool) {
	if i := strings.IndexByte(v.s, separator); i >= 0 {
		return v.part(0, i), v.part(i+1, len(v.s)), true
	}
	return v, v.part(len(v.s), len(v.s)), false
}

// plain undoes percent-encoding, and leaves what is not one.
func (v view) plain() view {
	if strings.IndexByte(v.s, '%') < 0 {
		return v
	}
	var b []byte
	var of []int
	for i := 0; i < len(v.s); i++ {
		of = append(of, v.pos(i))
		if v.s[i] == '%' && i+2 < len(v.s) && isHex(v.s[i+1:i+3]) {
			b = append(b, unhex(v.s[i+1])<<4|unhex(v.s[i+2]))
			i += 2
		} else {
			b = append(b, v.s[i])
		}
	}
	return view{s: string(b), of: append(of, v.pos(len(v.s)))}
}

func unhex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c&0xf + 9
}

// finder collects the secrets of a text from its beginning to its end.
type finder struct {
	spans []span
	bare  func(word string) bool // see inText
}

// add notes that v is secret, and what goes with it where it is taken out.
func (f *finder) add(v, around view) {
	if plain := v.plain().s; plain != "" && !isMark(plain) {
		f.spans = append(f.spans, span{v.pos(0), v.pos(len(v.s)), around.pos(0), around.pos(len(around.s)), plain})
	}
}

// maxDepth is how many URLs are looked into that stand in a parameter of another.
const maxDepth = 3

// urls judges a URL, and every other that stands behind it: in a list, or in the path of an archive.
func (f *finder) urls(v view, depth int) {
	for v.s != "" {
		end := len(v.s)
		if first := strings.Index(v.s, "://"); first >= 0 {
			if i := nextURL(v.s, first+3); i > first+3 {
				end = i
			}
		}
		f.url(v.part(0, end), depth)
		v = v.part(end, len(v.s))
	}
}

// nextURL is where the scheme of the first URL behind from begins, or -1.
func nextURL(s string, from int) int {
	for at := from; ; {
		i := strings.Index(s[at:], "://")
		if i < 0 {
			return -1
		}
		i += at
		if start := schemeStart(s, from, i); start < i {
			return start
		}
		at = i + 3
	}
}

// schemeStart is where the scheme that ends at end begins, not before from.
func schemeStart(s string, from, end int) int {
	for end > from && (isAlnum(s[end-1]) || strings.IndexByte("+-.", s[end-1]) >= 0) {
		end--
	}
	return end
}

// url judges one URL, or what looks like the path and query of one.
func (f *finder) url(v view, depth int) {
	if i := strings.Index(v.s, "://"); i >= 0 && strings.IndexAny(v.s[:i], "/?#=&;") < 0 {
		v = f.authority(v.part(i+3, len(v.s)))
	} else if len(v.s) > 7 && strings.EqualFold(v.s[:7], "magnet:") {
		v = v.part(7, len(v.s))
	}
	rest, _, _ := v.cut('#')
	path, _, _ := rest.cut('?')
	f.path(path, depth)
	if len(path.s) < len(rest.s) {
		f.query(rest.part(len(path.s), len(rest.s)), 1, depth)
	}
	if len(rest.s) < len(v.s) {
		f.query(v.part(len(rest.s), len(v.s)), 1, depth)
	}
}

// authority finds user info, and returns what is behind the host. A password that holds a slash ends the authority early,
// so that what is left before the slash ends in no port: then everything up to the @ is taken for it.
func (f *finder) authority(v view) view {
	end := hostEnd(v.s)
	at := strings.LastIndexByte(v.s[:end], '@')
	colon := strings.LastIndexByte(v.s[:end], ':')
	if at < 0 && colon >= 0 && v.s[0] != '[' && !isNumber(v.s[colon+1:end]) {
		path, _, _ := strings.Cut(v.s, "?")
		if i := strings.LastIndexByte(path, '@') + 1; i > 0 && strings.ContainsAny(v.s[i:i+hostEnd(v.s[i:])], ".:") {
			at, end = i-1, i+hostEnd(v.s[i:])
		} else if port := v.part(colon+1, end); isKey(port.s) {
			f.add(port, v.part(colon, end))
		}
	}
	if at >= 0 {
		f.add(v.part(0, at), v.part(0, at+1))
	}
	return v.part(end, len(v.s))
}

func hostEnd(s string) int {
	if i := strings.IndexAny(s, "/?#\\"); i >= 0 {
		return i
	}
	return len(s)
}

// path judges the parts of a path. Some trackers have parameters in them.
func (f *finder) path(v view, depth int) {
	for from := 0; from <= len(v.s); {
		to := from
		for to < len(v.s) && v.s[to] != '/' {
			to++
		}
		part, slash := v.part(from, to), min(from, 1)
		if strings.IndexByte(part.s, '=') >= 0 {
			f.query(v.part(from-slash, to), slash, depth)
		} else if f.isKey(part.plain().s) {
			f.add(part, v.part(from-slash, to))
		}
		from = to + 1
	}
}

// query judges parameters with & or ; between them. The first bytes of v, as many as lead says, are what is in front of them.
func (f *finder) query(v view, lead, depth int) {
	announces := strings.Contains(v.s, "info_hash=")
	before := len(f.spans)
	kept := false
	for from := lead; from < len(v.s); {
		to := from
		for to < len(v.s) && v.s[to] != '&' && v.s[to] != ';' {
			to++
		}
		around := v.part(from, min(to+1, len(v.s)))
		if kept {
			around = v.part(from-1, to)
		}
		n := len(f.spans)
		f.parameter(v.part(from, to), announces, depth)
		for i := n; i < len(f.spans); i++ {
			f.spans[i].first, f.spans[i].last = around.pos(0), around.pos(len(around.s))
		}
		kept = kept || len(f.spans) == n && from < to
		from = to + 1
	}
	if !kept && len(f.spans) > before { // none is left
		f.spans[before].first = v.pos(0)
	}
}

// parameter judges a name and its value.
func (f *finder) parameter(v view, announces bool, depth int) {
	key, value, hasValue := v.cut('=')
	name, plain := strings.ToLower(key.plain().s), value.plain()
	switch {
	case f.isKey(name):
		f.add(v, v)
	case !hasValue || isPublic(name, plain.s) || announces && name == "key" && len(plain.s) == 8 && isHex(plain.s):
	case secretName(name) && !(isWeakName(name) && isNumber(plain.s)):
		f.add(value, v)
	case depth > 0 && strings.ContainsAny(plain.s, "/="):
		f.urls(plain, depth-1)
	case f.isKey(plain.s) || depth == 0 && strings.Contains(plain.s, "://"):
		f.add(value, v)
	}
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
	return strings.HasSuffix(name, "signature") ||
		slices.Contains([]string{"auth", "key", "pk", "uk", "pid", "sid", "sig", "pass", "pwd", "user", "username", "login"}, name)
}

// text judges the words of a text.
func (f *finder) text(v view) {
	named := false // by the word before
	for from := 0; from < len(v.s); {
		to := from
		for to < len(v.s) && !endsWord(v.s[to]) {
			to++
		}
		if from < to {
			named = f.word(v.part(from, to), named)
		}
		from = to + 1
	}
}

// endsWord tells what no URL holds: spaces and controls, quotes and angle brackets.
func endsWord(c byte) bool { return c <= ' ' || c == 0x7f || strings.IndexByte("\"'`<>", c) >= 0 }

// word judges a word of a text, and says whether it names a credential, so that the next one may be it.
func (f *finder) word(v view, named bool) bool {
	word := strings.TrimRight(v.s, ".,:;!?)]}")
	start := len(word)
	if i := strings.Index(word, "://"); i >= 0 {
		start = schemeStart(word, 0, i)
	}
	if i := strings.Index(strings.ToLower(word[:start]), "magnet:?"); i >= 0 {
		start = i
	} else if start == len(word) && (isAnnounce(word) || f.bare != nil && strings.IndexByte(word, '/') >= 0) {
		start = 0
	}
	f.assignments(v.part(0, start))
	f.urls(v.part(start, len(word)), maxDepth)
	if start < len(word) || strings.IndexByte(word, '=') >= 0 {
		return false
	}
	if bare := v.part(len(v.s)-len(strings.TrimLeft(v.s, "([{")), len(word)); (named || f.bare != nil) && f.isKey(bare.s) {
		f.add(bare, bare)
	}
	return named && word == "" || Names(word)
}

// isAnnounce tells whether a word is the path of an announce, with or without a host in front.
func isAnnounce(word string) bool {
	path, _, _ := strings.Cut(word, "?")
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		if len(part) < len(path) && (strings.HasPrefix(part, "announce") || strings.HasPrefix(part, "scrape")) {
			return true
		}
	}
	return false
}

// assignments judges what follows name= in a word that is no URL.
func (f *finder) assignments(v view) {
	for {
		key, rest, ok := v.cut('=')
		if !ok {
			return
		}
		end := strings.IndexAny(rest.s, "&;,)")
		if end < 0 {
			end = len(rest.s)
		}
		name := strings.ToLower(key.s[strings.LastIndexFunc(key.s, func(r rune) bool { return r >= 0x80 || !isAlnum(byte(r)) && r != '_' && r != '-' })+1:])
		value := rest.part(0, end)
		if secretName(name) && (!isWeakName(name) || strings.ContainsAny(value.s, "0123456789")) || f.isKey(value.s) {
			f.add(value, v.part(len(key.s)-len(name), len(key.s)+1+end))
		}
		v = rest.part(end, len(rest.s))
	}
}

// isKey is the function, where the public values are known.
func (f *finder) isKey(s string) bool { return isKey(s) && (f.bare == nil || f.bare(s)) }
