package console

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// markup writes elements of XML, each on its own line below the one that holds it.
type markup struct {
	b     strings.Builder
	depth int
	empty bool // nothing is yet in the element that was begun last
}

// begin opens an element with attributes, which are pairs of a name and a value.
func (x *markup) begin(element string, attributes ...string) {
	x.line()
	x.b.WriteString("<" + element)
	for i := 0; i+1 < len(attributes); i += 2 {
		x.b.WriteString(" " + attributes[i] + `="` + EscapeMarkup(attributes[i+1]) + `"`)
	}
	x.b.WriteString(">")
	x.depth++
	x.empty = true
}

func (x *markup) end(element string) {
	x.depth--
	if !x.empty {
		x.line()
	}
	x.b.WriteString("</" + element + ">")
	x.empty = false
}

func (x *markup) line() { x.b.WriteString("\n" + strings.Repeat("  ", x.depth)) }

// EscapeMarkup is s as a text, or as the value of an attribute, of HTML and of XML. What XML cannot hold becomes U+FFFD.
func EscapeMarkup(s string) string {
	var b strings.Builder
	for _, r := range s { // bytes that are not UTF-8 are U+FFFD here
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case strings.ContainsRune("\t\n\r\"'", r):
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
		case r < ' ', r == 0xfffe, r == 0xffff:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
