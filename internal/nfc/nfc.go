// Package nfc writes text in Unicode's composed form, Normalization Form C of UAX #15, in which é is one character and
// not an e with an accent after it.
//
// It knows no other form, and the characters of Unicode 15.0. (The forms of those never change.) It does to them what
// golang.org/x/text does, by which it is tested, but for letters of more than 30 accents, in which it puts no joiners.
package nfc

import (
	"sync"
	"unicode/utf8"
)

// String returns s in the composed form. Bytes that are no UTF-8 stay as they are.
func String(s string) string {
	if quick(s) {
		return s
	}
	p := properties()
	runes := make([]rune, 0, len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			r = -rune(s[i])
		}
		runes = p.decompose(runes, r)
		i += size
	}
	p.order(runes)
	text := make([]byte, 0, len(s))
	for _, r := range p.compose(runes) {
		if r < 0 {
			text = append(text, byte(-r))
		} else {
			text = utf8.AppendRune(text, r)
		}
	}
	return string(text)
}

// IsNormal tells whether s is in the composed form.
func IsNormal(s string) bool { return quick(s) || String(s) == s }

// known is what Unicode says of the characters that a form may change. Slots are of 32 neighbours.
type known struct {
	classes map[rune]uint8   // Canonical_Combining_Class, where it is not 0
	parts   map[rune][2]rune // Decomposition_Mapping; the second is 0 where there is one
	whole   map[[2]rune]rune // the character that two are composed to
	unsure  map[rune]bool    // NFC_Quick_Check is not yes
	slots   [0x30000 / 32]bool
}

// first is the first character that is added to one before it: of those in front of it none has a class, and one that
// was decomposed is composed again.
const first = 0x300

const (
	syllables, leads, vowels, trails = 0xac00, 0x1100, 0x1161, 0x11a7 // of Hangul, which are composed by arithmetic; the first trail is none
	nVowels, nTrails                 = 21, 28
	nSyllables                       = 19 * nVowels * nTrails
)

// properties reads the tables. Each row has three, of which the first is the bits by which its character is not that of the
// row before.
var properties = sync.OnceValue(func() *known {
	p := &known{make(map[rune]uint8), make(map[rune][2]rune), make(map[[2]rune]rune), make(map[rune]bool), [0x30000 / 32]bool{}}
	unsure := func(r rune) {
		p.unsure[r] = true
		p.slots[r/32] = true
	}
	var r rune
	for t := []rune(classes); len(t) > 0; t = t[3:] {
		r ^= t[0]
		for end := r + t[1]; r < end; r++ {
			p.classes[r] = uint8(t[2])
			p.slots[r/32] = true
		}
	}
	r = 0
	for t := []rune(pairs); len(t) > 0; t = t[3:] {
		r ^= t[0]
		p.parts[r] = [2]rune{t[1], t[2]}
		p.whole[p.parts[r]] = r
		unsure(t[2])
	}
	r = 0
	for t := []rune(oneWay); len(t) > 0; t = t[3:] {
		r ^= t[0]
		p.parts[r] = [2]rune{t[1], t[2]}
		unsure(r)
	}
	for r := range rune(nVowels) {
		unsure(vowels + r)
	}
	for r := range rune(nTrails - 1) {
		unsure(trails + 1 + r)
	}
	return p
})

// quick tells whether s is in the composed form for sure, by the algorithm of section 9 of UAX #15.
func quick(s string) bool {
	i := 0
	for i < len(s) && s[i] < 0xcc { // of no character from the first on
		i++
	}
	if i == len(s) {
		return true
	}
	p := properties()
	var last uint8
	for _, r := range s[i:] {
		var class uint8
		if int(r/32) < len(p.slots) && p.slots[r/32] {
			if class = p.classes[r]; p.unsure[r] || class > 0 && class < last {
				return false
			}
		}
		last = class
	}
	return true
}

// class is Canonical_Combining_Class.
func (p *known) class(r rune) uint8 {
	if r < first {
		return 0
	}
	return p.classes[r]
}

// decompose appends the parts of a character, and theirs.
func (p *known) decompose(runes []rune, r rune) []rune {
	if s := r - syllables; s >= 0 && s < nSyllables {
		runes = append(runes, leads+s/(nVowels*nTrails), vowels+s/nTrails%nVowels)
		if s %= nTrails; s > 0 {
			runes = append(runes, trails+s)
		}
		return runes
	}
	if r < utf8.RuneSelf {
		return append(runes, r)
	}
	parts, ok := p.parts[r]
	if !ok {
		return append(runes, r)
	}
	if runes = p.decompose(runes, parts[0]); parts[1] > 0 {
		runes = append(runes, parts[1])
	}
	return runes
}

// order brings what follows a letter to the order of the classes. There may be a million accents.
func (p *known) order(runes []rune) {
	for i := 0; i < len(runes); i++ {
		start, sorted := i, true
		for last := uint8(0); i < len(runes); i++ {
			class := p.class(runes[i])
			if class == 0 {
				break
			}
			sorted = sorted && last <= class
			last = class
		}
		if sorted {
			continue
		}
		var of [256][]rune
		for _, r := range runes[start:i] {
			class := p.classes[r]
			of[class] = append(of[class], r)
		}
		at := start
		for _, rs := range of {
			at += copy(runes[at:], rs)
		}
	}
}

// compose puts characters together where nothing between them has the class of the second, or a higher one. It returns the front of runes.
func (p *known) compose(runes []rune) []rune {
	out := runes[:0]
	starter, last := -1, -1 // where the character is to which others may be added, and the class of the last after it
	for _, r := range runes {
		class := int(p.class(r))
		if starter >= 0 && last < class && r >= first {
			if w := p.join(out[starter], r); w > 0 {
				out[starter] = w
				continue
			}
		}
		if last = class; class == 0 {
			starter, last = len(out), -1
		}
		out = append(out, r)
	}
	return out
}

// join is the character of two, or 0.
func (p *known) join(a, b rune) rune {
	if l, v := a-leads, b-vowels; l >= 0 && l < nSyllables/nVowels/nTrails && v >= 0 && v < nVowels {
		return syllables + (l*nVowels+v)*nTrails
	}
	if s, t := a-syllables, b-trails; s >= 0 && s < nSyllables && s%nTrails == 0 && t > 0 && t < nTrails {
		return a + t
	}
	return p.whole[[2]rune{a, b}]
}
