// Package secret is the one judge of what is a secret in a URL or a text: passkeys and passwords, with which others act
// in somebody's name. Every door of torrentkit asks it: what is shown, what a lint finds, what a public link leaves out
// and what is stripped from a torrent.
//
// Secrets are user info, the values of parameters that are named like keys, and parts of paths that look like keys. Hosts,
// ports, words, numbers, file names and infohashes in their parameters are none. URLs are taken apart by their looks
// and not by net/url, since a URL that is broken must not leak either. A URL in a parameter, as in a magnet link, is judged where
// it stands.
//
// The package does not know torrents or trackers, and never changes what is not secret: bytes around a secret stay as
// they are.
package secret

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// hidden stands in front of the fingerprint that a secret is shown by.
const hidden = "***"

// Mark is what stands for a secret where it is hidden: three stars and a fingerprint, by which a change is seen and two
// keys can be told apart. Its eight bits do not help to guess a key.
func Mark(secret string) string {
	sum := sha256.Sum256([]byte("torrentkit, a secret: " + secret))
	return fmt.Sprintf("%s%02x", hidden, sum[0])
}

// isMark tells whether s was hidden before, by us or by somebody else.
func isMark(s string) bool {
	return s == hidden || len(s) == len(hidden)+2 && s[:len(hidden)] == hidden && isHex(s[len(hidden):])
}

// URL returns a URL or magnet link with a [Mark] for every secret.
func URL(s string) string { return redact(s, inURL(s)) }

// Text returns a text, such as an error or a tracker's words, with a [Mark] for every secret of the URLs in it and for
// what follows passkey= and its like. What else looks like a key stays: infohashes have their place in messages.
func Text(s string) string { return redact(s, inText(s, nil)) }

// In reports whether a URL or magnet link holds a secret.
func In(url string) bool { return len(inURL(url)) > 0 }

// InText reports whether a text, or a URL, holds a secret, or anything that looks like a key and is not one of the public
// values.
func InText(s string, public ...string) bool { return len(inText(s, plainly(public))) > 0 }

// StripURL takes the secrets out of a URL, with the names of their parameters. The public values are none, such as the
// infohash that a link in a torrent's own URL has.
func StripURL(s string, public ...string) string {
	f := finder{text: s, bare: plainly(public)}
	f.judge(0, len(s), true)
	return strip(s, f.spans)
}

// StripText takes out of a text, or a URL, what InText finds.
func StripText(s string, public ...string) string { return strip(s, inText(s, plainly(public))) }

// plainly makes the judge of bare words that look like keys: all are secret but the public ones, whatever their case, with an
// extension or without.
func plainly(public []string) func(string) bool {
	return func(word string) bool {
		return !slices.ContainsFunc(public, func(p string) bool {
			return len(word) >= len(p) && strings.EqualFold(word[:len(p)], p) && (len(word) == len(p) || word[len(p)] == '.')
		})
	}
}

// Names reports whether a name says that its value is a credential.
func Names(name string) bool {
	name = strings.ToLower(name)
	return secretName(name) && !isWeakName(name)
}

// inURL finds the secrets of a URL.
func inURL(s string) []span {
	f := finder{text: s}
	f.judge(0, len(s), true)
	return f.spans
}

// inText finds the secrets in a text. bare, if not nil, says which words that look like keys are secret though nothing says so.
func inText(s string, bare func(string) bool) []span {
	if len(s) < minKey && !strings.ContainsAny(s, "=@%") {
		return nil // too short for a key, and nothing in it is said to be one
	}
	f := finder{text: s, bare: bare}
	f.words()
	return f.spans
}

// redact puts marks where the spans are.
func redact(s string, spans []span) string {
	return replace(s, spans, func(x span) (from, to int, by string) { return x.from, x.to, Mark(x.plain) })
}

// strip takes the spans out, and what goes with them.
func strip(s string, spans []span) string {
	return replace(s, spans, func(x span) (from, to int, by string) { return x.first, x.last, "" })
}

func replace(s string, spans []span, place func(span) (from, to int, by string)) string {
	var b strings.Builder
	at := 0
	for _, x := range spans {
		from, to, by := place(x)
		b.WriteString(s[at:max(at, from)])
		b.WriteString(by)
		at = max(at, to)
	}
	return b.String() + s[at:]
}

// Known are secrets that are looked for wherever a text repeats them, as trackers do in their answers.
type Known []string

// Of collects the secrets of URLs, as they stand there, with their percent-encoding undone, and in hexadecimal digits, as
// dumps have them. Short ones and words are left out, which would blot out half of any text.
func Of(urls ...string) Known {
	var k Known
	for _, u := range urls {
		for _, x := range inURL(u) {
			for _, s := range []string{u[x.from:x.to], x.plain, fmt.Sprintf("%x", x.plain)} {
				k = append(k, s)
				if user, password, ok := strings.Cut(s, ":"); ok {
					k = append(k, user, password)
				}
			}
		}
	}
	k = slices.DeleteFunc(k, func(s string) bool { return len(s) < 6 || len(s) < 16 && isWord(s) || isNumber(s) && len(s) < 10 })
	sort.Slice(k, func(a, b int) bool { return len(k[a]) > len(k[b]) }) // a part of another comes behind it
	return slices.Compact(k)
}

// But leaves out public values, as for [InText].
func (k Known) But(public ...string) Known {
	secret := plainly(public)
	return slices.DeleteFunc(k, func(s string) bool { return !secret(s) })
}

// Hide returns the text with marks for the known secrets in it.
func (k Known) Hide(text string) string { return k.replace(text, Mark) }

// Remove returns the text without the known secrets.
func (k Known) Remove(text string) string { return k.replace(text, func(string) string { return "" }) }

func (k Known) replace(text string, by func(string) string) string {
	for _, s := range k {
		i := strings.Index(text, s)
		if i < 0 {
			continue
		}
		var b strings.Builder
		for ; i >= 0; i = strings.Index(text, s) {
			b.WriteString(text[:i])
			if len(s) < 12 && (i > 0 && isAlnum(text[i-1]) || i+len(s) < len(text) && isAlnum(text[i+len(s)])) {
				b.WriteString(s) // a piece of something longer
			} else {
				b.WriteString(by(s))
			}
			text = text[i+len(s):]
		}
		b.WriteString(text)
		text = b.String()
	}
	return text
}
