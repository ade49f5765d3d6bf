package console

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "Ubuntu 24.04 (amd64).iso", "Ubuntu 24.04 (amd64).iso"},
		{"accents", "Café — naïve ñ", "Café — naïve ñ"},
		{"combining", "e\u0301", "e\u0301"},
		{"cjk", "日本語 한국어 中文\u3000全角", "日本語 한국어 中文\u3000全角"},
		{"hebrew", "שלום", "שלום"},
		{"arabic number sign shows", "\u0600\u0661", "\u0600\u0661"},
		{"ansi", "a\x1b[31mred", `a\x1b[31mred`},
		{"newlines", "a\nb\rc\td", `a\nb\rc\td`},
		{"nul and del", "a\x00b\x7f", `a\x00b\x7f`},
		{"c1 as utf-8", "a\u0085b\u009bc\u0080", `a\u0085b\u009bc\u0080`},
		{"c1 as bytes", "a\x9b31m\x85", `a\x9b31m\x85`},
		{"invalid utf-8", "a\xffb\xc3", `a\xffb\xc3`},
		{"surrogate bytes", "\xed\xa0\x80", `\xed\xa0\x80`},
		{"overlong", "\xc0\xaf", `\xc0\xaf`},
		{"a real replacement character stays", "\ufffd", "\ufffd"},
		{"bidi override", "exe.\u202egpj", `exe.\u202egpj`},
		{"bidi marks", "\u061c\u200e\u200f\u202a\u202d\u2066\u2069", `\u061c\u200e\u200f\u202a\u202d\u2066\u2069`},
		{"separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"zero width", "a\u200bb\u2060c\ufeffd\u00ade", `a\u200bb\u2060c\ufeffd\u00ade`},
		{"fillers", "\u3164\u115f\u034f\u180e", `\u3164\u115f\u034f\u180e`},
		{"tags", "a\U000e0061\U000e007f", `a\u{e0061}\u{e007f}`},
		{"noncharacter", "\uffff\U0001ffff", `\uffff\u{1ffff}`},
		{"family", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"flag", "🏳\ufe0f\u200d🌈", "🏳\ufe0f\u200d🌈"},
		{"heart", "❤\ufe0f", "❤\ufe0f"},
		{"keycap", "1\ufe0f\u20e3", "1\ufe0f\u20e3"},
		{"skin tone", "👍🏽", "👍🏽"},
		{"persian", "می\u200cخواهم", "می\u200cخواهم"},
		{"hindi", "क्\u200dष", "क्\u200dष"},
		{"joiner between letters", "pay\u200dpal\u200c", `pay\u200dpal\u200c`},
		{"joiner at an end", "👨\u200d", `👨\u200d`},
		{"selector after a letter", "a\ufe0f", `a\ufe0f`},
		{"selectors in a row", "❤\ufe0f\u200b\ufe0f", `❤` + "\ufe0f" + `\u200b\ufe0f`},
		{"selector first", "\ufe0f", `\ufe0f`},
		{"ideographic variant", "葛\U000e0100", "葛\U000e0100"},
		{"backslash that stays", `C:\Downloads\Data`, `C:\Downloads\Data`},
		{"backslash like an escape", `C:\new\x41`, `C:\\new\\x41`},
		{"two backslashes", `\\host`, `\\\host`},
		{"backslash before an escape", "\\\n", `\\\n`},
		{"backslash at the end", `a\`, `a\`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if inPaths && strings.Contains(tt.name, "backslash") {
				tt.want = strings.ReplaceAll(tt.in, "\n", `\n`)
			}
			if got := Escape(tt.in); got != tt.want {
				t.Errorf("escape(%+q) = %+q, want %+q", tt.in, got, tt.want)
			}
		})
	}
}

func TestEscapeSentenceLeavesBackslashes(t *testing.T) {
	if got, want := EscapeSentence(`reading "C:\\new": `+"bad\x1b"), `reading "C:\\new": bad\x1b`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// unescape undoes escape: that it can is the proof that no two values look the same.
func unescape(s string) string {
	var b strings.Builder
	for s != "" {
		if s[0] != '\\' || len(s) == 1 {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		skip := 2
		switch s[1] {
		case '\\':
			b.WriteByte('\\')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'x':
			b.WriteByte(unhex(s[2])<<4 | unhex(s[3]))
			skip = 4
		case 'u':
			digits := s[2:6]
			skip = 6
			if s[2] == '{' {
				digits, _, _ = strings.Cut(s[3:], "}")
				skip = 4 + len(digits)
			}
			r := rune(0)
			for i := range len(digits) {
				r = r<<4 | rune(unhex(digits[i]))
			}
			b.WriteRune(r)
		default:
			b.WriteByte('\\')
			skip = 1
		}
		s = s[skip:]
	}
	return b.String()
}

// checkPrintable fails where s could act on a terminal.
func checkPrintable(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is not valid UTF-8", s)
	}
	for _, r := range s {
		joiner := r == zeroWidthJoiner || r == zeroWidthNonJoiner
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) || !joiner && unicode.Is(unicode.Cf, r) && Hidden(r) {
			t.Errorf("%+q holds %U", s, r)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a\x1b[0m", "\\\\n\n", "\u202e", "👨\u200d👩", "\xff\xfe", "C:\\u0041", "1\ufe0f\u20e3", "\\\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Escape(s)
		checkPrintable(t, got)
		checkPrintable(t, EscapeSentence(s))
		if back := unescape(got); back != s && !(inPaths && strings.Contains(s, `\`)) { // paths are written as they are there
			t.Errorf("escape(%+q) = %+q, which reads as %+q", s, got, back)
		}
	})
}

func TestTruncateMiddle(t *testing.T) {
	tests := []struct {
		in    string
		width int
		want  string
	}{
		{"short", 10, "short"},
		{"exactly ten", 11, "exactly ten"},
		{"abcdefghij", 5, "a…hij"},
		{"abcdefghij", 6, "a…ghij"},
		{"abcdefghij", 1, "…"},
		{"abcdefghij", 0, ""},
		{"日本語日本語", 7, "日…本語"},
		{"ab👨\u200d👩\u200d👧cd👨\u200d👩\u200d👧ef", 12, "ab…d👨\u200d👩\u200d👧ef"},
	}
	for _, tt := range tests {
		got := shortenName(tt.in, tt.width, -1)
		if DisplayWidth(got) > tt.width {
			t.Errorf("shortenName(%q, %d) = %q takes %d columns", tt.in, tt.width, got, DisplayWidth(got))
		}
		if got != tt.want {
			t.Errorf("shortenName(%q, %d) = %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

func TestPadding(t *testing.T) {
	if got := PadRight("日本", 6) + "|"; got != "日本  |" {
		t.Errorf("got %q", got)
	}
	if got := PadRight("too long", 3); got != "too long" {
		t.Errorf("got %q", got)
	}
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&0xf + 9
}
