package console

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/torrentkit/torrentkit/metainfo"
)

// The terminal's rules.
//
//   - Standard output is the result, standard error is the conversation.
//   - Messages have no capital at the start and no full stop at the end. They say what was tried:
//     reading "x.torrent": info.piece length: 0 is not a positive multiple of 16384 (byte 214)
//   - A line "hint:" follows where there is something to do; best is the corrected command.
//   - No raw control character, ANSI sequence or bidirectional control from a torrent, a link, a tracker, a file system
//     or an argument reaches the terminal. Values go through Escape, sentences through EscapeSentence.
//   - URLs go through Console.URL, sentences that may hold URLs through Console.Redact: passkeys show as *** and a fingerprint.
//   - Sizes are binary and say so: 1.50 GiB. Piped text has raw numbers of bytes instead.
//   - What is aligned is aligned by display width, not by bytes or runes.
//   - Colour only repeats what the words say.

// Escape makes a value from outside printable: the result is valid UTF-8, on one line, and shows everything that is in
// s. Control characters, bidirectional controls, line separators, and characters that are invisible or only format
// others become \n \r \t \x1b \u202e \u{e0001}; bytes that are not UTF-8 become \xff. Ordinary text of any script, and
// emoji with their joiners and variation selectors, stay as they are; joiners where nothing is joined do not.
//
// A backslash is doubled only where it could be taken for the start of such an escape, so the result is unambiguous.
// On Windows it is doubled nowhere: paths have it, which whoever reads a pipe opens, and names have none. Values are escaped once, where they are printed.
func Escape(s string) string { return escapeText(s, true) }

// EscapeSentence is escape for text that is composed already, such as an error, whose parts may have been quoted:
// backslashes are left alone.
func EscapeSentence(s string) string { return escapeText(s, false) }

// inPaths is true where a backslash is in every path.
const inPaths = filepath.Separator == '\\'

func escapeText(s string, backslashes bool) string {
	if plainASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	previous := rune(-1) // the last rune of s that was kept, without variation selectors
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		rest := s[i+size:]
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
			previous = -1
		case r == '\\' && backslashes && !inPaths && ambiguous(rest):
			b.WriteString(`\\`)
			previous = r
		case Hidden(r) && !harmless(previous, r, rest):
			writeEscape(&b, r)
			previous = -1
		default:
			b.WriteString(s[i : i+size])
			if !unicode.Is(unicode.Variation_Selector, r) {
				previous = r
			}
		}
		i += size
	}
	return b.String()
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '\\' {
			return false
		}
	}
	return true
}

// ambiguous reports whether a backslash before rest would read as the start of an escape: one that escape writes, or
// one that begins with the next character's own escape.
func ambiguous(rest string) bool {
	if rest == "" {
		return false
	}
	if strings.IndexByte(`\nrtxu`, rest[0]) >= 0 {
		return true
	}
	r, size := utf8.DecodeRuneInString(rest)
	return r == utf8.RuneError && size == 1 || Hidden(r)
}

func writeEscape(b *strings.Builder, r rune) {
	switch {
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r < 0x80:
		fmt.Fprintf(b, `\x%02x`, r)
	case r < 0x10000:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\u{%x}`, r)
	}
}

// Hidden reports whether r acts on the terminal or on its neighbours, or does not show: controls, separators of lines,
// format characters (bidirectional controls, zero-width characters, the byte order mark, tags), fillers and
// noncharacters. Signs that Unicode counts as format characters although they show, such as the Arabic number sign, are
// not hidden.
func Hidden(r rune) bool {
	if r < 0x7f {
		return r < 0x20
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

const (
	zeroWidthNonJoiner = 0x200c
	zeroWidthJoiner    = 0x200d
	textPresentation   = 0xfe0e
	emojiPresentation  = 0xfe0f
)

// harmless reports whether a hidden r does, between previous and rest, what it is there for. A variation selector needs
// a base that has variants, a joiner needs two pictures or two letters of a script that is written with joiners.
func harmless(previous, r rune, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	switch {
	case previous < 0 || next == utf8.RuneError && (r == zeroWidthJoiner || r == zeroWidthNonJoiner):
		return false
	case r == textPresentation || r == emojiPresentation:
		keycap := previous < 0x80 && strings.ContainsRune("0123456789#*", previous) && next == 0x20e3
		return keycap || pictographic(previous)
	case unicode.Is(unicode.Variation_Selector, r):
		return unicode.In(previous, unicode.Han, unicode.Mongolian, unicode.Sm, unicode.Myanmar)
	case r == zeroWidthJoiner && pictographic(previous):
		return pictographic(next)
	case r == zeroWidthJoiner || r == zeroWidthNonJoiner:
		return joins(previous) && joins(next)
	}
	return false
}

// pictographic reports whether r is an emoji, or a symbol that has an emoji form.
func pictographic(r rune) bool {
	switch {
	case r < 0x2000:
		return r == 0xa9 || r == 0xae
	case r < 0x1f000:
		return unicode.Is(unicode.So, r) || unicode.Is(unicode.Sm, r) || r == 0x203c || r == 0x2049 || r == 0x3030
	}
	return r <= 0x1faff
}

// joins reports whether r belongs to a script that uses the zero-width joiner and non-joiner in ordinary words.
func joins(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsMark(r)) && !Hidden(r) &&
		unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari, unicode.Bengali,
			unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada,
			unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Tibetan)
}

// Redact is a text without the secrets of URLs unless --show-secrets: of those in it, and of those that it is about. The
// result still needs EscapeSentence, which the renderers do.
func (con *Console) Redact(s string, about ...string) string {
	if con.Options.ShowSecrets {
		return s
	}
	return metainfo.RedactText(s, about...)
}

// URL makes a URL printable: without its secrets unless --show-secrets. The result still needs escape, which the
// renderers do.
func (con *Console) URL(s string) string {
	if con.Options.ShowSecrets {
		return s
	}
	return metainfo.Redact(s)
}

// DisplayWidth is the number of terminal columns that s takes. s is escaped text.
func DisplayWidth(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			n := 0
			for state := -1; s != ""; {
				var cluster string
				var w int
				cluster, s, w, state = uniseg.FirstGraphemeClusterInString(s, state)
				n += clusterWidth(cluster, w)
			}
			return n
		}
	}
	return len(s) // nothing of ASCII that is escaped has another width
}

// clusterWidth is how many columns a character takes that has w of them by Unicode. Pictures that are joined to one are
// several to many terminals, which would break a line that was counted too short: a family is two columns wide, or eight.
func clusterWidth(cluster string, w int) int {
	if len(cluster) <= len("👪") {
		return w
	}
	pictures := 0
	for _, r := range cluster {
		if regional := r >= 0x1f1e6 && r <= 0x1f1ff; pictographic(r) && !regional {
			pictures++
		}
	}
	if pictures > 1 {
		return max(w, 2*pictures)
	}
	return w
}

// PadRight appends spaces until s takes width columns. A longer s is returned as it is.
func PadRight(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-DisplayWidth(s)))
}
