package console

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// What is printed on standard output goes through one of these: print and printf for lines, show and showTable for
// values, json for objects, document for texts that somebody else's writer makes, raw for bytes. None of them lets a
// character through to a terminal that acts on it.

// Span is a run of text in a colour. It is escaped where it is printed.
type Span struct {
	text   string
	colour Colour
	whole  bool
}

// Words is a span of plain text.
func Words(s string) Span { return Span{text: s} }

// Whole is a span whose line is never broken: people copy it, or it is drawn.
func Whole(s string) Span { return Span{text: s, whole: true} }

// In returns the span in a colour.
func (s Span) In(c Colour) Span {
	s.colour = c
	return s
}

// Print prints one line on standard output: a sentence, whose values are quoted or escaped already if they may hold
// backslashes. Where people read it and it is too long, it goes on in lines that are indented. No spans are an empty line.
func (con *Console) Print(spans ...Span) {
	var text strings.Builder
	ends := make([]int, len(spans)) // of the spans
	breakable := con.Human()
	for i, s := range spans {
		text.WriteString(EscapeSentence(s.text))
		ends[i] = text.Len()
		breakable = breakable && !s.whole
	}
	lines := [][2]int{{0, text.Len()}}
	indent := ""
	if breakable {
		width := con.Width()
		own := text.Len() - len(strings.TrimLeft(text.String(), " "))
		indent = strings.Repeat(" ", min(own+2, width/2))
		lines = breaks(text.String(), width, width-len(indent))
	}
	var b strings.Builder
	paint := painter(con)
	for k, line := range lines {
		if k > 0 {
			b.WriteString(indent)
		}
		start := line[0]
		for i, end := range ends {
			if end = min(end, line[1]); end > start {
				b.WriteString(paint(spans[i].colour, text.String()[start:end]))
				start = end
			}
		}
		b.WriteByte('\n')
	}
	io.WriteString(con.text, b.String())
}

// Printf prints one plain line on standard output.
func (con *Console) Printf(format string, args ...any) {
	con.Print(Words(fmt.Sprintf(format, args...)))
}

// JSON prints v as one object on a line of its own: see writeJSON.
func (con *Console) JSON(v any) error { return writeJSON(con.text, v) }

// Document is standard output for a text of many lines: JSON of another schema, XML, a script. Line feeds and tabs
// pass, everything else that acts on a terminal is escaped as \u, as in JSON.
func (con *Console) Document() io.Writer { return &visible{w: con.text} }

// Raw is standard output for bytes that a program is to read. A terminal gets them as a document.
func (con *Console) Raw() io.Writer {
	if con.OnTerminal() {
		return con.Document()
	}
	return con.stdout
}

// Flush brings what was printed to whoever waits for it.
func (con *Console) Flush() { con.stdout.Flush() }

// visible escapes what does not show. A rune that comes in two writes is put together.
type visible struct {
	w    io.Writer
	part []byte // of a rune
	buf  []byte
}

func (v *visible) Write(p []byte) (int, error) {
	text := p
	if len(v.part) > 0 {
		text = append(v.part, p...)
	}
	whole := len(text)
	for i := 1; i <= min(len(text), utf8.UTFMax-1); i++ {
		if tail := text[len(text)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				whole -= i
			}
			break
		}
	}
	v.buf = appendVisible(v.buf[:0], text[:whole])
	v.part = append([]byte(nil), text[whole:]...)
	if _, err := v.w.Write(v.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}
