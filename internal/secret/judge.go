package secret

import (
	"math"
	"strings"
)

// The least lengths of what may be a key: by its looks, and by being long.
const (
	minKey  = 16
	longKey = 32
)

// isKey reports whether a part of a path or the value of a parameter looks like a key: 32 or more hexadecimal digits, with
// dashes or without, or 16 or more characters of which names are not made. Words of any language, compounds of words, file
// names, versions, dates and numbers are no keys.
func isKey(s string) bool {
	if len(s) < minKey {
		return false
	}
	if hasLongHex(s) {
		return true
	}
	if isCopyOf(s) {
		return false
	}
	longest, whole := 0, true
	for run := range strings.FieldsFuncSeq(s, func(r rune) bool { return r >= 0x80 || !isAlnum(byte(r)) }) {
		longest = max(longest, len(run))
		if isKeyRun(run) {
			return true
		}
	}
	for i := range len(s) {
		whole = whole && (isAlnum(s[i]) || strings.IndexByte("-_+=~", s[i]) >= 0)
	}
	// What base64 has beside letters and digits cuts a key in runs that are too short to judge.
	return whole && longest < len(s) && hasAll(s) && surprise(s) > -0.1
}

// isCopyOf knows folders that are named for a host and a short checksum, as tools name their copies of what is there:
// index.crates.io-1949cf8c6b5b557f. Torrust's tracker says in its errors where its source is.
func isCopyOf(s string) bool {
	i := strings.LastIndexByte(s, '-')
	if i < 0 || len(s)-i-1 != minKey || !isHex(s[i+1:]) {
		return false
	}
	labels := strings.Split(strings.ToLower(s[:i]), ".")
	for _, l := range labels {
		if !isWord(l) {
			return false
		}
	}
	return len(labels) > 1 && !isEntry(labels[0])
}

// hasLongHex finds 32 hexadecimal digits that only dashes part. Digits alone are numbers.
func hasLongHex(s string) bool {
	digits, letters := 0, 0
	for i := range len(s) {
		switch {
		case isDigit(s[i]):
			digits++
		case isHexDigit(s[i]):
			letters++
		case s[i] != '-' && s[i] != '_':
			digits, letters = 0, 0
		}
		if letters > 0 && digits+letters >= longKey {
			return true
		}
	}
	return false
}

// isKeyRun judges a run of letters and digits.
func isKeyRun(s string) bool {
	digits := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			digits++
		}
	}
	letters := len(s) - digits
	switch {
	case len(s) < minKey || letters == 0:
		return false
	case isHex(s) && letters > 1 && digits > 1, digits > 1 && (saysKey(s) || endsInHex(s)):
		return true
	case len(s) >= longKey:
		return surprise(s) > -0.25
	case digits == 0: // few keys are, and words of many languages
		return surprise(s) > 0.6
	}
	return surprise(s) > 0.3
}

// saysKey tells whether a word in a run says that it is a key. No title has such a word.
func saysKey(s string) bool {
	s = strings.ToLower(s)
	for _, word := range []string{"passkey", "authkey", "apikey", "rsskey", "accesskey", "torrentpass"} {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}

// endsInHex tells whether a word goes over into 16 or more hexadecimal digits, of which three letters differ: episodes have
// the one, again and again.
func endsInHex(s string) bool {
	from := len(s)
	letters, digits := "", 0
	for from > 0 && isHexDigit(s[from-1]) {
		from--
		if c := s[from] | 0x20; isDigit(s[from]) {
			digits++
		} else if strings.IndexByte(letters, c) < 0 {
			letters += string(rune(c))
		}
	}
	return len(s)-from >= minKey && digits > 1 && len(letters) > 2
}

// The bits that a name costs where its kind of character changes.
const (
	costDigit     = 3.3 // of ten
	costTurn      = 5   // between a letter and a digit
	costCamel     = 4   // a capital behind a small letter
	costCapital   = 1   // the small letter behind a capital that begins a word
	costAcronym   = 5   // the small letter behind several capitals
	costSeparator = 3
)

// surprise compares two tales of how s came about, in bits a character: as a name, made of words by what letter follows which in
// words, of numbers and of separators; and as random characters of the smallest alphabet that has them. It is above 0
// where random characters tell it shorter.
func surprise(s string) float64 {
	name := 0.0
	last := byte(0)
	for i := range len(s) {
		c := s[i]
		switch {
		case isDigit(c):
			name += costDigit
			if isLetter(last) {
				name += costTurn
			}
		case !isLetter(c):
			name += costSeparator
		case isDigit(last):
			name += costTurn + bits(0, c)
		case !isLetter(last):
			name += bits(0, c)
		case isUpper(c) == isUpper(last):
			name += bits(last, c)
		case isUpper(c):
			name += costCamel + bits(0, c)
		case i > 1 && isUpper(s[i-2]):
			name += costAcronym + bits(last, c)
		default:
			name += costCapital + bits(last, c)
		}
		last = c
	}
	return name/float64(len(s)) - math.Log2(alphabet(s))
}

// alphabet is how many characters the smallest alphabet has that s may be of.
func alphabet(s string) float64 {
	n, rest := 0.0, strings.Map(dropSeparators, s)
	upper, lower := strings.ToUpper(rest) == rest, strings.ToLower(rest) == rest
	switch {
	case isHex(rest) && (upper || lower):
		n = 16
	case upper || lower:
		n = 26
	default:
		n = 52
	}
	if n > 16 && strings.ContainsAny(rest, "0123456789") {
		n += 10
	}
	if len(rest) < len(s) {
		n += n / 26
	}
	return n
}

// hasAll reports whether s has small letters, capitals and digits, as keys of base64 have.
func hasAll(s string) bool {
	return strings.ContainsAny(s, "0123456789") && strings.ToLower(s) != s && strings.ToUpper(s) != s
}

// isWord reports whether s is a word, or several written together.
func isWord(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) {
			return false
		}
	}
	return s != "" && surprise(s) < 0.6
}

// bits is what a letter costs behind another; behind 0 it begins a word.
func bits(last, c byte) float64 {
	row := 26
	if last != 0 {
		row = int(last | 0x20 - 'a')
	}
	return float64(pairs[26*row+int(c|0x20-'a')] - '0')
}

// pairs has a row for the letter in front and a column for the letter behind: the bits that the pair costs, rounded, as
// counted in words of English, German, French, Spanish and Polish and in names of software. The last row is for the
// first letters of words.
const pairs = "" +
	"94448657586343959343567867" +
	"35872878388388389356488978" +
	"39694992494599399464599967" +
	"37762767388577389447487968" +
	"56546667587453768234677677" +
	"37883478398388389454498968" +
	"37882855498475489346498969" +
	"37882889398565389454596958" +
	"46453659997452468534759895" +
	"29783999488976378838398999" +
	"36872786387475379544587969" +
	"37762778397377379955578948" +
	"24882889398747349857498969" +
	"47433637486785578733678977" +
	"66557657686442559344465777" +
	"38883694399488349355599969" +
	"79988999799599889788198999" +
	"36652767396655369544577967" +
	"47483774496657447832587967" +
	"37792884299678489445597957" +
	"55554558587443759334979897" +
	"39991989299899399778689989" +
	"27772885297685379557698969" +
	"47473775388668439763588759" +
	"45454667477444439434685896" +
	"37782987397676489875385955" +
	"44444555566545548434555987"

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isUpper(c byte) bool  { return c >= 'A' && c <= 'Z' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isAlnum(c byte) bool  { return isDigit(c) || isLetter(c) }

func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func isNumber(s string) bool { return all(s, isDigit) }
func isHex(s string) bool    { return all(s, isHexDigit) }

func all(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

func dropSeparators(r rune) rune {
	if r >= 0x80 || !isAlnum(byte(r)) {
		return -1
	}
	return r
}
